import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Tally } from '../../../src/flow/kdd/tally.ts';

test('counts as a map does, through growth and reuse', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 300 }), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
      const tally = new Tally(2);
      const model = new Map<number, number>();
      const slots = new Map<number, number>();
      for (const { key, take } of steps) {
        if (take && (model.get(key) ?? 0) > 0) {
          model.set(key, model.get(key)! - 1);
          assert.equal(tally.remove(slots.get(key)!), model.get(key) === 0);
        } else {
          model.set(key, (model.get(key) ?? 0) + 1);
          slots.set(key, tally.add(key, -key, key << 20, 7));
        }
        if (model.get(key)! > 0) assert.equal(tally.count[slots.get(key)!], model.get(key));
      }
    }),
    { numRuns: 30, seed: 3 },
  );
});

test('a slot that is free again starts from nothing', () => {
  const tally = new Tally(2);
  const slot = tally.add(1, 2, 3, 4);
  tally.synErrors[slot] = 5;
  tally.distinct[slot] = 6;
  tally.remove(slot);
  const next = tally.add(9, 9, 9, 9);
  assert.equal(next, slot);
  assert.deepEqual([tally.count[next], tally.synErrors[next], tally.distinct[next]], [1, 0, 0]);
});

test('memory follows the keys held, not the keys seen', () => {
  const tally = new Tally(4);
  for (let i = 0; i < 10_000; i++) tally.remove(tally.add(i, 0, 0, 0));
  assert.equal(tally.capacity, 4);
});

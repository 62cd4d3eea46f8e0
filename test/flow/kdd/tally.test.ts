import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COUNT, countsOf, DISTINCT, SYN_ERRORS, Tally } from '../../../src/flow/kdd/tally.ts';

for (const wide of [true, false]) {
  test(`counts as a map does, through growth and reuse, ${wide ? 'four' : 'two'} words`, () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 300 }),
      take: fc.boolean(),
      window: fc.integer({ min: 0, max: 1 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600, size: 'max' }), (steps) => {
        const tally = new Tally(wide, 2);
        const models = [new Map<number, number>(), new Map<number, number>()];
        const slots = new Map<number, number>();
        for (const { key, take, window } of steps) {
          const model = models[window]!;
          const before = model.get(key) ?? 0;
          if (take && before > 0) {
            model.set(key, before - 1);
            assert.equal(tally.remove(slots.get(key)!, window), before === 1);
          } else {
            model.set(key, before + 1);
            const slot = wide ? tally.find(key, -key, key << 20, 7) : tally.find(key, -key, 0, 0);
            const held = [...models].some((each) => each !== model && (each.get(key) ?? 0) > 0);
            if (before > 0 || held) assert.equal(slot, slots.get(key));
            slots.set(key, slot);
            assert.equal(tally.add(slot, window), before === 0);
          }
          for (const w of [0, 1]) {
            const count = models[w]!.get(key) ?? 0;
            if (count === 0 && (models[1 - w]!.get(key) ?? 0) === 0) continue;
            assert.equal(tally.cells[slots.get(key)! + countsOf(w) + COUNT], count);
          }
        }
      }),
      { numRuns: 30, seed: 3 },
    );
  });
}

test('a slot that is free again starts from nothing', () => {
  const tally = new Tally(true, 2);
  const slot = tally.find(1, 2, 3, 4);
  tally.add(slot, 0);
  tally.add(slot, 1);
  tally.cells[slot + countsOf(0) + SYN_ERRORS] = 5;
  tally.cells[slot + countsOf(1) + DISTINCT] = 6;
  assert.equal(tally.remove(slot, 0), true);
  assert.equal(tally.find(1, 2, 3, 4), slot, 'still in the other window');
  assert.equal(tally.remove(slot, 1), true);
  const next = tally.find(9, 9, 9, 9);
  assert.equal(next, slot);
  for (const window of [0, 1]) {
    const at = next + countsOf(window);
    assert.deepEqual([...tally.cells.subarray(at, at + 4)], [0, 0, 0, 0]);
  }
});

test('memory follows the keys held, not the keys seen', () => {
  const tally = new Tally(true, 4);
  for (let i = 0; i < 10_000; i++) {
    const slot = tally.find(i, 0, 0, 0);
    tally.add(slot, 0);
    tally.remove(slot, 0);
  }
  assert.equal(tally.capacity, 4);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addCount, countOf, tally } from '../../src/flow/record.ts';
import { DST_PACKETS, KEY_WORDS, SRC_PACKETS, STRIDE } from '../../src/flow/slot.ts';
import { FlowTable } from '../../src/flow/table.ts';

const keyOf = (n: number): Int32Array => {
  const key = new Int32Array(KEY_WORDS);
  key[0] = 1;
  key[1] = n;
  return key;
};

const find = (table: FlowTable, n: number): number => table.find(keyOf(n), table.hash(keyOf(n)));

test('finds what a Map finds, whatever is added and removed', () => {
  const step = fc.record({ add: fc.boolean(), n: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer(), (steps, seed) => {
      const table = new FlowTable(64, seed);
      const model = new Map<number, number>();
      for (const { add, n } of steps) {
        const known = model.get(n);
        if (add && known === undefined) model.set(n, table.add(keyOf(n), table.hash(keyOf(n))));
        if (!add && known !== undefined) {
          table.remove(known);
          model.delete(n);
        }
      }
      assert.equal(table.count, model.size);
      for (let n = 0; n <= 40; n++) assert.equal(find(table, n), model.get(n) ?? -1);
      assert.equal(new Set(model.values()).size, model.size, 'no slot is given out twice');
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('grows up to its limit, and keeps every key on the way', () => {
  const table = new FlowTable(5000, 7);
  const sizes = new Set<number>();
  for (let n = 0; n < 5000; n++) {
    assert.equal(table.full, false);
    table.add(keyOf(n), table.hash(keyOf(n)));
    sizes.add(table.capacity);
  }
  assert.equal(table.full, true);
  assert.deepEqual([...sizes], [1024, 5000]);
  for (let n = 0; n < 5000; n++) assert.notEqual(find(table, n), -1);
  assert.equal(find(table, 5000), -1);
});

test('full hash collisions are told apart by key', () => {
  const table = new FlowTable(16, 0);
  const slots = [1, 2, 3].map((n) => table.add(keyOf(n), 42));
  assert.deepEqual(
    [1, 2, 3].map((n) => table.find(keyOf(n), 42)),
    slots,
  );
  table.remove(slots[0]!);
  assert.equal(table.find(keyOf(1), 42), -1);
  assert.equal(table.find(keyOf(3), 42), slots[2]);
});

test('another seed gives other hashes, evenly spread', () => {
  const first = new FlowTable(16, 1);
  const second = new FlowTable(16, 2);
  const buckets = new Int32Array(64);
  let same = 0;
  for (let n = 0; n < 6400; n++) {
    const hash = first.hash(keyOf(n));
    buckets[hash & 63]!++;
    if (hash === second.hash(keyOf(n))) same++;
  }
  assert.ok(same < 3);
  assert.ok(Math.max(...buckets) < 150 && Math.min(...buckets) > 50, 'about 100 in each bucket');
});

test('keys longer than a slot are kept apart, and their room is used again', () => {
  const longKey = (n: number): Int32Array =>
    Int32Array.from({ length: KEY_WORDS }, (_, i) => (i === 0 ? 2 : i + n));
  const table = new FlowTable(16, 3);
  const slots = [1, 2, 3].map((n) => table.add(longKey(n), table.hash(longKey(n))));
  const { length } = table.longKeys;
  for (let n = 4; n < 4000; n++) {
    table.remove(slots.shift()!);
    slots.push(table.add(longKey(n), 42));
  }
  assert.equal(table.longKeys.length, length);
  assert.equal(table.find(longKey(3999), 42), slots[2]);
  assert.equal(table.find(longKey(3), 42), -1);
});

test('packets are counted past 32 bits, and forgotten with the slot', () => {
  const table = new FlowTable(4, 3);
  const slot = table.add(keyOf(1), 1);
  table.words[slot * STRIDE + SRC_PACKETS] = -1;
  tally(table, slot, true, 60);
  assert.equal(countOf(table, slot, SRC_PACKETS), 2 ** 32);
  addCount(table, slot, SRC_PACKETS, 2 ** 33 + 5);
  assert.equal(countOf(table, slot, SRC_PACKETS), 3 * 2 ** 32 + 5);
  assert.equal(countOf(table, slot, DST_PACKETS), 0);
  table.remove(slot);
  assert.equal(countOf(table, table.add(keyOf(2), 1), SRC_PACKETS), 0);
});

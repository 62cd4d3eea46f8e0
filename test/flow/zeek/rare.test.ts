import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import {
  CHECKSUMS,
  FIN_MARK,
  IP_BYTES_HIGH,
  LAST_FIN,
  MARKS,
  RARE_STRIDE,
  RareRows,
} from '../../../src/flow/zeek/rare.ts';
import { ConnTable } from '../../../src/flow/zeek/table.ts';

function slots(count: number): { table: ConnTable; rare: RareRows } {
  const table = new ConnTable(count, 1);
  for (let i = 0; i < count; i++) {
    const key = Int32Array.of(4 | (6 << 8), i, i, i);
    table.add(key, 4, table.hash(key, 4));
  }
  return { table, rare: new RareRows(table) };
}

test('rows are taken when needed, start at zero, are nobody else’s and are used again', () => {
  const { rare } = slots(400);
  const random = new Random(8);
  const known = new Map<number, number>();
  for (let step = 0; step < 5000; step++) {
    const slot = random.int(400);
    const mark = known.get(slot);
    if (mark === undefined) {
      assert.equal(rare.find(slot), -1);
      const row = rare.of(slot);
      assert.ok(rare.words.subarray(row, row + RARE_STRIDE).every((word) => word === 0));
      rare.words[row + MARKS] = step;
      known.set(slot, step);
    } else if (random.int(2) === 0) {
      rare.forget(slot);
      known.delete(slot);
    } else assert.equal(rare.words[rare.find(slot) + MARKS], mark);
  }
  assert.ok(rare.words.length < 2048 * RARE_STRIDE);
});

test('a change of roles swaps pairs and halves; of UDP the IP bytes alone', () => {
  const { rare } = slots(2);
  for (const [slot, tcp] of [true, false].entries()) {
    const row = rare.of(slot);
    rare.words.set([1, 2], row + LAST_FIN);
    rare.words.set([3, 4], row + IP_BYTES_HIGH);
    rare.halves.set([5, 6], (row + CHECKSUMS) * 2);
    rare.words[row + MARKS] = 7 | FIN_MARK;
    rare.flip(slot, tcp);
    const seen = [
      ...rare.words.subarray(row + LAST_FIN, row + LAST_FIN + 2),
      ...rare.words.subarray(row + IP_BYTES_HIGH, row + IP_BYTES_HIGH + 2),
      ...rare.halves.subarray((row + CHECKSUMS) * 2, (row + CHECKSUMS) * 2 + 2),
      rare.words[row + MARKS],
    ];
    const marks = tcp ? 7 | (FIN_MARK << 1) : 7 | FIN_MARK;
    assert.deepEqual(seen, tcp ? [2, 1, 4, 3, 6, 5, marks] : [1, 2, 4, 3, 5, 6, marks]);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOST_WORDS, HostTable } from '../../../src/flow/windows/host-table.ts';
import { FRESH, MARKS, PENDING_ROWS, PendingRows } from '../../../src/flow/windows/pending-rows.ts';

/** Claims sides for rows of two hosts each; answers the sides that wait for each slot, in order. */
function queues(pending: PendingRows, hosts: HostTable, rows: readonly (readonly number[])[]) {
  const words = new Uint32Array(2 * HOST_WORDS);
  rows.forEach((ends, row) => {
    ends.forEach((host, side) => {
      words[side * HOST_WORDS] = host;
      pending.claim(hosts, words, 2 * row + side, host);
    });
  });
  return Array.from({ length: pending.slotCount }, (_, i) => {
    const sides: number[] = [];
    for (let side = pending.firsts[i]!; side >= 0; side = pending.next[side]!) sides.push(side);
    return sides;
  });
}

const isFresh = (pending: PendingRows, side: number): boolean =>
  (pending.words[(side >> 1) * 16 + MARKS]! & (FRESH << (side & 1))) !== 0;

test('sides wait by slot in the order of their rows, and the first of a host is marked', () => {
  const pending = new PendingRows(8);
  const rows = [
    [10, 20],
    [20, 30],
    [10, 30],
  ];
  assert.deepEqual(queues(pending, new HostTable(8), rows), [
    [0, 4],
    [1, 2],
    [3, 5],
  ]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((side) => isFresh(pending, side)),
    [true, true, false, true, false, false],
  );
});

test('a host that takes the slot of another waits behind it, marked as new', () => {
  const pending = new PendingRows(2);
  const rows = [
    [10, 20],
    [30, 20],
    [10, 20],
  ];
  assert.deepEqual(queues(pending, new HostTable(2), rows), [
    [0, 2, 4],
    [1, 3, 5],
  ]);
  assert.ok(isFresh(pending, 2) && isFresh(pending, 4));
});

test('after clearing nothing waits, and a full chunk of rows fits', () => {
  const hosts = new HostTable(4);
  const pending = new PendingRows(4);
  queues(pending, hosts, [[10, 20]]);
  pending.clear();
  assert.equal(pending.slotCount, 0);
  const rows = Array.from({ length: PENDING_ROWS }, () => [20, 10]);
  const [first, second] = queues(pending, hosts, rows);
  assert.equal(first!.length, PENDING_ROWS);
  assert.equal(second!.at(-1), 2 * PENDING_ROWS - 1);
});

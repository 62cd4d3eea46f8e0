import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entropyOfFew, FIRST_ROWS, FirstRows } from '../../../src/flow/windows/first-rows.ts';
import { ITEMS, MARKS, PendingRows, PORT } from '../../../src/flow/windows/pending-rows.ts';
import { entropyOf } from './model.ts';

test('entropy of up to three flows is that of the definition', () => {
  for (const items of [[1], [1, 1], [1, 2], [1, 1, 1], [1, 1, 2], [1, 2, 3]]) {
    const got = entropyOfFew(items.length, new Set(items).size);
    assert.ok(Math.abs(got - entropyOf(items)) < 1e-12);
  }
});

test('rows are kept by host with their side, and given back as they came', () => {
  const pending = new PendingRows(4);
  const kept = new FirstRows(4);
  const oldest = 2 * FIRST_ROWS;
  const peers = [70, 71, 70];
  peers.forEach((peer, i) => {
    pending.words[i * 16 + ITEMS] = i === 1 ? peer : 9;
    pending.words[i * 16 + ITEMS + 1] = i === 1 ? 9 : peer;
    pending.words[i * 16 + PORT] = 5;
    pending.words[i * 16 + MARKS] = 32 | 3;
    kept.keep(oldest + i, pending, 2 * i + (i & 1), 100 + i);
    kept.markPeer(oldest, oldest + i);
  });
  assert.deepEqual(
    peers.map((_, i) => [kept.peer(oldest + i), kept.hasNewPeer(oldest + i)]),
    [
      [70, true],
      [71, true],
      [70, false],
    ],
  );
  assert.equal(kept.distinct(oldest, oldest + 2, false), 2);
  assert.equal(kept.distinct(oldest, oldest + 2, true), 1);
  assert.equal(kept.restore(oldest + 1, pending, 8), 17);
  assert.equal(pending.words[8 * 16 + ITEMS], 71);
  assert.equal(pending.words[8 * 16 + MARKS]! & 32, 32);
  assert.equal(kept.tick(oldest + 2), 102);
});

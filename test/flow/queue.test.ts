import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OneWayList } from '../../src/flow/one-way.ts';
import { FlowQueues } from '../../src/flow/queue.ts';
import {
  BITS,
  DST_PACKETS,
  ESTABLISHED,
  FLOAT_STRIDE,
  KEY_WORDS,
  RESET,
  SRC_PACKETS,
  SRC_START,
  STRIDE,
} from '../../src/flow/slot.ts';
import { FlowTable } from '../../src/flow/table.ts';

function filled(count: number): FlowTable {
  const table = new FlowTable(count, 1);
  for (let n = 0; n < count; n++) {
    const key = new Int32Array(KEY_WORDS);
    key[0] = 1;
    key[1] = n;
    table.add(key, table.hash(key));
  }
  return table;
}

test('queues keep the order of entry, as lists do', () => {
  const move = fc.record({
    slot: fc.integer({ min: 0, max: 9 }),
    queue: fc.integer({ min: 0, max: 1 }),
  });
  fc.assert(
    fc.property(fc.array(move), (moves) => {
      const queues = new FlowQueues(filled(10), 2);
      const model: number[][] = [[], []];
      moves.forEach(({ slot, queue }, time) => {
        queues.remove(slot);
        for (const list of model) if (list.includes(slot)) list.splice(list.indexOf(slot), 1);
        queues.push(queue, slot, time);
        model[queue]!.push(slot);
        for (const at of [0, 1]) assert.equal(queues.oldest(at), model[at]![0] ?? -1);
      });
      for (const at of [0, 1]) {
        for (const slot of model[at]!) {
          assert.equal(queues.oldest(at), slot);
          queues.remove(slot);
        }
        assert.equal(queues.oldest(at), -1);
      }
    }),
    { seed: 2 },
  );
});

test('the oldest one-way flow goes first, unless it is busy', () => {
  const table = filled(3);
  const list = new OneWayList(table);
  for (const slot of [0, 1, 2]) list.push(slot);
  table.floats[0 * FLOAT_STRIDE + SRC_START] = 9.5e6;
  assert.equal(list.candidate(10e6), 1, 'flow 0 had a packet half a second ago');
  list.leave(1);
  assert.equal(list.candidate(10e6), 2);
  list.leave(2);
  list.leave(2);
  assert.equal(list.candidate(10e6), 0, 'it is the only one left');
  list.leave(0);
  assert.equal(list.candidate(10e6), -1);
});

test('a flow leaves the list when it becomes a conversation', () => {
  const table = filled(1);
  const list = new OneWayList(table);
  list.push(0);
  table.words[SRC_PACKETS] = 1;
  list.settle(0, false);
  assert.equal(list.candidate(0), 0, 'one side only');
  table.words[DST_PACKETS] = 1;
  list.settle(0, true);
  assert.equal(list.candidate(0), 0, 'a SYN and its answer');
  table.words[0 * STRIDE + BITS]! |= ESTABLISHED | RESET;
  list.settle(0, true);
  assert.equal(list.candidate(0), 0, 'refused');
  table.words[0 * STRIDE + BITS]! &= ~RESET;
  list.settle(0, true);
  assert.equal(list.candidate(0), -1);
});

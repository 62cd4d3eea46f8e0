import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FlowBatch } from '../../../src/flow/index.ts';
import { RecordMerge } from '../../../src/flow/parallel/merge.ts';
import { recordSink } from '../../../src/flow/parallel/output.ts';
import { RecordPacker, Records } from '../../../src/flow/parallel/records.ts';

interface Place {
  readonly leftAt: number;
  readonly phase: number;
  readonly turn: number;
  readonly worker: number;
}

const place = fc.record({
  leftAt: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(Number.POSITIVE_INFINITY)),
  phase: fc.integer({ min: 0, max: 4 }),
  turn: fc.integer({ min: 0, max: 0xffffffff }),
  worker: fc.integer({ min: 0, max: 2 }),
});

function packed(places: readonly Place[]): Records {
  const batch = new FlowBatch(Math.max(1, places.length));
  places.forEach(({ leftAt, phase, turn }, row) => {
    batch.leftAt[row] = leftAt;
    batch.phase[row] = phase;
    batch.turn[row] = turn;
  });
  batch.length = places.length;
  return new Records(new RecordPacker('columns').pack(batch));
}

const order = (a: Place, b: Place): number =>
  a.leftAt === b.leftAt ? a.phase - b.phase || a.turn - b.turn : a.leftAt - b.leftAt;

test('records of several workers leave in one order, however they arrive', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(place, { selector: (one) => `${one.leftAt} ${one.phase} ${one.turn}` }),
      fc.integer({ min: 1, max: 5 }),
      (places, step) => {
        const sorted = [...places].sort(order);
        const left: number[][] = [];
        const take = (batch: FlowBatch): void => {
          for (let row = 0; row < batch.length; row++)
            left.push([batch.leftAt[row]!, batch.phase[row]!, batch.turn[row]!]);
        };
        const sink = recordSink({ onBatch: take }, 4);
        const merge = new RecordMerge(3, sink);
        for (let from = 0; from <= 30; from += step) {
          const to = from + step;
          for (const worker of [2, 0, 1]) {
            const part = sorted.filter(
              (one) => one.worker === worker && one.leftAt > from && one.leftAt <= to,
            );
            if (to <= 30 + step && part.length > 0) merge.push(worker, packed(part));
            merge.advance(worker, to);
            merge.drain();
          }
        }
        for (const worker of [1, 2, 0]) {
          const rest = sorted.filter(
            (one) => one.worker === worker && one.leftAt === Number.POSITIVE_INFINITY,
          );
          merge.push(worker, packed(rest));
          merge.advance(worker, Number.POSITIVE_INFINITY);
          merge.drain();
        }
        sink.flush();
        assert.deepEqual(
          left,
          sorted.map((one) => [one.leftAt, one.phase, one.turn]),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test('a record waits while another worker may still have an earlier one', () => {
  let rows = 0;
  const sink = recordSink({ onBatch: (batch) => void (rows += batch.length) }, 1);
  const merge = new RecordMerge(2, sink);
  merge.push(0, packed([{ leftAt: 5, phase: 0, turn: 0, worker: 0 }]));
  merge.drain();
  assert.equal(rows, 0);
  merge.advance(1, 4);
  merge.drain();
  assert.equal(rows, 0);
  merge.advance(1, 5);
  merge.drain();
  assert.equal(rows, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KddConnections } from '../../../src/flow/kdd/connections.ts';
import { END, START } from '../../../src/flow/kdd/held.ts';
import { KddOrder } from '../../../src/flow/kdd/order.ts';

const batch = (times: readonly number[]): KddConnections => {
  const connections = new KddConnections(Math.max(1, times.length));
  connections.length = times.length;
  times.forEach((time, i) => {
    connections.start[i] = time;
    connections.end[i] = i;
  });
  return connections;
};

test('gives out by time, and equal times as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
      const connections = batch(times);
      const order = new KddOrder(64);
      times.forEach((time, i) => {
        order.push(time, connections, i);
      });
      const got: number[] = [];
      while (order.length > 0) got.push(order.rows.time(order.pop(), END));
      const expected = times.map((_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
      assert.deepEqual(got, expected);
    }),
    { numRuns: 100, seed: 5 },
  );
});

test('is full at its capacity, and empty gives -1', () => {
  const order = new KddOrder(2);
  assert.equal(order.pop(), -1);
  const connections = batch([5, 3]);
  order.push(5, connections, 0);
  order.push(3, connections, 1);
  assert.equal(order.full, true);
  assert.equal(order.rows.time(order.pop(), START), 3);
  assert.equal(order.full, false);
});

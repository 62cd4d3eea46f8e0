import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FlowPairs } from '../../../src/datasets/netflow/pair.ts';

interface Seen {
  readonly ports: string;
  readonly own: number;
  readonly other: number;
}

type Sent = readonly [from: number, to: number, packets: number, start: number];

function pair(flows: readonly Sent[]): { seen: Seen[]; beforeFlush: number } {
  const seen: Seen[] = [];
  const pairs = new FlowPairs((flow) => {
    const ports = `${flow.sourcePort}>${flow.destinationPort}`;
    seen.push({ ports, own: flow.forward.packets, other: flow.reverse.packets });
  });
  for (const [from, to, packets, start] of flows) {
    const flow = pairs.next();
    flow.addressLength = 4;
    flow.protocol = 17;
    flow.sourcePort = from;
    flow.destinationPort = to;
    flow.forward.packets = packets;
    flow.start = start * 1e6;
    flow.end = start * 1e6;
    pairs.add(flow);
  }
  const beforeFlush = seen.length;
  pairs.flush();
  return { seen, beforeFlush };
}

test('the side that began first is the originator; far apart they stay two', () => {
  assert.deepEqual(
    pair([
      [1, 2, 5, 10],
      [2, 1, 4, 9],
    ]).seen,
    [{ ports: '2>1', own: 4, other: 5 }],
  );
  assert.equal(
    pair([
      [1, 2, 5, 10],
      [2, 1, 4, 5000],
    ]).seen.length,
    2,
  );
});

test('the same direction again lets the earlier one go', () => {
  const { seen, beforeFlush } = pair([
    [1, 2, 5, 10],
    [1, 2, 6, 11],
    [2, 1, 7, 12],
  ]);
  assert.equal(beforeFlush, 2);
  assert.deepEqual(seen, [
    { ports: '1>2', own: 5, other: 0 },
    { ports: '1>2', own: 6, other: 7 },
  ]);
});

test('packets are neither lost nor counted twice', () => {
  const port = fc.integer({ min: 1, max: 4 });
  const flow = fc.tuple(port, port, fc.integer({ min: 1, max: 9 }), fc.nat(4000));
  fc.assert(
    fc.property(fc.array(flow, { maxLength: 60 }), (flows) => {
      const sum = pair(flows).seen.reduce((total, { own, other }) => total + own + other, 0);
      assert.equal(
        sum,
        flows.reduce((total, [, , packets]) => total + packets, 0),
      );
    }),
  );
});

test('no more than 65,536 wait', () => {
  const flows = Array.from(
    { length: 70_000 },
    (_, i): Sent => [i % 60_000, (1 + i / 60_000) | 0, 1, 1],
  );
  const { beforeFlush, seen } = pair(flows.map(([a, b, c, d]) => [a + 10, b, c, d]));
  assert.equal(beforeFlush, 70_000 - 65_536);
  assert.equal(seen.length, 70_000);
});

test('an hour of the exporter later, who waits alone leaves', () => {
  const { seen, beforeFlush } = pair([
    [1, 2, 5, 10],
    [3, 4, 6, 3000],
    [5, 6, 7, 3611],
    [4, 3, 8, 3100],
  ]);
  assert.equal(beforeFlush, 2);
  assert.deepEqual(seen, [
    { ports: '1>2', own: 5, other: 0 },
    { ports: '3>4', own: 6, other: 8 },
    { ports: '5>6', own: 7, other: 0 },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/index.ts';
import { WINDOW_FEATURES } from '../../../src/flow/windows/columns.ts';
import { endOrder } from '../../../src/flow/windows/end-order.ts';
import { HostWindows } from '../../../src/flow/windows/host-windows.ts';
import { batchOf, EPOCH, extraOf, type Flow, randomFlows } from './flows.ts';
import { exactFeatures } from './model.ts';

const WINDOWS = [1, 10, 60, 600];
const WIDTH = WINDOW_FEATURES.length;
const REGULARITY = WINDOW_FEATURES.findIndex(({ name }) => name === 'regularity');
const SMALL = { maxHosts: 64 };

function observe(flows: readonly Flow[], options = {}): Float64Array {
  return new HostWindows({ ...SMALL, ...options }).observe(batchOf(flows), extraOf(flows)).values;
}

const column = (name: string, window: number, side = 0): number =>
  side * 4 * WIDTH + window * WIDTH + WINDOW_FEATURES.findIndex((each) => each.name === name);

const seeds = fc.integer({ min: 0, max: 1e6 });

test('every feature of small hosts equals the brute-force model', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      // Sixty flows in all: no window of a host outgrows what is kept exactly.
      const flows = randomFlows(seed, 60);
      const values = observe(flows, { seed });
      flows.forEach((flow, i) => {
        for (const [side, host] of [flow.from, flow.to].entries()) {
          const expected = exactFeatures(flows.slice(0, i + 1), host, WINDOWS);
          expected.flat().forEach((value, f) => {
            if (f % WIDTH === REGULARITY) return;
            const got = values[(i * 2 + side) * 4 * WIDTH + f]!;
            const near = Number.isNaN(value) ? Number.isNaN(got) : Math.abs(got - value) < 1e-6;
            assert.ok(
              near,
              `row ${i} side ${side} ${WINDOW_FEATURES[f % WIDTH]!.name}: ${got}, ${value}`,
            );
          });
        }
      });
    }),
    { numRuns: 40 },
  );
});

test('sums stay exact however many flows, and sketches within their error', () => {
  const flows = randomFlows(5, 4000, 3).map((flow, i) => ({ ...flow, end: EPOCH + i * 40_000 }));
  const values = observe(flows);
  for (const i of [800, 2500, 3999]) {
    const expected = exactFeatures(flows.slice(0, i + 1), flows[i]!.from, WINDOWS);
    for (let w = 0; w < 4; w++) {
      for (const [f, { name }] of WINDOW_FEATURES.entries()) {
        if (f === REGULARITY) continue;
        const got = values[i * 8 * WIDTH + w * WIDTH + f]!;
        const bound = name.endsWith('entropy') ? 0.8 : 1e-6;
        assert.ok(
          Math.abs(got - expected[w]![f]!) < bound,
          `${name} ${w}: ${got}, ${expected[w]![f]}`,
        );
      }
    }
  }
});

test('truncating or shuffling what comes later changes no earlier row', () => {
  fc.assert(
    fc.property(seeds, fc.nat(199), (seed, cut) => {
      const flows = randomFlows(seed, 200, 2);
      const random = new Random(seed);
      // Some rows out of order, so that late ones are among them.
      const shaken = flows.map((flow) =>
        random.next() < 0.2 ? { ...flow, end: flow.end - random.int(9e6) } : flow,
      );
      const whole = observe(shaken);
      const kept = shaken.slice(0, cut + 1);
      assert.deepEqual(observe(kept), whole.subarray(0, kept.length * 8 * WIDTH));
      const later = random.shuffle(shaken.slice(cut + 1));
      const mixed = observe([...kept, ...later]);
      assert.deepEqual(
        mixed.subarray(0, kept.length * 8 * WIDTH),
        whole.subarray(0, kept.length * 8 * WIDTH),
      );
    }),
    { numRuns: 25 },
  );
});

test('a row does not see what ended later, even if it was observed before', () => {
  const early: Flow = { from: 1, to: 2, end: EPOCH };
  const later: Flow = { from: 1, to: 3, end: EPOCH + 5e6 };
  const windows = new HostWindows(SMALL);
  const { values } = windows.observe(batchOf([later, early]));
  // Host 1 is past the early row: nothing is said of it. Host 2 is not.
  assert.ok(Number.isNaN(values[8 * WIDTH + column('flows', 3)]));
  assert.equal(values[8 * WIDTH + column('flows', 3, 1)], 1);
  assert.equal(windows.stats.late, 1);
});

test('rows of any order are taken by their end, and answered in their own places', () => {
  const flows = randomFlows(9, 300);
  const shuffled = new Random(2).shuffle([...flows.keys()]);
  const batch = batchOf(shuffled.map((i) => flows[i]!));
  const extra = { ...extraOf(shuffled.map((i) => flows[i]!)), order: endOrder(batch) };
  const got = new HostWindows(SMALL).observe(batch, extra).values;
  const expected = observe(flows);
  shuffled.forEach((from, row) => {
    const width = 8 * WIDTH;
    assert.deepEqual(
      got.subarray(row * width, (row + 1) * width),
      expected.subarray(from * width, (from + 1) * width),
    );
  });
});

test('the cut into batches does not matter, and the same input gives the same output', () => {
  const flows = randomFlows(3, 500, 3);
  const whole = observe(flows);
  const windows = new HostWindows(SMALL);
  for (let from = 0; from < flows.length; from += 77) {
    const part = flows.slice(from, from + 77);
    const { values } = windows.observe(batchOf(part), extraOf(part));
    assert.deepEqual(values, whole.subarray(from * 8 * WIDTH, (from + part.length) * 8 * WIDTH));
  }
  assert.deepEqual(observe(flows), whole);
});

test('what is exact does not depend on the seed', () => {
  const flows = randomFlows(12, 60);
  assert.deepEqual(observe(flows, { seed: 1 }), observe(flows, { seed: 2 }));
});

test('a million spoofed hosts hold no more memory, and are counted as evicted', () => {
  const windows = new HostWindows({ maxHosts: 256, windows: [1] });
  const { bytes } = windows.stats;
  const batch = batchOf(Array.from({ length: 5000 }, () => ({ from: 0, to: 7, end: EPOCH })));
  const view = new DataView(batch.addresses.buffer, batch.addresses.byteOffset);
  const before = process.memoryUsage().arrayBuffers;
  for (let turn = 0; turn < 200; turn++) {
    for (let i = 0; i < 5000; i++) view.setUint32(i * 32, 0x20000000 + turn * 5000 + i);
    windows.observe(batch);
  }
  assert.equal(windows.stats.bytes, bytes);
  assert.equal(windows.stats.hosts, 256);
  assert.equal(windows.stats.evicted, 1_000_001 - 256);
  assert.equal(windows.stats.evictedActive, 1_000_001 - 256);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
});

test('of hosts pushed out, those whose windows were empty lost nothing', () => {
  const windows = new HostWindows({ maxHosts: 2 });
  const pair = (n: number, end: number): Flow => ({ from: 2 * n, to: 2 * n + 1, end });
  const ends = [EPOCH, EPOCH + 700e6, EPOCH + 710e6];
  windows.observe(batchOf(ends.map((end, n) => pair(n, end))));
  assert.deepEqual([windows.stats.evicted, windows.stats.evictedActive], [4, 2]);
});

test('distinct peers of a busy host stay within three standard errors', () => {
  const flows = Array.from({ length: 1500 }, (_, i) => ({
    from: 1,
    to: 0x0b000000 + i,
    end: EPOCH + i * 1000,
  }));
  const values = observe(flows, { maxHosts: 2000 });
  for (const n of [100, 400, 1000, 1500]) {
    const load = n / 512;
    const error = Math.sqrt(512 * (Math.exp(load) - load - 1));
    const got = values[(n - 1) * 8 * WIDTH + column('peers', 3)]!;
    assert.ok(Math.abs(got - n) < 3 * error + 1, `${got} for ${n}`);
  }
});

test('a host that jumped ahead begins afresh when time returns, and hostile numbers do no harm', () => {
  const windows = new HostWindows(SMALL);
  const odd = [Number.NaN, -5, 1e300, Number.POSITIVE_INFINITY];
  const flows = [EPOCH, ...odd, EPOCH].map((end) => ({ from: 1, to: 2, end, out: Number.NaN }));
  const { values } = windows.observe(batchOf(flows));
  assert.equal(values[5 * 8 * WIDTH + column('flows', 3)], 1);
  assert.equal(values[5 * 8 * WIDTH + column('bytes_out', 3)], 0);
  assert.ok(windows.stats.restarted > 0);
});

test('stamps are counted from a later base after hours, and peers stay remembered', () => {
  const windows = new HostWindows(SMALL);
  const flows = Array.from({ length: 600 }, (_, i) => ({
    from: 1,
    to: 2 + (i % 3),
    end: EPOCH + i * 60e6,
  }));
  const { values } = windows.observe(batchOf(flows));
  for (let i = 20; i < 600; i++) {
    const expected = exactFeatures(flows.slice(Math.max(0, i - 20), i + 1), 1, WINDOWS);
    assert.equal(values[i * 8 * WIDTH + column('peers', 3)], expected[3]![1]);
    assert.equal(values[i * 8 * WIDTH + column('new_peer_ratio', 3)], 0);
  }
});

test('a flow of a host with itself counts once; without DNS input its columns are empty', () => {
  const { values } = new HostWindows(SMALL).observe(batchOf([{ from: 1, to: 1, end: EPOCH }]));
  assert.equal(values[column('flows', 0)], 1);
  assert.equal(values[column('flows', 0, 1)], 1);
  assert.ok(Number.isNaN(values[column('dns_queries', 0)]));
});

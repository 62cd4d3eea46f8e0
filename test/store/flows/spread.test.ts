import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store } from '../../../src/store/index.ts';
import { argusRows, temporaryStore } from '../fixtures.ts';

/** Keeps rows whose scores are given. */
async function keep(store: Store, origin: string, scores: readonly number[]): Promise<void> {
  const writer = store.flows.writer({ view: 'argus', origin });
  await writer.append(argusRows(scores.length), { scores: Float32Array.from(scores) });
  await writer.close();
}

const sum = (bars: readonly { readonly count: number }[]): number =>
  bars.reduce((all, { count }) => all + count, 0);

test('a long tail is told on bars of equal ratio, with one for 0', async (t) => {
  const store = await temporaryStore(t);
  // 0, and a hundred each of 1, 10 … 1e6.
  const values = Array.from({ length: 800 }, (_, i) =>
    i < 100 ? 0 : 10 ** (Math.floor(i / 100) - 1),
  );
  await keep(store, 'file-1', values);
  const spread = await store.flows.spread({ view: 'argus' }, 'score', { value: 100, bars: 12 });
  assert.deepEqual([spread.rows, spread.scale], [800, 'log']);
  assert.deepEqual([spread.below, spread.same, spread.above], [300, 100, 400]);
  const [zero, ...bars] = spread.bars;
  assert.deepEqual(zero, { from: 0, to: 0, count: 100 });
  assert.equal(bars.length, 12);
  assert.equal(bars[0]!.from, 1);
  assert.equal(bars.at(-1)!.to, 1e6);
  assert.equal(sum(spread.bars), 800);
  // No bar holds more than one of the values: the tail hides nothing.
  assert.ok(spread.bars.every(({ count }) => count <= 100));
  for (const bar of bars.slice(1)) {
    assert.ok(Math.abs(Math.log10(bar.to / bar.from) - 0.5) < 1e-9);
  }
  assert.deepEqual(spread.quantiles, [0, 1, 100, 1e4, 1e6]);
});

test('values without a tail keep bars of equal width; one value is one bar', async (t) => {
  const store = await temporaryStore(t);
  await keep(
    store,
    'file-1',
    Array.from({ length: 100 }, (_, i) => i / 128),
  );
  const ask = (value: number) =>
    store.flows.spread({ view: 'argus' }, 'score', { value, bars: 10 });
  const even = await ask(-1);
  assert.equal(even.scale, 'even');
  assert.deepEqual([even.below, even.same, even.above], [0, 0, 100]);
  assert.equal(sum(even.bars), 100);
  assert.ok(even.bars.every(({ count }) => count >= 9 && count <= 11));
  const one = await temporaryStore(t);
  await keep(one, 'file-1', [0.5, 0.5]);
  const single = await one.flows.spread({ view: 'argus' }, 'score', { value: 0.5 });
  assert.deepEqual(single.bars, [{ from: 0.5, to: 0.5, count: 2 }]);
  const none = await one.flows.spread({ view: 'argus', origin: 'other' }, 'score', { value: 1 });
  assert.deepEqual([none.rows, none.bars], [0, []]);
  const words = one.flows.spread({ view: 'argus' }, 'SrcAddr', { value: 1 });
  await assert.rejects(words, { code: 'STORE_QUERY' });
});

test('scores are counted by threshold and host, each origin by itself', async (t) => {
  const store = await temporaryStore(t);
  const scores = Array.from({ length: 60 }, (_, i) => (i % 10) / 10);
  await keep(store, 'file-1', scores);
  await keep(store, 'file-2', scores.slice(0, 20));
  const first = await store.flows.hostScores({ view: 'argus', least: 1, thresholds: [0.65, 0.95] });
  const { rows } = await store.flows.page({
    view: 'argus',
    columns: ['SrcAddr', 'score'],
    limit: 100,
  });
  assert.equal(first.flows, 80);
  assert.equal(first.origins, 2);
  assert.equal(first.thresholds.length, 102);
  assert.deepEqual(
    [...first.thresholds].sort((a, b) => a - b),
    first.thresholds,
  );
  for (const [at, threshold] of first.thresholds.entries()) {
    const reached = rows.filter(({ cells }) => Number(cells[1]) >= threshold).length;
    assert.equal(first.reached[at], reached, `${threshold}`);
  }
  const pairs = new Set(rows.map(({ origin, cells }) => `${origin} ${cells[0]}`));
  const high = new Set(
    rows
      .filter(({ cells }) => Number(cells[1]) > 0.01)
      .map((row) => `${row.origin} ${row.cells[0]}`),
  );
  assert.equal(first.hosts.length, high.size);
  assert.ok(first.hosts.every(({ ofOrigin }) => ofOrigin <= pairs.size));
  const all = first.hosts.reduce((total, { reached }) => total + reached.at(-1)!, 0);
  assert.equal(all, 0);
  const fewer = await store.flows.hostScores({ view: 'argus', least: 20 });
  assert.ok(fewer.hosts.length < first.hosts.length);
  assert.equal(fewer.reached[0], 80);
});

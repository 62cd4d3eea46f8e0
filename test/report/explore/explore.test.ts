import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/index.ts';
import { associations } from '../../../src/report/explore/associations.ts';
import { rowClasses } from '../../../src/report/explore/classes.ts';
import { summariseNumbers } from '../../../src/report/explore/numbers.ts';
import {
  countryLookup,
  type Exploration,
  explore,
  explorePage,
  exploreText,
  pageHtml,
} from '../../../src/report/index.ts';
import { tableOf } from './tables.ts';

const ROWS = 4000;
const random = new Random(7);
const draws = Array.from({ length: ROWS }, () => random.next());
const labels = Int32Array.from(draws, (draw) => (draw < 0.7 ? 0 : 1));
const attacks = labels.filter((label) => label === 1).length;
const wave = (row: number): number => ((row * 7919) % 101) - 50;

const data = tableOf([
  { name: 'StartTime', role: 'time', time: true, cells: draws.map((_, row) => 1.6e15 + row * 1e6) },
  {
    name: 'SrcAddr',
    role: 'identity',
    cells: Array.from(labels, (label) => (label ? '8.8.8.8' : '10.0.0.1')),
  },
  { name: 'DstAddr', role: 'identity', cells: draws.map(() => '147.32.84.165') },
  { name: 'bytes', cells: draws.map((draw) => Math.round(10 ** (6 * draw))) },
  { name: 'noise', cells: draws.map((_, row) => wave(row)) },
  { name: 'twice', cells: draws.map((_, row) => wave(row) * 2) },
  { name: 'word', cells: draws.map((_, row) => (row % 3 === 0 ? '-' : `w${row % 3}`)) },
  { name: 'same', cells: draws.map(() => 1) },
]);
const input = { name: 'made', table: data, classes: ['normal', 'attack'], labels };
const made = (): Promise<Exploration> => explore(input, { seed: 3 });

test('the figures of a made table are those it was made with', async () => {
  const found = await made();
  assert.equal(found.data.rows, ROWS);
  assert.deepEqual(found.classes, [
    { name: 'normal', rows: ROWS - attacks },
    { name: 'attack', rows: attacks },
  ]);
  assert.deepEqual(found.majority, { class: 'normal', share: (ROWS - attacks) / ROWS });
  const word = found.columns.find(({ name }) => name === 'word');
  assert.ok(word?.type === 'text');
  assert.equal(word.dashes, Math.ceil(ROWS / 3));
  assert.equal(word.distinct, 3);
  assert.equal(found.columns.find(({ name }) => name === 'same')?.distinct, 1);
});

test('what tells the label is found and named: identity, copies, constants, dashes', async () => {
  const { findings, leaks } = await made();
  const leaky = findings.filter(({ kind }) => kind === 'identity-leak').map(({ text }) => text);
  assert.ok(leaky.some((text) => text.startsWith('SrcAddr:')));
  assert.ok(
    leaky.some((text) => text.startsWith('bytes:')),
    'drawn as the label is',
  );
  assert.ok(!leaky.some((text) => text.startsWith('noise:')));
  assert.ok(findings.some(({ kind, text }) => kind === 'constant' && text.includes('same')));
  assert.ok(findings.some(({ kind, text }) => kind === 'dashes' && text.includes('word')));
  assert.ok(leaks);
  const scores = new Map(leaks.columns.map((one) => [one.name, one.balancedAccuracy]));
  assert.equal(scores.get('SrcAddr'), 1);
  assert.ok(Math.abs(scores.get('noise')! - 0.5) < 0.05, 'noise is judged as chance');
  assert.ok(leaks.tree.balancedAccuracy > 0.99);
});

test('copies and copies under another label are counted', async () => {
  const { duplicates } = await explore({
    name: 'x',
    table: tableOf([{ name: 'a', cells: [1, 1, 2, 2, 2, 3] }]),
    classes: ['normal', 'attack'],
    labels: Int32Array.of(0, 0, 0, 1, 0, 1),
  });
  assert.deepEqual(duplicates, { rows: 3, distinct: 3, conflicting: 3 });
});

test('places: the country of public addresses, private ones apart', async () => {
  const { places } = await made();
  const by = new Map(places?.map((place) => [place.code, place]));
  assert.equal(by.get('US')?.sourceRows, attacks);
  assert.equal(by.get('US')?.sourceAttacks, attacks);
  assert.equal(by.get('private')?.sourceAttacks, 0);
  assert.equal(by.get('CZ')?.destinationRows, ROWS);
});

test('country look-up: private, mapped, IPv6 and what is no address', () => {
  const country = countryLookup();
  for (const address of ['10.1.2.3', '192.168.0.1', '172.16.0.1', 'fe80::1', 'fd00::1', '::1']) {
    assert.equal(country(address), 'private', address);
  }
  assert.equal(country('::ffff:8.8.8.8'), 'US');
  assert.equal(country('2001:4860:4860::8888'), 'US');
  for (const other of ['', 'who', '00:11:22:33:44:55', 'f'.repeat(500), '__proto__']) {
    assert.equal(country(other), 'unknown', other);
  }
  fc.assert(fc.property(fc.string(), (text) => typeof country(text) === 'string'));
});

test('the time line holds every row once', async () => {
  const { timeLine } = await made();
  const total = timeLine?.counts.flat().reduce((sum, rows) => sum + rows, 0);
  assert.equal(total, ROWS);
});

test('number summaries agree with the plain way, whatever the cells', () => {
  const number = fc.oneof(
    fc.integer({ min: -50, max: 50 }),
    fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((value) => value + 0),
  );
  const cell = fc.tuple(fc.option(number, { nil: null }), fc.integer({ min: -1, max: 1 }));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), (rows) => {
      const table = tableOf([{ name: 'n', cells: rows.map(([value]) => value) }]);
      const column = table.columns[0]!;
      assert.ok(column.kind === 'number');
      const own = Int32Array.from(rows, ([, label]) => label);
      const classes = rowClasses(rows.length, ['a', 'b'], own);
      const found = summariseNumbers(table.schema.columns[0]!, column.values, classes);
      const full = [...column.values].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
      assert.equal(found.empty, rows.length - full.length);
      assert.equal(found.distinct, new Set(full).size);
      assert.equal(found.negative, full.filter((value) => value < 0).length);
      assert.equal(found.zeros, full.filter((value) => value === 0).length);
      if (full.length === 0) return;
      assert.equal(found.quantiles?.[0], full[0]);
      assert.equal(found.quantiles?.[6], full.at(-1));
      const { distribution } = found;
      if (!distribution) return;
      const drawn = distribution.counts.flat().reduce((sum, count) => sum + count, 0);
      assert.equal(drawn + distribution.below, full.length);
    }),
  );
});

test('Pearson and Cramér: one tells the other, and constants tell nothing', () => {
  const found = associations(data);
  const pearson = found.find(({ method }) => method === 'Pearson')!;
  const place = (name: string): number => pearson.names.indexOf(name);
  const at = (a: string, b: string): number | null =>
    pearson.values[place(a) * pearson.names.length + place(b)]!;
  assert.ok(Math.abs(at('noise', 'twice')! - 1) < 1e-9);
  assert.equal(at('noise', 'same'), null);
  const cramer = found.find(({ method }) => method !== 'Pearson')!;
  const own = cramer.names.indexOf('SrcAddr');
  assert.ok(Math.abs(cramer.values[own * cramer.names.length + own]! - 1) < 1e-3);
});

test('the page stands alone: no script, nothing from elsewhere, all text escaped', async () => {
  const table = tableOf([
    { name: '<b>n</b>', cells: [1, 2, 3, 4] },
    { name: 'w', cells: ['<script>alert(1)</script>', 'b', 'c', '"&'] },
  ]);
  const html = pageHtml(explorePage(await explore({ name: '<img src=x>', table })));
  assert.doesNotMatch(html, /<script|<img|https?:\/\/(?!www\.w3\.org)/);
  assert.match(html, /&lt;script&gt;/);
  assert.match(html, /default-src 'none'/);
  assert.equal(html, pageHtml(explorePage(await explore({ name: '<img src=x>', table }))));
});

test('the terminal text leads with what to know first', async () => {
  const text = exploreText(await made());
  assert.ok(text.indexOf('! SrcAddr') < text.indexOf('\ncolumn'));
  assert.match(text, /2020-09-13/);
});

test('no rows, no labels and one class are looked at without an error', async () => {
  const none = await explore({ name: 'none', table: tableOf([{ name: 'n', cells: [] }]) });
  assert.ok(pageHtml(explorePage(none)).length > 0 && exploreText(none).length > 0);
  const one = { name: 'one', table: data, classes: ['normal'], labels: new Int32Array(ROWS) };
  assert.equal((await explore(one)).leaks, null);
});

test('it stops when told to', async () => {
  await assert.rejects(explore(input, { signal: AbortSignal.abort() }), { code: 'ABORTED' });
});

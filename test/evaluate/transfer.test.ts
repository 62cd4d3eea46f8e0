import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, WiresiftError } from '../../src/base/index.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { type TransferSet, transfer, transferText } from '../../src/evaluate/index.ts';
import { featuresWithout, fitSource, judgeTarget } from '../../src/evaluate/transfer-fit.ts';
import { drawLabelled, readySet, withToldLabels } from '../../src/evaluate/transfer-sets.ts';
import { transferMatrices } from '../../src/evaluate/transfer-text.ts';
import { pageHtml, transferPage } from '../../src/report/index.ts';
import { type LabelledTable, numbers } from '../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import { madeFlows } from './flows.ts';
import { madeZeekFlows } from './reproduce/zeek-flows.ts';

/** The data with one column's cells changed. */
function changed(
  data: LabelledTable,
  name: string,
  cell: (value: number, row: number) => number,
): LabelledTable {
  const columns = data.table.columns.map((column, i) =>
    data.table.schema.columns[i]!.name === name && column.kind === 'number'
      ? { kind: 'number' as const, values: column.values.map(cell) }
      : column,
  );
  return { ...data, table: { ...data.table, columns } };
}

const first = madeFlows(3000, 1);
// Elsewhere hostile flows are large and harmless ones small, and nobody sets a type of service.
const elsewhere = madeFlows(3000, 2);
const second = changed(
  changed(elsewhere, 'TotBytes', (value, row) =>
    elsewhere.labels[row] === 1 ? value * 50 : value / 20,
  ),
  'sTos',
  () => Number.NaN,
);
const sets: TransferSet[] = [
  { name: 'first', data: first },
  { name: 'second', data: second },
];
const recipe = { modelKind: 'forest', parameters: { trees: 10 }, seed: 5 };
const found = await transfer({ ...recipe, sets, adapt: [60, 5000], draws: 2 });
const [view] = found.views;

test('every pair is judged, each column of the matrix on the same rows', () => {
  assert.deepEqual(
    view!.pairs.map(({ source, target }) => [source, target]),
    [
      ['first', 'second'],
      ['second', 'first'],
    ],
  );
  for (const { target, figures } of view!.pairs) {
    const at = view!.sets.findIndex(({ name }) => name === target);
    assert.equal(figures.rows, view!.inDomain[at]!.rows);
    assert.equal(figures.prevalence, view!.inDomain[at]!.prevalence);
    assert.equal(figures.rows, view!.sets[at]!.judged);
  }
});

test('the drop is the in-domain figure of the judged set less the transferred one', () => {
  const [pair] = view!.pairs;
  const own = view!.inDomain[1]!.averagePrecision.value!;
  assert.equal(pair!.drop.averagePrecision, own - pair!.figures.averagePrecision.value!);
  assert.ok(own > 0.9);
});

test('a column that one set never fills is left out for the pair alone, and named', () => {
  for (const { dropped } of view!.pairs) assert.deepEqual(dropped, ['sTos']);
  assert.match(transferText(found), /first, second: sTos/);
  const ready = readySet(sets[0]!, { seed: 5, maxRows: 1000 });
  assert.ok(featuresWithout(ready, []).includes('sTos'));
  assert.ok(!featuresWithout(ready, ['sTos']).includes('sTos'));
});

test('labelled rows of the target help, and more than it has are not asked for', () => {
  for (const { adapted } of view!.pairs) {
    assert.deepEqual(
      adapted.map(({ labelled, draws }) => [labelled, draws]),
      [[60, 2]],
    );
  }
  const [pair] = view!.pairs;
  const [{ adapted }] = pair!.adapted as [(typeof pair.adapted)[0]];
  assert.ok(adapted.averagePrecision!.low <= adapted.averagePrecision!.mean);
  assert.ok(adapted.averagePrecision!.mean > pair!.figures.averagePrecision.value!);
});

test('rows drawn to adapt are of the training part and of both classes', () => {
  const ready = readySet(sets[1]!, { seed: 5, maxRows: 400 });
  assert.equal(ready.train.length, 400);
  for (const count of [2, 10, 100]) {
    const rows = drawLabelled(ready, count, new Random(count));
    assert.equal(rows.length, count);
    assert.equal(new Set(rows).size, count);
    assert.ok(rows.every((row) => ready.train.includes(row)));
    const hostile = rows.filter((row) => ready.data.labels[row] === 1).length;
    assert.ok(hostile >= 1 && hostile < count);
  }
});

test('no part shares a row with another, and time parts come in order', () => {
  const {
    train,
    validation,
    test: judged,
    data,
    facts,
  } = readySet(sets[0]!, {
    seed: 1,
    maxRows: 5000,
  });
  assert.match(facts.splitText, /^time-ordered/);
  const all = [...train, ...validation, ...judged];
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((row) => data.labels[row]! >= 0));
  const times = numbers(data.table, 'StartTime');
  const latest = Math.max(...Array.from(train, (row) => times[row]!));
  assert.ok(judged.every((row) => times[row]! >= latest));
  assert.equal(facts.unknown, first.labels.filter((label) => label < 0).length);
});

test('a set of one class is judged on but teaches nothing', async () => {
  const harmless = { ...second, labels: second.labels.map((label) => (label === 1 ? -1 : label)) };
  const mixed = await transfer({
    ...recipe,
    sets: [sets[0]!, { name: 'quiet', data: harmless }],
    adapt: [10],
  });
  assert.deepEqual(
    mixed.views[0]!.pairs.map(({ source }) => source),
    ['first'],
  );
  const [pair] = mixed.views[0]!.pairs;
  assert.equal(pair!.figures.recall.value, null);
  assert.equal(typeof pair!.figures.falsePositiveRate.value, 'number');
  assert.equal(pair!.drop.rocAuc, null);
  assert.deepEqual(pair!.adapted, []);
  assert.equal(mixed.views[0]!.inDomain[1], null);
});

test("the publisher's test rows are judged and do nothing else", () => {
  const ready = readySet(
    { name: 'official', data: first, testFrom: 2000 },
    { seed: 1, maxRows: 9999 },
  );
  assert.ok(ready.test.every((row) => row >= 2000));
  assert.ok([...ready.train, ...ready.validation].every((row) => row < 2000));
});

test('sets without times are parted by equal rows; views do not mix', async () => {
  const zeek = (name: string, seed: number) => ({ name, data: madeZeekFlows(1500, true, seed) });
  const both = await transfer({ ...recipe, sets: [...sets, zeek('a', 1), zeek('b', 2)] });
  assert.deepEqual(
    both.views.map(({ view: name, pairs }) => [name, pairs.length]),
    [
      ['argus@1', 2],
      [both.views[1]!.view, 2],
    ],
  );
  assert.match(both.views[1]!.sets[0]!.splitText, /^grouped/);
  // Two draws of the same flows: copies of one stand in the other.
  const { copies } = both.views[1]!.pairs[0]!;
  assert.ok(copies > 0.2 && copies < 1, String(copies));
  await assert.rejects(
    transfer({ ...recipe, sets: [sets[0]!, zeek('a', 1)] }),
    (error: unknown) => error instanceof WiresiftError && error.code === 'EXPERIMENT',
  );
});

test('the threshold comes from the source, the figures from the target', async () => {
  const options = { seed: 5, maxRows: 50_000 };
  const [source, target] = sets.map((set) => readySet(set, options)) as [
    ReturnType<typeof readySet>,
    ReturnType<typeof readySet>,
  ];
  const fitted = await fitSource(source, ['sTos'], recipe);
  const figures = await judgeTarget(fitted, target);
  assert.deepEqual(figures, view!.pairs[0]!.figures);
});

test('rows of unknown class get the class that is told, others keep theirs', () => {
  const word = 'Background';
  const told = withToldLabels(first, [{ firstRow: 0, rows: 1500, hostile: true, word }]);
  first.labels.forEach((label, row) => {
    assert.equal(told.labels[row], label < 0 && row < 1500 ? 1 : label);
  });
  const none = withToldLabels(first, [
    { firstRow: 0, rows: 3000, hostile: false, word: 'No such' },
  ]);
  assert.deepEqual(none.labels, first.labels);
  const unlabelled = { ...first, labels: first.labels.map(() => -1) };
  assert.throws(
    () => readySet({ name: 'none', data: unlabelled }, { seed: 1, maxRows: 100 }),
    (error: unknown) => error instanceof WiresiftError && error.code === 'EXPERIMENT',
  );
});

test('the same seed repeats it; page and text hold the matrix', async () => {
  const again = await transfer({ ...recipe, sets, adapt: [60, 5000], draws: 2 });
  assert.deepEqual(again, found);
  const threaded = await transfer({ ...recipe, sets, threads: 2 });
  assert.deepEqual(threaded.views[0]!.inDomain, view!.inDomain);
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  const [matrix] = transferMatrices(view!);
  assert.deepEqual(matrix!.values, [
    view!.inDomain[0]!.averagePrecision.value,
    view!.pairs[0]!.figures.averagePrecision.value,
    view!.pairs[1]!.figures.averagePrecision.value,
    view!.inDomain[1]!.averagePrecision.value,
  ]);
  const html = pageHtml(transferPage(found));
  assert.ok(html.includes('Drop of average precision') && html.includes('60 labelled rows'));
});

test('published logs of two places', { skip: sharedMissing }, async () => {
  const reader = await openDataset('zeek-labelled');
  const read = async (name: string, files: readonly string[]) => ({
    name,
    data: await reader.read(
      files.map((file) => sharedPath(`data/zeek-labelled/${file}.conn.log.labeled.gz`)),
    ),
  });
  const published = await transfer({
    ...recipe,
    sets: [
      await read('iot23', ['iot23-34-1', 'iot23-honeypot-4-1']),
      await read('stf', ['stf-001', 'stf-003', 'stf-005', 'stf-006', 'stf-008']),
    ],
  });
  const [zeek] = published.views;
  assert.ok(zeek!.inDomain.every((one) => one!.rocAuc.value! > 0.95));
  const [, back] = zeek!.pairs;
  assert.ok(back!.drop.rocAuc! > 0.2, 'a model of one network fails on another');
});

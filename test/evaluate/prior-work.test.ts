import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { priorWorkProtocol } from '../../src/evaluate/prior-work.ts';
import { priorWorkText } from '../../src/evaluate/prior-work-text.ts';
import { numbers, texts } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(3000);
const report = await priorWorkProtocol(data, { seed: 4, dropShare: 0.5 });

test('every step is counted and its flaw named', () => {
  const [file, dropped, complete, raised, split] = report.steps;
  const hostile = data.labels.filter((label) => label === 1).length;
  assert.deepEqual([file!.rows, file!.hostile], [3000, hostile]);
  assert.equal(dropped!.hostile, hostile);
  assert.ok(Math.abs(dropped!.rows - hostile - (3000 - hostile) / 2) < 120);
  const oneWay = numbers(data.table, 'dTos').reduce(
    (sum, tos, row) => sum + (Number.isNaN(tos) && data.labels[row] === 1 ? 1 : 0),
    0,
  );
  assert.equal(complete!.hostile, hostile - oneWay);
  assert.ok(complete!.note.startsWith(`${oneWay} From-Botnet`));
  assert.equal(raised!.rows, 2 * raised!.hostile);
  assert.equal(split!.rows, Math.round(raised!.rows / 4));
  assert.match(split!.note, /^[1-9]\d* test rows are made up/);
  assert.deepEqual(
    report.steps.map(({ flaw }) => flaw),
    ['', 'unrealistic', 'loses rows', 'leaks', 'leaks'],
  );
});

test('the leaky figures stand beside the honest ones', () => {
  const { leaky, sameModelLater, sameRecipe } = report;
  assert.ok(Math.abs(leaky.prevalence.value! - 0.5) < 0.05);
  assert.ok(leaky.averagePrecision.value! > 0.9);
  assert.equal(sameModelLater.rows, sameRecipe.rows);
  const times = numbers(data.table, 'StartTime');
  assert.equal(sameRecipe.rows, times.filter((time) => time >= report.cut).length);
  assert.ok(sameRecipe.prevalence.value! < 0.15);
  assert.ok(report.leakyAtNaturalPrevalence.value! < leaky.precision.value!);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

test('the text marks what leaks', () => {
  const text = priorWorkText(report);
  assert.match(text, /marked LEAKY/);
  assert.match(text, /SMOTE-NC to 50\/50 .* LEAKS/);
  assert.match(text, /LEAKY: balanced test +LEAKY: same model, later +honest: same recipe/);
});

test('the same seed repeats it, another does not', async () => {
  assert.deepEqual(await priorWorkProtocol(data, { seed: 4, dropShare: 0.5 }), report);
  const other = await priorWorkProtocol(data, { seed: 5, dropShare: 0.5 });
  assert.notDeepEqual(other.leaky, report.leaky);
});

test('data without From-Botnet rows, or without complete ones, are refused', async () => {
  const refused = (error: unknown) => error instanceof WiresiftError && error.code === 'PRIOR_WORK';
  const raw = texts(data.table, 'Proto');
  await assert.rejects(priorWorkProtocol({ ...data, rawLabel: raw }, { seed: 1 }), refused);
  const columns = data.table.columns.map((column, i) =>
    data.table.schema.columns[i]!.name === 'dTos' && column.kind === 'number'
      ? { kind: 'number' as const, values: column.values.map(() => Number.NaN) }
      : column,
  );
  const empty = { ...data, table: { ...data.table, columns } };
  await assert.rejects(priorWorkProtocol(empty, { seed: 1 }), refused);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import {
  checkElsewhere,
  elsewhereText,
  judgeElsewhere,
  type TransferSet,
  trainModel,
} from '../../src/evaluate/index.ts';
import { schemaId } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';
import { madeZeekFlows } from './reproduce/zeek-flows.ts';

const own = madeFlows(2000, 1);
const trained = await trainModel({
  data: own,
  modelKind: 'forest',
  parameters: { trees: 5 },
  seed: 3,
});
const other: TransferSet = { name: 'other', data: { ...madeFlows(1500, 2), hash: 'b'.repeat(64) } };
const facts = { schema: schemaId(own.table.schema), hash: own.hash };

test('every labelled row judges, at the threshold of the model itself', async () => {
  const found = await judgeElsewhere(trained, other);
  const { labels } = other.data;
  const known = labels.filter((label) => label >= 0);
  assert.equal(found.figures.rows, known.length);
  assert.equal(found.unknown, labels.length - known.length);
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row]! >= 0);
  const scores = trained.model.score(trained.pipeline.transform(other.data.table, rows));
  let hits = 0;
  let hostile = 0;
  rows.forEach((row, i) => {
    if (labels[row] !== 1) return;
    hostile++;
    if (scores[2 * i + 1]! >= trained.threshold.value) hits++;
  });
  assert.equal(found.figures.recall.value, hits / hostile);
  assert.equal(found.figures.prevalence, hostile / rows.length);
});

test('columns that the model reads and that hold nothing there are named', async () => {
  const { table } = other.data;
  const columns = table.columns.map((column, i) =>
    table.schema.columns[i]!.name === 'TotBytes' && column.kind === 'number'
      ? { ...column, values: column.values.map(() => Number.NaN) }
      : column,
  );
  const data = { ...other.data, table: { ...table, columns } };
  const found = await judgeElsewhere(trained, { name: 'bare', data });
  assert.ok(found.empty.includes('TotBytes'));
  assert.match(elsewhereText([found]), /bare .*\b\d+\b/);
});

test('other columns, the very data that trained, and rows without a class are refused', () => {
  const refused = (set: TransferSet, saw: RegExp): void =>
    assert.throws(
      () => checkElsewhere(set, facts),
      (error: unknown) => error instanceof WiresiftError && saw.test(error.facts.saw),
    );
  checkElsewhere(other, facts);
  refused({ name: 'own', data: own }, /very data/);
  refused({ name: 'zeek', data: madeZeekFlows(200, true) }, /zeek@1/);
  const blank = { ...other.data, labels: other.data.labels.map(() => -1) };
  refused({ name: 'blank', data: blank }, /no row/);
});

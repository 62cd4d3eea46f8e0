import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCtu13 } from '../../src/datasets/index.ts';
import { trainModel } from '../../src/evaluate/experiment.ts';
import { type LabelledTable, type TextColumn, takeRows } from '../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';

/** The first rows of a labelled table; enough of scenario 6 to hold the bot's first half hour. */
function firstRows(data: LabelledTable, count: number): LabelledTable {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const text = (column: TextColumn) => ({ ...column, codes: column.codes.slice(0, count) });
  return {
    ...data,
    table: takeRows(data.table, rows),
    labels: data.labels.slice(0, count),
    groups: data.groups.slice(0, count),
    rawLabel: text(data.rawLabel),
  };
}

test('CTU-13 scenario 6, its first rows: trained on the past, judged on what follows', {
  skip: sharedMissing,
}, async () => {
  const whole = await readCtu13(sharedPath('data', 'ctu13', 'capture20110816.binetflow.gz'));
  const data = firstRows(whole, 150_000);
  const { evaluation, record } = await trainModel({
    data,
    modelKind: 'forest',
    parameters: { trees: 10 },
    seed: 1,
    judge: { replicates: 20 },
  });
  const [labelled, counting] = evaluation.views;
  assert.ok(record.rows.train < 5000, 'background is left out of training');
  assert.ok(labelled!.averagePrecision.value! > 0.95);
  assert.ok(counting!.averagePrecision.value! < labelled!.averagePrecision.value!);
  assert.ok(counting!.rows > 30_000);
  assert.ok(evaluation.background!.alertsPerHour.value! > 0);
  assert.match(evaluation.warnings.join('\n'), /All hostile rows come from one host/);
  const bot = evaluation.hosts.shown.find(({ name }) => name === '147.32.84.165');
  assert.equal(bot!.hits, labelled!.counts.tp);
  assert.match(evaluation.baselines[2]!.note, /trivially separable/);
  assert.ok(evaluation.rawLabels.shown.some(({ name }) => name.includes('From-Botnet')));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark } from '../../src/evaluate/benchmark.ts';
import { crossValidate } from '../../src/evaluate/cross-validate.ts';
import { evaluateModel } from '../../src/evaluate/evaluate-model.ts';
import { checkTraining, scoreRows, trainModel } from '../../src/evaluate/experiment.ts';
import { lookBackSeconds } from '../../src/evaluate/look-back.ts';
import { prepareRows } from '../../src/evaluate/prepare.ts';
import { makeSplit } from '../../src/evaluate/split.ts';
import { loadModel, saveModel } from '../../src/models/index.ts';
import { numbers } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(1200);
const parameters = {
  epochs: 2,
  window: 4,
  network: '{"layers":[{"layer":"dense","units":6,"activation":"relu"},{"layer":"gru","units":6}]}',
};
const usual = { data, modelKind: 'host-gru', parameters, seed: 3, judge: { replicates: 10 } };

test('training, file and judgement of a kind that reads histories go as those of any other', async () => {
  const trained = await trainModel(usual);
  assert.ok(trained.record.leaks.passed);
  assert.ok(trained.pipeline.history);
  const file = loadModel(saveModel(trained.file), 'test model');
  const again = await evaluateModel(file, data, { replicates: 10, seed: 3 });
  assert.deepEqual(again.views.at(-1), trained.evaluation.views.at(-1));
});

test('a part is read with its own rows alone, whatever the blocks it is scored in', async () => {
  const { model, pipeline } = await trainModel(usual);
  const rows = Int32Array.from({ length: 300 }, (_, i) => 900 + i);
  const scores = await scoreRows({ model, pipeline }, data, rows);
  assert.deepEqual(scores, model.score(pipeline.transform(data.table, rows)));
  const whole = model.score(pipeline.transform(data.table));
  assert.notDeepEqual(scores, whole.slice(1800), 'earlier parts are no history of a later one');
});

test('rows drawn again or made are refused as history; weights are not', async () => {
  const rows = Int32Array.from(data.labels.keys()).filter((row) => data.labels[row]! >= 0);
  const given = { data, rows, seed: 1, modelKind: 'host-tcn' };
  for (const kind of ['over', 'under', 'smote', 'smotenc'] as const) {
    await assert.rejects(prepareRows({ ...given, balance: { kind } }), { code: 'PREPARE' });
  }
  const { input } = await prepareRows({ ...given, balance: { kind: 'weights' } });
  assert.ok(input.weights && input.matrix.history);
});

test('cross-validation and benchmark hand histories on, and leave such kinds out where there are none', async () => {
  const folds = { data, modelKind: 'host-gru', parameters, seed: 1, folds: 2 };
  const { mean } = await crossValidate({ ...folds, split: 'time' });
  assert.ok(mean > 0.3);
  const { modelKind: _, parameters: __, ...training } = usual;
  const models = [{ kind: 'tree' }, { kind: 'host-gru', parameters }];
  const { entries, failures } = await benchmark({ ...training, models });
  assert.deepEqual(failures, []);
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['tree', 'host-gru'],
  );
  const hostless = data.table.schema.columns.map((column) =>
    column.name === 'SrcAddr' ? { ...column, name: 'Source' } : column,
  );
  const schema = { ...data.table.schema, columns: hostless };
  const other = { ...data, table: { ...data.table, schema } };
  const refused = await benchmark({ ...training, data: other, models });
  assert.deepEqual(
    refused.failures.map(({ kind }) => kind),
    ['host-gru'],
  );
  assert.match(refused.failures[0]!.reason, /FEATURE_HISTORY/);
  const random = makeSplit(
    { rows: Int32Array.from(data.labels.keys()), labels: data.labels },
    { kind: 'stratified', testFraction: 0.4, seed: 1 },
  );
  assert.equal(lookBackSeconds(other, random, 'host-gru'), 0);
});

test('windows straddle a random split, and no split by time or by host', async () => {
  const rows = Int32Array.from(data.labels.keys());
  const times = numbers(data.table, 'StartTime');
  const input = { rows, labels: data.labels, groups: data.groups, times };
  const random = makeSplit(input, { kind: 'stratified', testFraction: 0.4, seed: 1 });
  const hosts = makeSplit(input, { kind: 'grouped', testFraction: 0.4, seed: 1 });
  const later = makeSplit(input, { kind: 'time', trainFraction: 0.6, by: 'span' });
  assert.equal(lookBackSeconds(data, later, 'host-gru'), 0);
  assert.equal(lookBackSeconds(data, hosts, 'host-gru'), 0);
  assert.equal(lookBackSeconds(data, random, 'forest'), 0);
  const short = lookBackSeconds(data, random, 'host-gru', { window: 3 });
  const long = lookBackSeconds(data, random, 'host-gru', { window: 9 });
  assert.ok(short > 0 && long > 2 * short, `${short} and ${long} seconds`);
  assert.equal(lookBackSeconds(data, random, 'host-gru', { window: 1 }), 0);
  const split = { kind: 'stratified', testFraction: 0.4, seed: 1 } as const;
  const { findings } = await checkTraining({ ...usual, split });
  assert.ok(findings.some(({ name }) => name === 'windows-straddle'));
  const plain = await checkTraining({ ...usual, split, modelKind: 'tree', parameters: {} });
  assert.ok(!plain.findings.some(({ name }) => name === 'windows-straddle'));
});

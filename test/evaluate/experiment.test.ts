import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { evaluateModel } from '../../src/evaluate/evaluate-model.ts';
import { evaluationText } from '../../src/evaluate/evaluation-text.ts';
import { type Trained, type TrainOptions, trainModel } from '../../src/evaluate/experiment.ts';
import { wilson } from '../../src/evaluate/measure.ts';
import { recordedSplit } from '../../src/evaluate/training-record.ts';
import { loadModel, type Model, type ModelFile, saveModel } from '../../src/models/index.ts';
import { numbers } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(3000);
const usual: TrainOptions = {
  data,
  modelKind: 'forest',
  parameters: { trees: 8 },
  seed: 3,
  judge: { replicates: 10 },
};

/** Hash of everything that the model learned. */
function learned(model: Model): string {
  const hash = createHash('sha256');
  for (const { name, data: cells } of model.tensors()) {
    hash.update(name).update(Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength));
  }
  return hash.digest('hex');
}

/** The file as it comes back from the disk. */
const judged = ({ file }: Trained): ModelFile => loadModel(saveModel(file), 'test model');

const trained = await trainModel(usual);

test('labels, cells and order of test rows change neither pipeline, model nor threshold', async () => {
  const split = recordedSplit(data, trained.record);
  const labels = data.labels.slice();
  // The test rows' labels, turned round: every row gets the label of another.
  split.test.forEach((row, i) => {
    labels[row] = data.labels[split.test[split.test.length - 1 - i]!]!;
  });
  const columns = data.table.columns.map((column, index) => {
    if (column.kind !== 'number' || data.table.schema.columns[index]!.type === 'time')
      return column;
    const values = column.values.slice();
    for (const row of split.test) values[row] = 1e9 + row;
    return { kind: 'number' as const, values };
  });
  const changed = { ...data, labels, table: { ...data.table, columns } };
  const again = await trainModel({ ...usual, data: changed });
  assert.equal(again.pipeline.hash(), trained.pipeline.hash());
  assert.equal(learned(again.model), learned(trained.model));
  assert.deepEqual(again.threshold, trained.threshold);
  assert.notDeepEqual(again.evaluation.views, trained.evaluation.views);
});

test('training labels do change the model', async () => {
  const split = recordedSplit(data, trained.record);
  const labels = data.labels.slice();
  for (const row of split.train.subarray(0, 300)) if (labels[row]! >= 0) labels[row] = 1;
  const again = await trainModel({ ...usual, data: { ...data, labels } });
  assert.notEqual(learned(again.model), learned(trained.model));
});

test('the same seed gives the same bytes on one thread and on two', async () => {
  const again = await trainModel({ ...usual, threads: 2 });
  assert.equal(learned(again.model), learned(trained.model));
  assert.deepEqual(again.evaluation, trained.evaluation);
});

test('a time split trains, validates and tests in that order', () => {
  const split = recordedSplit(data, trained.record);
  const times = numbers(data.table, 'StartTime');
  const range = (rows: Int32Array) => {
    const list = [...rows].map((row) => times[row]!);
    return { first: Math.min(...list), last: Math.max(...list) };
  };
  assert.ok(range(split.train).last < range(split.validation!).first);
  assert.ok(range(split.validation!).last < range(split.test).first);
  assert.equal(trained.record.rows.test, split.test.length);
  assert.equal(trained.evaluation.data.first, range(split.test).first);
});

test('background is left out of training, or taught as harmless', async () => {
  const split = recordedSplit(data, trained.record);
  const labelled = split.train.filter((row) => data.labels[row]! >= 0).length;
  assert.equal(trained.record.rows.train, labelled);
  const negative = await trainModel({ ...usual, background: 'negative' });
  assert.equal(negative.record.rows.train, split.train.length);
  assert.equal(negative.evaluation.model.background, 'negative');
});

test('the record calibrates the threshold on validation negatives', () => {
  const { labelled, background, falsePositiveRate, falsePositiveRateUpper } =
    trained.record.calibration;
  const split = recordedSplit(data, trained.record);
  const harmless = split.validation!.filter((row) => data.labels[row] === 0).length;
  assert.equal(labelled!.rows, harmless);
  assert.equal(
    labelled!.rows + background!.rows,
    split.validation!.filter((row) => data.labels[row] !== 1).length,
  );
  assert.ok(falsePositiveRate <= falsePositiveRateUpper && falsePositiveRateUpper < 1);
  const hits = labelled!.hits + background!.hits;
  assert.equal(falsePositiveRate, hits / (labelled!.rows + background!.rows));
  assert.equal(falsePositiveRateUpper, wilson(hits, labelled!.rows + background!.rows).high);
  assert.deepEqual(JSON.parse(JSON.stringify(trained.record)), trained.record);
});

test('the made-up botnet is told apart, and every baseline is printed', () => {
  const { views, baselines } = trained.evaluation;
  assert.ok(views[0]!.averagePrecision.value! > 0.9);
  assert.deepEqual(
    baselines.map(({ name }) => name),
    ['majority', 'best single column', 'identity only'],
  );
  const [majority, column, identity] = baselines;
  assert.equal(majority!.rocAuc.value, 0.5);
  assert.ok(Math.abs(majority!.averagePrecision.value! - views[0]!.prevalence.value!) < 1e-9);
  assert.ok(column!.averagePrecision.value! > majority!.averagePrecision.value!);
  assert.equal(identity!.rocAuc.value, 1);
  assert.match(identity!.note, /SrcAddr alone.*trivially separable/);
  assert.match(evaluationText(trained.evaluation), /best single column: depth-2 tree on \w+/);
});

test('the file holds the rates that live scoring reads, and survives saving', () => {
  const file = judged(trained);
  const { calibration } = trained.record;
  assert.equal(file.metrics['falsePositiveRate'], calibration.falsePositiveRate);
  assert.equal(file.metrics['falsePositiveRateUpper'], calibration.falsePositiveRateUpper);
  assert.deepEqual(file.facts['training'], trained.record);
  assert.equal(file.threshold.value, trained.threshold.value);
  assert.equal(file.dataHash, data.hash);
  assert.equal(file.schema, 'argus@1');
  assert.deepEqual(saveModel(file), saveModel(trained.file));
});

test('training again gives the same file, byte for byte', async () => {
  const again = await trainModel({ ...usual, threads: 2 });
  assert.deepEqual(saveModel(again.file), saveModel(trained.file));
});

test('data that trained the model are judged on the recorded test part, loudly', async () => {
  const evaluation = await evaluateModel(judged(trained), data, { replicates: 10, seed: 3 });
  assert.match(evaluation.warnings[0]!, /^THESE DATA TRAINED THE MODEL/);
  assert.deepEqual(evaluation.views, trained.evaluation.views);
  assert.deepEqual(evaluation.baselines, trained.evaluation.baselines);
});

test('all rows are judged only on demand, and marked', async () => {
  const evaluation = await evaluateModel(judged(trained), data, { rows: 'all', replicates: 0 });
  assert.equal(evaluation.data.rows, data.table.rows);
  assert.match(evaluation.part, /INCLUDES TRAINING ROWS/);
  assert.match(evaluationText(evaluation), /^! INCLUDES TRAINING ROWS/m);
});

test('other data are judged whole, their classes matched by name or by harm', async () => {
  const fresh = madeFlows(800, 9);
  const evaluation = await evaluateModel(judged(trained), fresh, { replicates: 0 });
  assert.equal(evaluation.data.rows, 800);
  assert.deepEqual(
    evaluation.warnings.filter((text) => text.includes('TRAIN')),
    [],
  );
  assert.deepEqual(evaluation.baselines, []);
  const renamed = {
    ...fresh,
    classes: ['scanning', 'benign'],
    labels: fresh.labels.map((l) => (l < 0 ? l : 1 - l)),
  };
  const other = await evaluateModel(judged(trained), renamed, { replicates: 0 });
  assert.deepEqual(other.views, evaluation.views);
  assert.match(other.warnings.join('\n'), /class scanning counts as the model's botnet/);
});

test('a damaged training record is refused', async () => {
  const file = judged(trained);
  const record = file.facts['training'] as ModelFile['facts'];
  const split = record['split'] as ModelFile['facts'];
  const broken: ModelFile['facts'][string][] = [
    null,
    [],
    { ...record, version: 2 },
    { ...record, split: { ...split, kind: 'all' } },
    { ...record, split: { ...split, trainFraction: 7 } },
    { ...record, validation: {} },
    { ...record, background: 'maybe' },
    { ...record, dataHash: 5 },
    { ...record, dataHash: 'of other data' },
  ];
  for (const training of broken) {
    await assert.rejects(
      evaluateModel({ ...file, facts: { training } }, data),
      (error) => error instanceof WiresiftError && error.code === 'MODEL_FILE',
    );
  }
});

test('stratified and grouped splits train too', async () => {
  for (const kind of ['stratified', 'grouped'] as const) {
    const split = { kind, testFraction: 0.3, seed: 2 };
    const result = await trainModel({ ...usual, parameters: { trees: 2 }, split });
    assert.match(result.record.splitText, new RegExp(`^${kind} split`));
    assert.ok(result.evaluation.views[0]!.rocAuc.value! > 0.8);
  }
});

test('a stop signal ends it, and one class cannot train', async () => {
  await assert.rejects(
    trainModel({ ...usual, signal: AbortSignal.abort() }),
    (error) => error instanceof WiresiftError && error.code === 'ABORTED',
  );
  const harmless = { ...data, labels: data.labels.map((label) => Math.min(label, 0)) };
  await assert.rejects(
    trainModel({ ...usual, data: harmless }),
    (error) => error instanceof WiresiftError && error.code === 'EXPERIMENT',
  );
});

test('progress names its stages in order', async () => {
  const stages: string[] = [];
  await trainModel({
    ...usual,
    parameters: { trees: 2 },
    onProgress: (stage, done, total) => {
      assert.ok(done <= total);
      if (stages.at(-1) !== stage) stages.push(stage);
    },
  });
  assert.deepEqual(stages, ['check', 'fit', 'score validation', 'score test']);
});

test('where it is unsure it abstains: the file says where, and judging it again says as much', async () => {
  const careful = await trainModel({
    ...usual,
    abstention: { kind: 'below', confidence: 0.9 },
  });
  const { abstention } = judged(careful).threshold;
  assert.deepEqual(abstention, careful.file.threshold.abstention);
  assert.ok(abstention!.from < careful.threshold.value && careful.threshold.value < abstention!.to);
  const [harm] = careful.evaluation.answers;
  assert.ok(harm!.limited!.abstained.value! > 0);
  assert.ok(harm!.limited!.error.value! <= harm!.error.value!);
  assert.match(evaluationText(careful.evaluation), /neither hostile nor harmless between/);
  const again = await evaluateModel(judged(careful), data, { seed: 3, replicates: 10 });
  assert.deepEqual(again.answers, careful.evaluation.answers);
  const { from, to, method } = abstention!;
  assert.deepEqual(again.abstention, { from, to, class: 0, method });
  // Only what is surely hostile counts in live scoring.
  const { falsePositiveRate } = careful.record.calibration;
  assert.ok(falsePositiveRate <= trained.record.calibration.falsePositiveRate);
  assert.equal(trained.evaluation.abstention, null);
  assert.match(evaluationText(trained.evaluation), /It always answers/);
});

test('two stages abstain unless told otherwise, and say so when they cannot', async () => {
  const staged = { ...usual, modelKind: 'staged', parameters: { first: 'tree', second: 'tree' } };
  const careful = await trainModel(staged);
  const told = careful.file.threshold.abstention !== undefined;
  const warned = careful.evaluation.warnings.some((text) => text.startsWith('IT NEVER ABSTAINS'));
  assert.notEqual(told, warned);
  const never = await trainModel({ ...staged, abstention: { kind: 'never' } });
  assert.equal(never.file.threshold.abstention, undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainModel } from '../../src/evaluate/experiment.ts';
import { prepareRows } from '../../src/evaluate/prepare.ts';
import {
  parseBalance,
  parsePreparation,
  parseSelections,
} from '../../src/evaluate/prepare-text.ts';
import {
  changeSpec,
  defaultSpec,
  emptyColumns,
  pipelineFromJSON,
} from '../../src/features/index.ts';
import { loadModel, saveModel } from '../../src/models/index.ts';
import { takeRows, texts } from '../../src/table/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(900);
const labelled = Int32Array.from(data.labels.keys()).filter((row) => data.labels[row]! >= 0);
const rows = labelled.subarray(0, 300);
const count = (labels: Int32Array, label: number) => labels.filter((each) => each === label).length;
const many = Math.max(
  count(
    rows.map((row) => data.labels[row]!),
    0,
  ),
  count(
    rows.map((row) => data.labels[row]!),
    1,
  ),
);

test('every way to balance evens the classes, and the pipeline never sees a made row', async () => {
  const plain = await prepareRows({ data, rows, seed: 1 });
  for (const kind of ['over', 'under', 'smote', 'smotenc'] as const) {
    const { pipeline, input } = await prepareRows({ data, rows, seed: 1, balance: { kind } });
    assert.equal(pipeline.hash(), plain.pipeline.hash(), kind);
    assert.equal(count(input.labels, 0), count(input.labels, 1), kind);
    assert.equal(input.matrix.rows, input.labels.length, kind);
    assert.ok(input.matrix.data.every(Number.isFinite), kind);
    const more = kind === 'under' ? rows.length - many : many;
    assert.equal(count(input.labels, 0), more, kind);
    const target = 20;
    const few = await prepareRows({ data, rows, seed: 1, balance: { kind, target } });
    assert.ok(few.input.labels.length >= 2 * target, kind);
  }
  const { input } = await prepareRows({ data, rows, seed: 1, balance: { kind: 'weights' } });
  const sum = (label: number) =>
    input.weights!.reduce((all, weight, i) => all + (input.labels[i] === label ? weight : 0), 0);
  assert.ok(Math.abs(sum(0) - sum(1)) < 1e-3);
  assert.deepEqual(input.matrix.data, plain.input.matrix.data);
});

test('made rows lie between rows of their class; words stay words', async () => {
  const balance = { kind: 'smotenc' } as const;
  const { pipeline, input } = await prepareRows({ data, rows, seed: 1, balance });
  const ports = pipeline.names.flatMap((name, c) => (name.startsWith('Proto=') ? [c] : []));
  for (let row = rows.length; row < input.matrix.rows; row++) {
    const cells = ports.map((c) => input.matrix.data[row * input.matrix.cols + c]!);
    assert.equal(
      cells.reduce((a, b) => a + b, 0),
      1,
    );
  }
});

test('importances and elimination leave columns out, learned from these rows alone', async () => {
  const all = await prepareRows({ data, rows, seed: 1 });
  const selection = [
    { kind: 'importance', keep: 'median', model: 'tree' },
    { kind: 'eliminate', keep: 5, step: 0.3, model: 'tree' },
  ] as const;
  const { pipeline, input } = await prepareRows({ data, rows, seed: 1, selection });
  assert.equal(pipeline.names.length, 5);
  assert.equal(input.matrix.cols, 5);
  for (const name of pipeline.names) assert.ok(all.pipeline.names.includes(name));
  for (const [i] of pipeline.names.entries()) assert.ok(pipeline.origin(i).inputs.length > 0);
  const others = Int32Array.from([...rows, ...labelled.subarray(300)]);
  const table = takeRows(
    data.table,
    Int32Array.from(data.labels, (_, row) => (rows.includes(row) ? row : others[0]!)),
  );
  const changed = await prepareRows({ data: { ...data, table }, rows, seed: 1, selection });
  assert.equal(changed.pipeline.hash(), pipeline.hash());
});

test('kinds that embed categories are given codes, all others columns of 0 and 1', async () => {
  const ann = { kind: 'ann', parameters: { epochs: 1 } };
  const stages = (first: string, second: string) => ({ first, second });
  const codesOf = async (modelKind: string, more: object = {}): Promise<string[]> => {
    const { pipeline, input } = await prepareRows({ data, rows, seed: 1, modelKind, ...more });
    const { codes = [], names } = input.matrix;
    assert.deepEqual(
      codes.map((c) => pipeline.origin(c).step),
      codes.map(() => 'ordinal'),
    );
    return codes.map((c) => names[c]!);
  };
  const all = ['Proto', 'Dir', 'StateWord', 'sTos', 'dTos'].sort();
  const named = ['ann', 'dnn', 'cnn', 'rnn', 'gru', 'gru-deep', 'lstm', 'transformer'];
  for (const kind of [...named, 'autoencoder', 'host-gru', 'host-tcn', 'host-transformer']) {
    assert.deepEqual((await codesOf(kind)).sort(), all, kind);
  }
  for (const kind of ['forest', 'boosting', 'logistic', 'calibrated', 'staged', 'voting']) {
    assert.deepEqual(await codesOf(kind), [], kind);
  }
  const inside: [string, object][] = [
    ['calibrated', { base: 'ann' }],
    ['staged', stages('ann', 'gru')],
    ['voting', { members: JSON.stringify([ann, { kind: 'dnn' }]) }],
  ];
  for (const [kind, parameters] of inside) {
    assert.deepEqual((await codesOf(kind, { parameters })).sort(), all, kind);
  }
  assert.deepEqual(await codesOf('staged', { parameters: stages('ann', 'forest') }), []);
  assert.deepEqual(await codesOf('ann', { parameters: { network: 'prior-ann' } }), []);
  assert.deepEqual(await codesOf('ann', { parameters: { categories: '' } }), []);
  assert.deepEqual(await codesOf('ann', { balance: { kind: 'smote' } }), []);
  for (const kind of ['weights', 'over', 'under', 'smotenc']) {
    assert.deepEqual((await codesOf('ann', { balance: { kind } })).sort(), all, kind);
  }
  const spec = changeSpec(defaultSpec(data.table.schema), { words: [{ kind: 'oneHot' }] });
  assert.deepEqual((await codesOf('ann', { spec })).sort(), ['dTos', 'sTos']);
});

test('a training embeds, and its file scores words that it never saw', async () => {
  const parameters = { epochs: 2, batch: 64 };
  const options = { data, modelKind: 'ann', parameters, seed: 1 };
  const { file } = await trainModel(options);
  const bytes = saveModel(file);
  assert.deepEqual(saveModel((await trainModel({ ...options, threads: 2 })).file), bytes);
  const { model, pipeline: json } = loadModel(bytes, 'memory');
  assert.ok(model.features.includes('Proto') && !model.features.some((name) => /=/.test(name)));
  assert.equal(model.training!.layers[0]!.layer, 'embedding');
  const pipeline = pipelineFromJSON(json);
  const column = texts(data.table, 'Proto');
  const strange = { ...column, dictionary: column.dictionary.map((word) => `${word}?`) };
  const columns = data.table.columns.map((own) => (own === column ? strange : own));
  const scores = model.score(pipeline.transform({ ...data.table, columns }));
  assert.ok(scores.every((share) => share >= 0 && share <= 1));
  assert.notDeepEqual(scores, model.score(pipeline.transform(data.table)));
});

test('a file and short words say the same', () => {
  const file = parsePreparation(
    JSON.stringify({
      numbers: ['log1p', { kind: 'quantile', output: 'normal' }],
      words: [{ kind: 'hashing', columns: 8 }],
      columns: { Dur: [{ kind: 'impute', with: 'constant', value: -1 }, 'robust'] },
      select: [
        { kind: 'correlation', threshold: 0.7 },
        { kind: 'mutualInformation', keep: 20 },
        { kind: 'importance', keep: 'median' },
        { kind: 'eliminate', keep: 8, model: 'tree' },
      ],
      balance: 'smote',
    }),
    'p.json',
  );
  const short = parseSelections(['correlation:0.7', 'mi:20', 'importance:median', 'rfe:8@tree']);
  assert.deepEqual(short.select, file.changes.select);
  assert.deepEqual(short.selection, file.selection);
  assert.deepEqual(parseBalance('smote'), file.balance);
  assert.deepEqual(parseBalance('over:50'), { kind: 'over', target: 50 });
  const spec = changeSpec(defaultSpec(data.table.schema), file.changes);
  const steps = (name: string) =>
    spec.plans.find(({ from }) => from === name)!.steps.map(({ kind }) => kind);
  assert.deepEqual(steps('Dur'), ['impute', 'robust']);
  assert.deepEqual(steps('TotPkts'), ['impute', 'log1p', 'quantile']);
  assert.deepEqual(steps('Proto'), ['impute', 'hashing']);
  assert.deepEqual(steps('sTos'), ['impute', 'oneHot']);
  assert.equal(spec.select!.length, 2);
});

test('a wrong preparation names the place and what belongs there', () => {
  const refused = (json: object, says: RegExp) =>
    assert.throws(() => parsePreparation(JSON.stringify(json), 'p.json'), says);
  refused({ number: [] }, /p\.json.*"number".*numbers, words/s);
  refused({ numbers: ['log'] }, /numbers, entry 1.*log1p/s);
  refused({ words: [{ kind: 'oneHot', max: 3 }] }, /"max".*maxCategories/s);
  refused({ numbers: [{ kind: 'impute' }] }, /"with"/);
  refused({ words: [{ kind: 'hashing' }] }, /"columns"/);
  refused({ select: [{ kind: 'correlation' }] }, /threshold/);
  refused({ select: [{ kind: 'importance', keep: 'most' }] }, /median, mean/);
  refused({ select: [{ kind: 'importance', keep: 3 }, { kind: 'variance' }] }, /behind all others/);
  refused({ balance: { kind: 'smote', target: 0 } }, /target.*whole number/s);
  assert.throws(() => parsePreparation('{', 'p.json'), { code: 'PREPARE', exitCode: 2 });
  assert.throws(() => parseSelections(['best:3']), { code: 'PREPARE' });
  assert.throws(() => parseBalance('more'), { code: 'PREPARE' });
  const spec = defaultSpec(data.table.schema);
  assert.throws(() => changeSpec(spec, { columns: new Map([['Dura', []]]) }), {
    code: 'FEATURE_COLUMN',
  });
  assert.throws(() => changeSpec(spec, { words: [{ kind: 'standard' }] }), {
    code: 'FEATURE_STEP',
  });
});

test('columns without a cell are found', () => {
  const columns = data.table.columns.map((column, i) => {
    const { name } = data.table.schema.columns[i]!;
    if (name === 'Dur' && column.kind === 'number') {
      return { kind: 'number' as const, values: column.values.map(() => Number.NaN) };
    }
    if (name !== 'Dir' || column.kind !== 'text') return column;
    return { ...column, codes: column.codes.map(() => -1) };
  });
  assert.deepEqual(emptyColumns({ ...data.table, columns }), ['Dur', 'Dir']);
  assert.deepEqual(emptyColumns(data.table), []);
});

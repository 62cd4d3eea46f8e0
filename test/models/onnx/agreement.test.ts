import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { defaultSpec, fitPipeline, type Step, specOfCodes } from '../../../src/features/index.ts';
import { argusSchema } from '../../../src/flow/index.ts';
import {
  exportedKinds,
  exportOnnx,
  modelKind,
  type Parameters,
} from '../../../src/models/index.ts';
import { texts } from '../../../src/table/index.ts';
import { generateInput } from '../generated.ts';
import { type Case, checkByPython, onnxPython, pythonMissing } from './cases.ts';
import { fileOf, pipelineOver, plainPipeline } from './files.ts';
import { argusRows, mixedRows } from './tables.ts';

/** Networks are trained just long enough for weights that differ. */
const SHORT: Parameters = { epochs: 1 };
const NETWORKS = [
  'ann',
  'dnn',
  'cnn',
  'rnn',
  'gru',
  'gru-deep',
  'lstm',
  'transformer',
  'autoencoder',
];

async function kindCase(
  name: string,
  kind: string,
  parameters: Parameters,
  { classes = 4, absent = false } = {},
): Promise<Case> {
  const input = generateInput({ rows: 240, classes });
  // A class of which no row is known.
  const wide = absent ? { ...input, classes: [...input.classes, 'never'] } : input;
  const model = await modelKind(kind).create(parameters).fit(wide, { seed: 1 });
  return { name, file: fileOf(model, plainPipeline(input.matrix.names)), input: input.matrix };
}

const layers = (steps: number | 'columns', ...list: object[]): Parameters => ({
  ...SHORT,
  network: JSON.stringify({ steps, layers: list }),
});

const VARIANTS: readonly (readonly [string, string, Parameters])[] = [
  ['categories of boosting', 'boosting', { categories: 'level,ack', iterations: 20 }],
  ['one tree of one leaf', 'tree', { minSamplesLeaf: 1000 }],
  ['isotonic boosting', 'calibrated', { base: 'boosting' }],
  ['platt', 'calibrated', { base: 'logistic', method: 'platt' }],
  ['pieces', 'ann', { ...SHORT, pieces: 12 }],
  ['pieces of four steps', 'gru', { ...SHORT, pieces: 5 }],
  ['each column with its pieces a step', 'cnn', { ...SHORT, pieces: 7 }],
  ['pieces beside codes', 'cnn', { ...SHORT, pieces: 6, categories: 'level,syn' }],
  ['embedding', 'ann', { ...SHORT, categories: 'level,syn', embedding: 3 }],
  ['each against the rest', 'ann', { ...SHORT, loss: 'binary-cross-entropy' }],
  [
    'gru both ways',
    'gru',
    layers(3, { layer: 'gru', units: 5, bidirectional: true, sequence: true }),
  ],
  ['lstm both ways', 'lstm', layers(3, { layer: 'lstm', units: 5, bidirectional: true })],
  ['rnn both ways', 'rnn', layers(4, { layer: 'rnn', units: 3, bidirectional: true })],
  [
    'the last step',
    'gru',
    layers(3, { layer: 'gru', units: 4, sequence: true }, { layer: 'last' }),
  ],
  ['recurrent over one step', 'gru', layers(1, { layer: 'gru', units: 4, sequence: true })],
  [
    'convolutions',
    'cnn',
    layers(
      'columns',
      { layer: 'conv1d', filters: 3, width: 2, padding: 'causal', dilation: 2, activation: 'tanh' },
      { layer: 'conv1d', filters: 4, width: 4, padding: 'same', stride: 2, activation: 'sigmoid' },
      { layer: 'conv1d', filters: 3, width: 9, padding: 'valid' },
      { layer: 'batch-norm' },
    ),
  ],
  [
    'pools',
    'cnn',
    layers(
      'columns',
      { layer: 'dense', units: 3, activation: 'softmax' },
      { layer: 'average-pool', width: 2 },
      { layer: 'batch-norm' },
      { layer: 'max-pool', width: 0 },
      { layer: 'position' },
      { layer: 'attention', heads: 2 },
      { layer: 'layer-norm' },
      { layer: 'max-pool', width: 2 },
    ),
  ],
  [
    'attention over steps that do not divide',
    'transformer',
    layers(
      4,
      { layer: 'dense', units: 6, activation: 'gelu' },
      { layer: 'position' },
      { layer: 'attention', heads: 4 },
      { layer: 'activation', activation: 'relu' },
      { layer: 'dropout', share: 0.5 },
    ),
  ],
];

function check(cases: readonly Case[], cells = 0): void {
  const found = checkByPython(onnxPython!, cases);
  assert.equal(found.length, cases.length);
  for (const each of found) {
    assert.equal(each.error, undefined, `${each.name}: ${each.error}`);
    assert.ok(each.rows > 0, each.name);
    assert.ok(each.difference <= 1e-5, `${each.name}: ${each.difference}`);
    assert.equal(each.decisions, 0, `${each.name}: decisions`);
    assert.equal(each.labels, 0, `${each.name}: labels`);
    if (cells > 0) assert.ok(each.cells! <= cells, `${each.name}: cells ${each.cells}`);
  }
}

describe('onnxruntime scores what we score', { skip: pythonMissing }, () => {
  it('for every kind, two classes and four', async () => {
    const cases: Case[] = [];
    for (const kind of exportedKinds()) {
      const own = NETWORKS.includes(kind) ? SHORT : {};
      for (const classes of [2, 4]) {
        cases.push(await kindCase(`${kind} ${classes}`, kind, own, { classes }));
      }
    }
    check(cases);
  });

  it('for one class, and for a class without rows', async () => {
    const cases: Case[] = [];
    for (const kind of exportedKinds().filter((each) => !NETWORKS.includes(each))) {
      cases.push(await kindCase(`${kind} alone`, kind, {}, { classes: 1 }));
      cases.push(await kindCase(`${kind} absent`, kind, {}, { classes: 2, absent: true }));
    }
    cases.push(await kindCase('ann alone', 'ann', SHORT, { classes: 1 }));
    cases.push(await kindCase('ann absent', 'ann', SHORT, { classes: 2, absent: true }));
    check(cases);
  });

  it('for layers and parameters of all sorts', async () => {
    const cases: Case[] = [];
    for (const [name, kind, own] of VARIANTS) cases.push(await kindCase(name, kind, own));
    check(cases);
  });

  it('with categories embedded, from the words on, also those that training never saw', async () => {
    const spec = specOfCodes(defaultSpec(argusSchema), true);
    const { table } = argusRows(400);
    const pipeline = fitPipeline(spec, table);
    const matrix = pipeline.transform(table);
    const labels = Int32Array.from({ length: table.rows }, (_, i) => i % 3);
    const fit = { matrix, labels, classes: ['a', 'b', 'c'] };
    const words = texts(table, 'Proto');
    const strange = { ...words, dictionary: words.dictionary.map((word) => `${word}?`) };
    const columns = table.columns.map((own) => (own === words ? strange : own));
    const ann = JSON.stringify(SHORT);
    const stages = { first: 'ann', firstParameters: ann, second: 'gru', secondParameters: ann };
    // Calibrated steps would make much of the last bit of a score.
    const inside = { ...stages, calibration: 'none' };
    const cases: Case[] = [];
    for (const [kind, parameters] of [
      ...NETWORKS.map((each) => [each, SHORT] as const),
      ['cnn', { ...SHORT, pieces: 0 }] as const,
      ['transformer', { ...SHORT, pieces: 3, embedding: 9 }] as const,
      ['staged', inside] as const,
    ]) {
      const model = await modelKind(kind).create(parameters).fit(fit, { seed: 1 });
      const file = fileOf(model, pipeline.toJSON());
      const { bytes } = exportOnnx(file, { hash: 'test' });
      assert.ok(Buffer.from(bytes).includes('Gather'), kind);
      cases.push({ name: `${kind}, seen`, file, input: table });
      cases.push({ name: `${kind}, unseen`, file, input: { ...table, columns } });
    }
    check(cases, 1e-6);
  });

  it('from raw columns, whatever their steps', async () => {
    const cases: Case[] = [];
    for (const [name, number, word] of STEPS) {
      const table = mixedRows(400, new Random(5));
      const plans = [
        { from: 'size', steps: number },
        { from: 'kind', steps: word },
        { from: 'rate', steps: number },
      ];
      const { pipeline, matrix } = pipelineOver(table, plans);
      const labels = Int32Array.from({ length: table.rows }, (_, i) => i % 2);
      const clean = { ...matrix, data: matrix.data.map((own) => (Number.isNaN(own) ? 0 : own)) };
      const fit = { matrix: clean, labels, classes: ['a', 'b'] };
      const model = await modelKind('tree').create({ maxDepth: 3 }).fit(fit, { seed: 1 });
      // Rows that training has not seen, with words and numbers of their own.
      cases.push({ name, file: fileOf(model, pipeline), input: mixedRows(300, new Random(6)) });
    }
    check(cases, 1e-6);
  });

  it('from the columns of the argus view, derivations included', async () => {
    const { table, pipeline, matrix } = argusRows(300);
    const labels = Int32Array.from({ length: table.rows }, (_, i) => i % 2);
    const fit = { matrix, labels, classes: ['a', 'b'] };
    const model = await modelKind('tree').create({}).fit(fit, { seed: 1 });
    const kept = pipeline.keep([1, 5, 2, 20]);
    const some = { ...fit, matrix: kept.transform(table) };
    const small = await modelKind('tree').create({}).fit(some, { seed: 1 });
    const cases = [
      { name: 'argus', file: fileOf(model, pipeline.toJSON()), input: table },
      { name: 'argus kept', file: fileOf(small, kept.toJSON()), input: table },
    ];
    check(cases, 1e-6);
  });
});

const median: Step = { kind: 'impute', with: 'median', indicator: true };
const missing: Step = { kind: 'impute', with: 'constant', value: '<missing>', indicator: true };

const STEPS: readonly (readonly [string, readonly Step[], readonly Step[]])[] = [
  ['log and standard', [median, { kind: 'log1p' }, { kind: 'standard' }], [{ kind: 'oneHot' }]],
  ['nothing filled', [{ kind: 'robust' }], [{ kind: 'ordinal' }]],
  [
    'scaled and cut',
    [median, { kind: 'minMax', clip: true }],
    [missing, { kind: 'ordinal', unseen: 7 }],
  ],
  ['not cut', [{ kind: 'minMax' }], [missing, { kind: 'oneHot', maxCategories: 2 }]],
  [
    'quantiles',
    [{ kind: 'quantile', quantiles: 20 }],
    [missing, { kind: 'oneHot', unseen: 'column' }],
  ],
  [
    'quantiles of the normal',
    [median, { kind: 'quantile', output: 'normal' }],
    [{ kind: 'oneHot', drop: 'first', unseen: 'zeros' }],
  ],
  [
    'numbers as words',
    [median, { kind: 'oneHot', maxCategories: 4 }],
    [{ kind: 'oneHot', minFrequency: 30, drop: 'first' }],
  ],
  ['numbers as codes', [{ kind: 'ordinal', unseen: -3 }], [{ kind: 'oneHot', unseen: 'column' }]],
];

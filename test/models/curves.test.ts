import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { readCurves } from '../../src/models/curves.ts';
import {
  CURVE_LIMIT,
  curveCounts,
  expectedCalibrationError,
  loadModel,
  type ModelCurves,
  modelKind,
  saveModel,
} from '../../src/models/index.ts';
import { generateInput } from './generated.ts';
import { plainPipeline } from './stored-model.ts';

const bins = [
  { from: 0, to: 0.5, rows: 80, positives: 4, meanScore: 0.1 },
  { from: 0.5, to: 1, rows: 20, positives: 16, meanScore: 0.9 },
];
const curve = {
  rows: 'labelled only',
  positives: 20,
  negatives: 80,
  thresholds: [0.9, 0.9, 0.5, 0.1],
  truePositives: [0, 8, 16, 20],
  falsePositives: [0, 0, 4, 80],
  error: 0.001,
  bins,
};
const curves: ModelCurves = { version: 1, part: 'test part', sets: [curve] };

test('counts lie on the lines, jump at scores, and end at none and all', () => {
  const at = (threshold: number) => {
    const { truePositives, falsePositives } = curveCounts(curve, threshold);
    return [truePositives, falsePositives].map((count) => Number(count.toFixed(9)));
  };
  assert.deepEqual(at(1), [0, 0]);
  assert.deepEqual(at(0.9), [8, 0]);
  assert.deepEqual(at(0.7), [12, 2]);
  assert.deepEqual(at(0.5), [16, 4]);
  assert.deepEqual(at(0.3), [18, 42]);
  assert.deepEqual(at(0.1), [20, 80]);
  assert.deepEqual(at(0), [20, 80]);
  assert.deepEqual(curveCounts({ ...curve, thresholds: [] }, 0.5), {
    truePositives: 0,
    falsePositives: 0,
  });
});

test('the calibration error weighs bins by their rows', () => {
  const scored = bins.map((bin) => ({ ...bin, positiveShare: bin.positives / bin.rows }));
  assert.ok(Math.abs(expectedCalibrationError(scored) - (0.8 * 0.05 + 0.2 * 0.1)) < 1e-12);
  const none = { rows: 0, meanScore: null, positiveShare: null };
  assert.ok(Number.isNaN(expectedCalibrationError([none])));
});

test('what is written is read again; a file without curves loads', async () => {
  const input = generateInput({ rows: 40 });
  const model = await modelKind('tree').create({}).fit(input, { seed: 1 });
  const file = {
    ...{ version: 1, program: '0.1.0', schema: 'generated@1', pipeline: plainPipeline(model) },
    ...{ model, threshold: { value: 0.5, method: 'f1', detail: null }, seed: 1 },
    ...{ dataHash: 'ab', dataset: 'generated', metrics: {}, facts: {} },
  };
  assert.equal(loadModel(saveModel(file), 'test').curves, undefined);
  const bytes = saveModel({ ...file, curves });
  assert.deepEqual(loadModel(bytes, 'test').curves, curves);
  assert.deepEqual(saveModel(loadModel(bytes, 'test')), bytes);
});

const wrong: readonly (readonly [string, unknown])[] = [
  ['no object', null],
  ['a list', [curves]],
  ['no version', { ...curves, version: undefined }],
  ['a version of tomorrow', { ...curves, version: 2 }],
  ['no sets', { ...curves, sets: 'many' }],
  ['too many sets', { ...curves, sets: Array(9).fill(curve) }],
  ['a long part', { ...curves, part: 'x'.repeat(1001) }],
  ...(
    [
      ['a count of text', { positives: '20' }],
      ['a count below 0', { negatives: -1 }],
      ['half a row', { positives: 20.5 }],
      ['too many points', { thresholds: Array(CURVE_LIMIT + 1).fill(0) }],
      ['too few counts', { truePositives: [0, 8, 16] }],
      ['a count above all rows', { truePositives: [0, 8, 16, 21] }],
      ['counts that fall', { falsePositives: [0, 5, 4, 80] }],
      ['thresholds that rise', { thresholds: [0.5, 0.9, 0.5, 0.1] }],
      ['a threshold above 1', { thresholds: [1.5, 0.9, 0.5, 0.1] }],
      ['a threshold of null', { thresholds: [null, 0.9, 0.5, 0.1] }],
      ['an endless error', { error: 1e9 }],
      ['a bin of nothing', { bins: [null] }],
      ['a bin with more hits than rows', { bins: [{ ...bins[0], positives: 81 }] }],
      ['an empty bin with a score', { bins: [{ ...bins[0], rows: 0, positives: 0 }] }],
      ['a bin turned round', { bins: [{ ...bins[0], from: 0.5, to: 0 }] }],
      ['too many bins', { bins: Array(101).fill(bins[0]) }],
      ['a name of rows that is none', { rows: 7 }],
    ] as const
  ).map(([name, change]) => [name, { ...curves, sets: [{ ...curve, ...change }] }] as const),
];

for (const [name, value] of wrong) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => readCurves(value, 'a.safetensors, curves'),
      (error) => error instanceof WiresiftError && error.code === 'MODEL_FILE',
    );
  });
}

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { Random } from '../../src/base/index.ts';
import { countsAt, rank } from '../../src/evaluate/ranking.ts';
import { thresholdCurve } from '../../src/evaluate/threshold-curve.ts';
import { readCurves } from '../../src/models/curves.ts';
import { CURVE_LIMIT, curveCounts, loadModel } from '../../src/models/index.ts';

const stored = (scores: Float32Array, truth: Uint8Array, limit = CURVE_LIMIT) => {
  const ranking = rank(scores, truth);
  return { ranking, curve: { rows: 'test', bins: [], ...thresholdCurve(ranking, limit) } };
};

/** Scores of many shapes: smooth, heaped, rounded. */
function many(rows: number, round: (score: number) => number) {
  const random = new Random(11);
  const truth = Uint8Array.from({ length: rows }, () => (random.next() < 0.05 ? 1 : 0));
  const scores = Float32Array.from(truth, (hostile) =>
    round(hostile ? 1 - random.next() ** 2 / 2 : random.next() ** 4),
  );
  return { scores, truth };
}

for (const [name, round, most] of [
  // As many values as rows: the counts themselves go up and down around any line.
  ['smooth', (score: number) => score, 3e-3],
  ['of a hundred trees', (score: number) => Math.round(score * 100) / 100, 1e-3],
  ['of seven values', (score: number) => Math.round(score * 6) / 6, 1e-3],
] as const) {
  test(`lines between the vertices err by less than ${most}, scores ${name}`, () => {
    const { scores, truth } = many(60_000, round);
    const { ranking, curve } = stored(scores, truth);
    assert.ok(curve.thresholds.length <= CURVE_LIMIT, `${curve.thresholds.length} vertices`);
    assert.ok(curve.error < most, `${curve.error}`);
    const random = new Random(5);
    const wanted = [0, 1, ...ranking.thresholds.filter(() => random.next() < 0.1)];
    for (let i = 0; i < 500; i++) wanted.push(random.next());
    for (const threshold of wanted) {
      const { tp, fp } = countsAt(ranking, threshold);
      const found = curveCounts(curve, threshold);
      const recall = Math.abs(found.truePositives - tp) / ranking.positives;
      const rate = Math.abs(found.falsePositives - fp) / ranking.negatives;
      assert.ok(Math.max(recall, rate) <= curve.error + 1e-12, `${recall} ${rate} at ${threshold}`);
    }
  });
}

test('few vertices are told with the error that they have, and it is the true one', () => {
  const { scores, truth } = many(5000, (score) => score);
  const { ranking, curve } = stored(scores, truth, 6);
  assert.equal(curve.thresholds.length, 6);
  let worst = 0;
  for (const threshold of ranking.thresholds) {
    const { tp, fp } = countsAt(ranking, threshold);
    const found = curveCounts(curve, threshold);
    const recall = Math.abs(found.truePositives - tp) / ranking.positives;
    worst = Math.max(worst, recall, Math.abs(found.falsePositives - fp) / ranking.negatives);
  }
  assert.ok(worst > 1e-3 && worst <= curve.error, `${worst} ${curve.error}`);
});

test('any scores give a curve that the reader takes, and that is exact when it is whole', () => {
  const row = fc.record({ score: fc.integer({ min: 0, max: 20 }), hostile: fc.boolean() });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const scores = Float32Array.from(rows, ({ score }) => score / 20);
      const truth = Uint8Array.from(rows, ({ hostile }) => (hostile ? 1 : 0));
      const { ranking, curve } = stored(scores, truth);
      readCurves({ version: 1, part: '', sets: [JSON.parse(JSON.stringify(curve))] }, 'test');
      for (let step = 0; step <= 40; step++) {
        const { tp, fp } = countsAt(ranking, Math.fround(step / 40));
        const found = curveCounts(curve, Math.fround(step / 40));
        assert.ok(Math.abs(found.truePositives - tp) <= curve.error * ranking.positives + 1e-9);
        assert.ok(Math.abs(found.falsePositives - fp) <= curve.error * ranking.negatives + 1e-9);
      }
    }),
  );
});

for (const name of ['ctu13-botnet', 'ton-iot-threat', 'ton-iot-type', 'kdd99-category']) {
  test(`${name} holds its curves, and they tell what its figures tell`, () => {
    const path = fileURLToPath(new URL(`../../models/${name}.safetensors`, import.meta.url));
    assert.ok(existsSync(path));
    const { curves, metrics, threshold } = loadModel(readFileSync(path), name);
    const views = metrics['test'] as {
      name: string;
      counts: { tp: number; fp: number };
      positives: number;
      expectedCalibrationError: { value: number };
    }[];
    assert.equal(curves?.sets.length, views.length);
    for (const [at, curve] of curves!.sets.entries()) {
      const { name: rows, counts, positives } = views[at]!;
      assert.deepEqual([curve.rows, curve.positives], [rows, positives]);
      assert.ok(curve.error < 1e-3, `${curve.error}`);
      const found = curveCounts(curve, threshold.value);
      assert.ok(Math.abs(found.truePositives - counts.tp) <= curve.error * curve.positives);
      assert.ok(Math.abs(found.falsePositives - counts.fp) <= curve.error * curve.negatives);
      const inBins = curve.bins.reduce((sum, bin) => sum + bin.positives, 0);
      assert.equal(inBins, curve.positives);
    }
  });
}

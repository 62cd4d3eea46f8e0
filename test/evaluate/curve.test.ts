import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/index.ts';
import {
  CURVE_POINTS,
  expectedCalibrationError,
  prCurve,
  reliability,
  rocCurve,
} from '../../src/evaluate/curve.ts';
import { countsAt, rank } from '../../src/evaluate/ranking.ts';
import { close, scoredRows } from './scored-rows.ts';

function many(rows: number) {
  const random = new Random(3);
  const truth = Uint8Array.from({ length: rows }, () => (random.next() < 0.1 ? 1 : 0));
  const scores = Float32Array.from(truth, (t) => 0.5 * random.next() + 0.3 * t);
  return { scores, truth, ranking: rank(scores, truth) };
}

test('thinned curves keep both ends and stay on the curve', () => {
  const { ranking } = many(20_000);
  const roc = rocCurve(ranking);
  const pr = prCurve(ranking);
  assert.ok(ranking.thresholds.length > 1000);
  for (const curve of [roc, pr]) {
    assert.ok(curve.length <= CURVE_POINTS && curve.length > CURVE_POINTS / 2, `${curve.length}`);
  }
  assert.deepEqual(roc[0], { x: 0, y: 0, threshold: null });
  assert.equal(roc.at(-1)!.x, 1);
  assert.equal(roc.at(-1)!.y, 1);
  assert.equal(pr.at(-1)!.x, 1);
  for (const { x, y, threshold } of roc.slice(1)) {
    const { tp, fp } = countsAt(ranking, threshold!);
    assert.equal(x, fp / ranking.negatives);
    assert.equal(y, tp / ranking.positives);
  }
  for (const { x, y, threshold } of pr) {
    const { tp, fp } = countsAt(ranking, threshold!);
    assert.equal(x, tp / ranking.positives);
    assert.equal(y, tp / (tp + fp));
  }
});

test('the ROC curve never falls', () => {
  fc.assert(
    fc.property(scoredRows, ({ scores, truth }) => {
      const curve = rocCurve(rank(scores, truth), 6);
      assert.ok(curve.length <= 6);
      for (let i = 1; i < curve.length; i++) {
        assert.ok(curve[i]!.x >= curve[i - 1]!.x && curve[i]!.y >= curve[i - 1]!.y);
      }
    }),
  );
});

test('no curve without the rows for it', () => {
  assert.deepEqual(rocCurve(rank(Float32Array.of(0.5), Uint8Array.of(1))), []);
  assert.deepEqual(prCurve(rank(Float32Array.of(0.5), Uint8Array.of(0))), []);
});

test('reliability bins by hand', () => {
  const bins = reliability(Float64Array.of(0.05, 0.95, 1, 0.5), Uint8Array.of(0, 1, 0, 1));
  assert.equal(bins.length, 10);
  assert.deepEqual(bins[0], { from: 0, to: 0.1, rows: 1, meanScore: 0.05, positiveShare: 0 });
  assert.equal(bins[9]!.rows, 2);
  close(bins[9]!.meanScore!, 0.975);
  assert.equal(bins[9]!.positiveShare, 0.5);
  assert.equal(bins[3]!.meanScore, null);
  // 1·|0.05 − 0| + 2·|0.975 − 0.5| + 1·|0.5 − 1|, over four rows.
  close(expectedCalibrationError(bins), (0.05 + 0.95 + 0.5) / 4);
});

test('a calibrated score has a small error, an overconfident one a large one', () => {
  const random = new Random(5);
  const scores = Float32Array.from({ length: 50_000 }, () => random.next());
  const truth = Uint8Array.from(scores, (score) => (random.next() < score ? 1 : 0));
  assert.ok(expectedCalibrationError(reliability(scores, truth)) < 0.02);
  const certain = scores.map((score) => (score > 0.5 ? 1 : 0));
  assert.ok(expectedCalibrationError(reliability(certain, truth)) > 0.2);
  assert.ok(
    Number.isNaN(expectedCalibrationError(reliability(new Float32Array(0), new Uint8Array(0)))),
  );
});

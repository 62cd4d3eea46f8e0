import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import {
  averagePrecision,
  countsAt,
  fprAtRecall,
  prAucTrapezoid,
  rank,
  recallAtFpr,
  rocAuc,
} from '../../src/evaluate/ranking.ts';
import { close, scoredRows } from './scored-rows.ts';

// The four-row example of scikit-learn's manual: scores 0.1 0.4 0.35 0.8, truth 0 0 1 1.
const manual = rank(Float64Array.of(0.1, 0.4, 0.35, 0.8), Uint8Array.of(0, 0, 1, 1));

test('a ranking merges ties and falls', () => {
  const ranking = rank(Float64Array.of(0.5, 0.9, 0.5, 0.1), Uint8Array.of(1, 0, 0, 1));
  assert.deepEqual([...ranking.thresholds], [0.9, 0.5, 0.1]);
  assert.deepEqual([...ranking.truePositives], [0, 1, 2]);
  assert.deepEqual([...ranking.falsePositives], [1, 2, 2]);
  assert.equal(ranking.positives, 2);
  assert.equal(ranking.negatives, 2);
});

test('hand-computed areas', () => {
  // Positives at ranks 1 and 3: AP = (1/1 + 2/3) / 2; pairs won 3 of 4.
  assert.equal(averagePrecision(manual), (1 + 2 / 3) / 2);
  assert.equal(rocAuc(manual), 0.75);
  // Points (0,1) (.5,1) (.5,.5) (1,2/3) (1,.5): .5 × 1 + .5 × (.5 + 2/3) / 2.
  close(prAucTrapezoid(manual), 0.5 + (0.5 * (0.5 + 2 / 3)) / 2);
});

test('equal scores give ROC AUC one half and average precision the prevalence', () => {
  const ranking = rank(new Float32Array(10).fill(0.3), Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0));
  assert.equal(rocAuc(ranking), 0.5);
  close(averagePrecision(ranking), 0.2);
});

test('undefined areas are NaN, never 0', () => {
  const none = rank(Float32Array.of(0.2, 0.7), Uint8Array.of(0, 0));
  assert.ok(Number.isNaN(rocAuc(none)));
  assert.ok(Number.isNaN(averagePrecision(none)));
  assert.ok(Number.isNaN(prAucTrapezoid(none)));
  assert.ok(Number.isNaN(fprAtRecall(none, 0.9).falsePositiveRate));
  assert.ok(Number.isNaN(recallAtFpr(none, 0.5).recall));
  const all = rank(Float32Array.of(0.2, 0.7), Uint8Array.of(1, 1));
  assert.ok(Number.isNaN(rocAuc(all)));
  assert.ok(Number.isNaN(recallAtFpr(all, 1e-3).recall));
  assert.ok(Number.isNaN(fprAtRecall(all, 0.9).falsePositiveRate));
  assert.equal(averagePrecision(all), 1);
});

test('recall at a budget, and the rate at a recall', () => {
  assert.deepEqual(recallAtFpr(manual, 0), { threshold: 0.8, recall: 0.5, falsePositiveRate: 0 });
  assert.deepEqual(recallAtFpr(manual, 0.5), {
    threshold: 0.35,
    recall: 1,
    falsePositiveRate: 0.5,
  });
  assert.equal(fprAtRecall(manual, 0.5).falsePositiveRate, 0);
  assert.equal(fprAtRecall(manual, 0.51).falsePositiveRate, 0.5);
});

test('a budget that allows nothing gives recall 0 above every score', () => {
  const upside = rank(Float32Array.of(0.9, 0.1), Uint8Array.of(0, 1));
  assert.deepEqual(recallAtFpr(upside, 1e-3), {
    threshold: Number.POSITIVE_INFINITY,
    recall: 0,
    falsePositiveRate: 0,
  });
});

test('NaN scores and unequal lengths are refused', () => {
  const refused = (error: unknown) =>
    error instanceof WiresiftError && error.code === 'EVALUATE_SCORES';
  assert.throws(() => rank(Float32Array.of(Number.NaN), Uint8Array.of(1)), refused);
  assert.throws(() => rank(Float32Array.of(0.1), Uint8Array.of(1, 0)), refused);
});

test('ROC AUC equals the share of pairs won, ties half', () => {
  fc.assert(
    fc.property(scoredRows, ({ scores, truth }) => {
      let won = 0;
      let pairs = 0;
      for (let i = 0; i < scores.length; i++) {
        for (let j = 0; j < scores.length; j++) {
          if (truth[i] !== 1 || truth[j] !== 0) continue;
          pairs++;
          won += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
        }
      }
      close(rocAuc(rank(scores, truth)), won / pairs);
    }),
  );
});

test('average precision equals its definition over every distinct threshold', () => {
  fc.assert(
    fc.property(scoredRows, ({ scores, truth }) => {
      const positives = truth.reduce((sum, t) => sum + t, 0);
      let before = 0;
      let sum = 0;
      for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
        let tp = 0;
        let told = 0;
        scores.forEach((score, i) => {
          if (score < threshold) return;
          told++;
          tp += truth[i]!;
        });
        sum += (tp / positives - before) * (tp / told);
        before = tp / positives;
      }
      close(averagePrecision(rank(scores, truth)), positives === 0 ? Number.NaN : sum);
    }),
  );
});

test('counts and operating points equal brute force', () => {
  fc.assert(
    fc.property(scoredRows, fc.double({ min: 0, max: 1, noNaN: true }), (rows, level) => {
      const { scores, truth } = rows;
      const ranking = rank(scores, truth);
      const brute = (threshold: number) => {
        const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
        scores.forEach((score, i) => {
          if (score >= threshold) truth[i] === 1 ? counts.tp++ : counts.fp++;
          else truth[i] === 1 ? counts.fn++ : counts.tn++;
        });
        return counts;
      };
      assert.deepEqual(countsAt(ranking, level), brute(level));
      const thresholds = [Number.POSITIVE_INFINITY, ...scores];
      const all = thresholds.map(brute);
      if (ranking.negatives > 0 && ranking.positives > 0) {
        const within = all.filter(({ fp, tn }) => fp <= level * (fp + tn) + 1e-9);
        const best = Math.max(...within.map(({ tp, fn }) => tp / (tp + fn)));
        close(recallAtFpr(ranking, level).recall, best);
        const reaching = all.filter(({ tp, fn }) => tp >= level * (tp + fn) - 1e-9);
        const least = Math.min(...reaching.map(({ fp, tn }) => fp / (fp + tn)));
        if (level > 1e-6) close(fprAtRecall(ranking, level).falsePositiveRate, least);
      }
    }),
  );
});

test('half a million rows in well under half a second', () => {
  const rows = 500_000;
  const scores = new Float32Array(rows);
  const truth = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    scores[i] = ((i * 2654435761) % 4294967296) / 4294967296;
    truth[i] = i % 97 === 0 ? 1 : 0;
  }
  const began = performance.now();
  const ranking = rank(scores, truth);
  const area = rocAuc(ranking) + averagePrecision(ranking) + recallAtFpr(ranking, 1e-3).recall;
  const took = performance.now() - began;
  assert.ok(area > 0);
  // Ten times the usual figure, since test machines are shared.
  assert.ok(took < 2000, `took ${took} ms`);
});

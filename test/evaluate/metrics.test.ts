import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  alertsPerHour,
  alertsPerHourAt,
  balancedAccuracy,
  brier,
  classCounts,
  confusion,
  f1,
  falsePositiveRate,
  logLoss,
  macroF1,
  meanRecall,
  precision,
  precisionAtPrevalence,
  recall,
} from '../../src/evaluate/metrics.ts';
import { close } from './scored-rows.ts';

const counts = { tp: 8, fp: 2, fn: 4, tn: 86 };

test('rates of hand-made counts', () => {
  assert.equal(precision(counts), 0.8);
  close(recall(counts), 2 / 3);
  close(falsePositiveRate(counts), 2 / 88);
  close(f1(counts), 16 / 22);
  close(balancedAccuracy(counts), (2 / 3 + 86 / 88) / 2);
});

test('undefined rates are NaN', () => {
  const nothing = { tp: 0, fp: 0, fn: 0, tn: 5 };
  assert.ok(Number.isNaN(precision(nothing)));
  assert.ok(Number.isNaN(recall(nothing)));
  assert.ok(Number.isNaN(f1(nothing)));
  assert.ok(Number.isNaN(balancedAccuracy(nothing)));
  assert.ok(Number.isNaN(falsePositiveRate({ tp: 1, fp: 0, fn: 0, tn: 0 })));
  assert.ok(Number.isNaN(precisionAtPrevalence(0, 0, 0.01)));
  assert.ok(Number.isNaN(alertsPerHour(5, 0)));
  assert.ok(Number.isNaN(brier(new Float32Array(0), new Uint8Array(0))));
});

test("Axelsson's example: 70 % detection, 1e-5 false alarms, 2e-5 prevalence", () => {
  // Bayes: 0.7·2e-5 / (0.7·2e-5 + 1e-5·(1 − 2e-5)).
  close(precisionAtPrevalence(0.7, 1e-5, 2e-5), 1.4e-5 / (1.4e-5 + 1e-5 * (1 - 2e-5)));
  assert.equal(precisionAtPrevalence(0.5, 0, 1e-4), 1);
});

test('precision at the natural prevalence is plain precision', () => {
  fc.assert(
    fc.property(fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50)), ([tp, fp, fn, tn]) => {
      fc.pre(tp + fn > 0 && fp + tn > 0 && tp + fp > 0);
      const all = { tp, fp, fn, tn };
      const prevalence = (tp + fn) / (tp + fp + fn + tn);
      close(precisionAtPrevalence(recall(all), falsePositiveRate(all), prevalence), precision(all));
    }),
  );
});

test('alerts an hour, measured and at a stated rate', () => {
  assert.equal(alertsPerHour(30, 7200), 15);
  close(alertsPerHourAt({ tpr: 0.9, fpr: 0.01 }, 0.001, 100_000), 100_000 * (0.0009 + 0.00999));
});

test('Brier score and log loss by hand', () => {
  const scores = Float64Array.of(0.9, 0.2);
  const truth = Uint8Array.of(1, 0);
  close(brier(scores, truth), (0.01 + 0.04) / 2);
  close(logLoss(scores, truth), -(Math.log(0.9) + Math.log(0.8)) / 2);
  const wrong = logLoss(Float64Array.of(0), Uint8Array.of(1));
  close(wrong, 24 * Math.LN2);
});

test('confusion of three classes, unknown rows left out', () => {
  const table = confusion(Int32Array.of(0, 0, 1, 1, 2, -1), Int32Array.of(0, 1, 1, 1, 0, 2), [
    'a',
    'b',
    'c',
  ]);
  assert.deepEqual([...table.counts], [1, 1, 0, 0, 2, 0, 1, 0, 0]);
  assert.deepEqual(classCounts(table, 1), { tp: 2, fp: 1, fn: 0, tn: 2 });
  // F1: a 2/4, b 4/5, c 0 (one row, never told); recall: 1/2, 1, 0.
  close(macroF1(table), (0.5 + 0.8 + 0) / 3);
  close(meanRecall(table), 0.5);
});

test('a class neither present nor told is left out of the means', () => {
  const table = confusion(Int32Array.of(0, 1), Int32Array.of(0, 1), ['a', 'b', 'absent']);
  assert.equal(macroF1(table), 1);
  assert.equal(meanRecall(table), 1);
  const empty = confusion(Int32Array.of(-1), Int32Array.of(0), ['a', 'b']);
  assert.ok(Number.isNaN(macroF1(empty)));
});

test('counts of every class add up to the rows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1 }), (pairs) => {
      const truth = Int32Array.from(pairs, ([t]) => t);
      const told = Int32Array.from(pairs, ([, p]) => p);
      const table = confusion(truth, told, ['a', 'b', 'c', 'd']);
      for (let c = 0; c < 4; c++) {
        const { tp, fp, fn, tn } = classCounts(table, c);
        assert.equal(tp + fp + fn + tn, pairs.length);
        assert.equal(tp, pairs.filter(([t, p]) => t === c && p === c).length);
      }
    }),
  );
});

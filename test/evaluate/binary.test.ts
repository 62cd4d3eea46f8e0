import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BinaryInput, BUDGETS, binaryReport, RECALLS } from '../../src/evaluate/binary.ts';
import { scoredRows } from './scored-rows.ts';

const input: BinaryInput = {
  name: 'made',
  scores: Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.2, 0.1),
  truth: Uint8Array.of(1, 0, 1, 0, 0, 1),
  threshold: 0.65,
  spanSeconds: 1800,
  prevalences: [0.01],
  flowsPerHour: 1000,
  seed: 1,
  replicates: 20,
};

test('figures of six rows by hand', () => {
  const report = binaryReport(input);
  assert.deepEqual(report.counts, { tp: 2, fp: 1, fn: 1, tn: 2 });
  assert.equal(report.precision.value, 2 / 3);
  assert.equal(report.recall.value, 2 / 3);
  assert.equal(report.f1.value, 2 / 3);
  assert.equal(report.balancedAccuracy.value, 2 / 3);
  assert.equal(report.falsePositiveRate.value, 1 / 3);
  assert.equal(report.prevalence.value, 0.5);
  assert.equal(report.alertsPerHour.value, 6);
  assert.equal(report.falseAlertsPerHour.value, 2);
  // Pairs won: 0.9 beats three, 0.7 beats two, 0.1 none, of nine.
  assert.equal(report.rocAuc.value, 5 / 9);
  assert.ok(Math.abs(report.averagePrecision.value! - (1 + 2 / 3 + 3 / 6) / 3) < 1e-12);
  assert.deepEqual(
    report.recallAtFpr.map(({ budget, recall }) => [budget, recall.value]),
    BUDGETS.map((budget) => [budget, 1 / 3]),
  );
  assert.deepEqual(
    report.fprAtRecall.map(({ recall }) => recall),
    RECALLS,
  );
  // π·TPR / (π·TPR + (1 − π)·FPR) with TPR 2/3, FPR 1/3.
  assert.ok(Math.abs(report.atPrevalence[0]!.precision.value! - 0.02 / (0.02 + 0.99)) < 1e-12);
});

test('no alert: precision is undefined, recall is 0', () => {
  const report = binaryReport({ ...input, threshold: 2 });
  assert.deepEqual(report.precision, { value: null, reason: 'no row is above the threshold' });
  assert.equal(report.recall.value, 0);
  assert.equal(report.f1.value, 0);
  assert.deepEqual(report.atPrevalence[0]!.precision, {
    value: null,
    reason: 'no row is above the threshold',
  });
});

test('rows without time have no alerts an hour', () => {
  const report = binaryReport({ ...input, spanSeconds: Number.NaN });
  assert.deepEqual(report.alertsPerHour, { value: null, reason: 'the rows cover no time' });
});

test('whatever the rows, the report is plain data without NaN, and its counts add up', () => {
  fc.assert(
    fc.property(scoredRows, fc.constantFrom(0, 0.5, 1.5), (rows, threshold) => {
      const report = binaryReport({ ...input, ...rows, threshold, replicates: 3 });
      assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
      const { tp, fp, fn, tn } = report.counts;
      assert.equal(tp + fp + fn + tn, rows.scores.length);
      assert.equal(tp + fn, report.positives);
    }),
  );
});

test('no rows at all: everything undefined, nothing thrown', () => {
  const report = binaryReport({ ...input, scores: new Float64Array(0), truth: new Uint8Array(0) });
  assert.equal(report.prevalence.value, null);
  assert.equal(report.brier.value, null);
  assert.equal(report.rocAuc.value, null);
  assert.deepEqual(report.roc, []);
});

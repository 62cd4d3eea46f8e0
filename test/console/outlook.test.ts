import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeText, rulerOf, usuallyText } from '../../console/src/alert/usual-words.ts';
import { curveFor, knownPoints, outlookOf } from '../../console/src/models/outlook.ts';
import { atPrevalence, worthOf } from '../../console/src/models/probability.ts';
import type { ModelCurve, ModelDetail } from '../../src/serve/wire.ts';

const point = (
  threshold: number | null,
  recall: number,
  falsePositiveRate: number,
): ModelCurve['points'][number] => ({
  ...{ threshold, recall, falsePositiveRate, precision: null },
  ...{ recallLow: null, recallHigh: null, falsePositiveRateHigh: null },
});

const few = (rows: string, points: ModelCurve['points']): ModelCurve => ({
  ...{ rows, points, positives: 10, negatives: 90, error: null },
  ...{ reliability: [], calibrationError: null },
});

const bounded = (threshold: number, recall: number, wrong: number) => ({
  ...point(threshold, recall, wrong),
  ...{ recallLow: recall - 0.1, recallHigh: recall + 0.1, falsePositiveRateHigh: wrong * 2 },
});

const whole: ModelCurve = {
  ...few('whole', [
    bounded(0.2, 0.9, 0.1),
    bounded(0.5, 0.8, 0.02),
    bounded(0.5, 0.4, 0.01),
    bounded(0.9, 0.4, 0.01),
    bounded(0.9, 0.1, 0),
  ]),
  error: 1e-4,
  calibrationError: 0.01,
  reliability: [
    { from: 0, to: 0.1, score: 0.02, share: 0.001, low: 0.0005, high: 0.002, rows: 9000 },
    { from: 0.9, to: 1, score: 0.95, share: 0.9, low: 0.8, high: 0.96, rows: 100 },
  ],
};

const flows = (threshold: number, count: number, alerts: number | null) => ({
  ...{ threshold, flows: count, flowsPerDay: count / 2, rate: alerts === null ? null : 0.001 },
  ...{ alerts, alertsPerDay: alerts === null ? null : alerts / 2 },
});

const detail: ModelDetail = {
  model: {
    ...{ id: 'a', version: 1, changedAt: 0, name: 'a', kind: 'tree', schema: 'argus@1' },
    ...{ role: 'raises', threshold: 0.5, ownThreshold: 0.5, active: true, place: 0 },
    ...{ dataset: 'd', classes: [], falsePositiveRate: 0, falsePositiveRateUpper: 0 },
  },
  ...{ card: '', file: {}, part: '', calibration: null, prevalences: [0.001] },
  curves: [
    few('other', [point(0.2, 1, 0.5)]),
    few('test', [
      point(0.4, 0.9, 0.01),
      point(0.4, 0.8, 0.01),
      point(0.8, 0.4, 0.001),
      point(null, 0.95, 0.02),
    ]),
  ],
  traffic: {
    ...{ view: 'argus', flows: 100, origins: 3, kept: 100, days: 2, reason: '', alertsReason: '' },
    points: [flows(0.1, 60, 4), flows(0.6, 10, 1)],
  },
  verdicts: [],
};
const withWhole: ModelDetail = { ...detail, curves: [whole] };

test('the last set of rows speaks unless one is named; of few points the better counts', () => {
  assert.equal(curveFor(detail)!.rows, 'test');
  assert.equal(curveFor(detail, 'other')!.rows, 'other');
  assert.deepEqual(
    knownPoints(curveFor(detail)).map(({ threshold, recall }) => [threshold, recall]),
    [
      [0.4, 0.9],
      [0.8, 0.4],
    ],
  );
});

test('of few points recall is known at them, and between two bounded by both', () => {
  const outlook = outlookOf(detail);
  assert.deepEqual(outlook(0.4).recall, { about: 0.9, least: 0.9, most: 0.9 });
  const between = outlook(0.6).recall!;
  assert.ok(Math.abs(between.about - 0.65) < 1e-12);
  assert.deepEqual([between.least, between.most], [0.4, 0.9]);
  const below = outlook(0.1).recall!;
  assert.deepEqual([below.least, below.most], [0.9, 1]);
  const above = outlook(0.99).recall!;
  assert.deepEqual([above.least, above.most], [0, 0.4]);
  assert.equal(outlook(0.6).falsePositiveRate, 0.01);
  assert.equal(outlook(0.3).falsePositiveRate, null);
});

test('of a whole curve recall lies on the line, with its interval, and jumps at scores', () => {
  const outlook = outlookOf(withWhole);
  const about = (threshold: number) => Number(outlook(threshold).recall!.about.toFixed(9));
  assert.equal(about(0.35), 0.85);
  // At a score its own rows still count; above it they do not.
  assert.equal(about(0.5), 0.8);
  assert.equal(about(0.7), 0.4);
  assert.equal(about(0.9), 0.4);
  assert.deepEqual([about(0), about(1)], [0.9, 0.1]);
  const { least, most } = outlook(0.5).recall!;
  assert.ok(Math.abs(least - 0.7) < 1e-9 && Math.abs(most - 0.9) < 1e-9);
  assert.equal(outlook(0.5).falsePositiveRate, 0.04);
  assert.equal(outlook(0.5).falseFlowsPerDay, 2);
});

test('alerts and flows a day are those of the next higher threshold, and none above all', () => {
  const outlook = outlookOf(detail);
  assert.deepEqual(
    [0, 0.1, 0.5, 0.6, 0.7].map((threshold) => outlook(threshold).flowsPerDay),
    [30, 30, 5, 5, 0],
  );
  assert.deepEqual(
    [0.1, 0.6, 0.7].map((threshold) => outlook(threshold).alertsPerDay),
    [2, 0.5, 0],
  );
  const unknown = { ...detail.traffic, points: [flows(0.1, 60, null)] };
  const silent = outlookOf({ ...detail, traffic: unknown });
  assert.deepEqual([silent(0.1).alertsPerDay, silent(0.9).alertsPerDay], [null, null]);
  const none = outlookOf({ ...detail, curves: [], traffic: { ...unknown, points: [] } })(0.5);
  assert.deepEqual([none.flowsPerDay, none.recall, none.falsePositiveRate], [null, null, null]);
});

test('a score is worth what its range was, and less where attacks are rarer', () => {
  const worth = worthOf(whole, 0.97)!;
  assert.deepEqual([worth.value, worth.prevalence], [0.9, 0.1]);
  assert.equal(worthOf(whole, 1)!.value, 0.9);
  assert.equal(worthOf(whole, 0.5), undefined);
  assert.equal(worthOf(undefined, 0.5), undefined);
  const same = atPrevalence(worth, 0.1);
  assert.ok(Math.abs(same.value - 0.9) < 1e-12);
  // Odds of 9 at 1 in 10 are a likelihood ratio of 81: at 1 in 1,000 odds of 81 / 999.
  const rare = atPrevalence(worth, 0.001);
  assert.ok(Math.abs(rare.value - 81 / (999 + 81)) < 1e-12);
  assert.ok(rare.low < rare.value && rare.value < rare.high);
  assert.equal(atPrevalence({ ...worth, value: 1 }, 0.001).value, 1);
});

test('a logarithmic ruler has a place for 0 and ticks at powers of ten', () => {
  const bars = [
    { from: 0, to: 0, count: 5 },
    { from: 1, to: 100, count: 1 },
    { from: 100, to: 10_000, count: 1 },
  ];
  const ruler = rulerOf(bars, 'log');
  assert.deepEqual(ruler.ticks, [0, 1, 10, 100, 1000, 10_000]);
  const [zero, one, middle, most] = [0, 1, 100, 10_000].map((value) => ruler.at(value));
  assert.ok(zero! < one! && one! < middle! && middle! < most!);
  assert.ok(Math.abs(middle! - (one! + most!) / 2) < 1e-9);
  assert.equal(most, 100);
  assert.equal(ruler.at(1e9), 100);
  const even = rulerOf([{ from: 0, to: 10, count: 1 }], 'even');
  assert.deepEqual([even.at(5), even.ticks], [50, [0, 5, 10]]);
  assert.deepEqual(rulerOf([{ from: 3, to: 3, count: 2 }], 'even').ticks, [3]);
});

test('places and usual values are told in words, with units', () => {
  const usual = (below: number, same: number, above: number) => ({
    ...{ feature: 'Dur', unit: 's', rows: below + same + above },
    ...{ quantiles: [0.1, 0.2, 0.5, 2, 12], place: { below, same, above } },
  });
  assert.equal(placeText(usual(960, 0, 40)), '4 % of flows have more');
  assert.equal(placeText(usual(10, 5, 985)), '1 % of flows have less');
  assert.equal(placeText(usual(500, 300, 200)), '30 % of flows have just this value');
  assert.equal(placeText(usual(999, 1, 0)), 'no flow has more');
  assert.equal(usuallyText(usual(1, 1, 1)), 'nine in ten from 0.1 to 12 s, half at most 0.5');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownPoints, outlookOf, rowSets } from '../../console/src/models/outlook.ts';
import type { ModelDetail } from '../../src/serve/wire.ts';

const point = (
  rows: string,
  threshold: number | null,
  recall: number,
  falsePositiveRate: number,
): ModelDetail['curve'][number] => ({
  rows,
  threshold,
  recall,
  falsePositiveRate,
  precision: null,
});

const detail: ModelDetail = {
  model: {
    ...{ id: 'a', version: 1, changedAt: 0, name: 'a', kind: 'tree', schema: 'argus@1' },
    ...{ role: 'raises', threshold: 0.5, ownThreshold: 0.5, active: true, place: 0 },
    ...{ dataset: 'd', classes: [], falsePositiveRate: 0, falsePositiveRateUpper: 0 },
  },
  card: '',
  file: {},
  curve: [
    point('test', 0.8, 0.4, 0.001),
    point('test', 0.4, 0.9, 0.01),
    point('test', null, 0.95, 0.02),
    point('other', 0.2, 1, 0.5),
  ],
  reliability: [],
  traffic: {
    view: 'argus',
    flows: 100,
    days: 2,
    points: [
      { threshold: 0.1, flows: 60, flowsPerDay: 30 },
      { threshold: 0.6, flows: 10, flowsPerDay: 5 },
    ],
    reason: '',
  },
  verdicts: [],
};

test('points without a threshold, and of other rows, are left out', () => {
  assert.deepEqual(rowSets(detail), ['test', 'other']);
  assert.deepEqual(
    knownPoints(detail, 'test').map(({ threshold }) => threshold),
    [0.4, 0.8],
  );
});

test('recall at a known threshold is known, and between two is bounded by both', () => {
  const outlook = outlookOf(detail, 'test');
  assert.deepEqual(outlook(0.4).recall, { about: 0.9, least: 0.9, most: 0.9 });
  const between = outlook(0.6).recall!;
  assert.ok(Math.abs(between.about - 0.65) < 1e-12);
  assert.deepEqual([between.least, between.most], [0.4, 0.9]);
  const below = outlook(0.1).recall!;
  assert.deepEqual([below.least, below.most], [0.9, 1]);
  const above = outlook(0.99).recall!;
  assert.deepEqual([above.least, above.most], [0, 0.4]);
});

test('false alarms are bounded by the next lower threshold, and unknown below all', () => {
  const outlook = outlookOf(detail, 'test');
  assert.equal(outlook(0.6).falsePositiveRate, 0.01);
  assert.equal(outlook(0.3).falsePositiveRate, null);
});

test('flows a day never rise with the threshold, and are none above all scores', () => {
  const outlook = outlookOf(detail, 'test');
  assert.deepEqual(
    [0, 0.1, 0.5, 0.6, 0.7].map((threshold) => outlook(threshold).perDay),
    [30, 30, 5, 5, 0],
  );
  const none = { ...detail, traffic: { ...detail.traffic, points: [] } };
  assert.equal(outlookOf(none, 'test')(0.5).perDay, null);
  assert.equal(outlookOf({ ...detail, curve: [] }, undefined)(0.5).recall, null);
});

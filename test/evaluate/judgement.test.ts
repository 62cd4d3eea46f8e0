import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/index.ts';
import { curveBands } from '../../src/evaluate/bands.ts';
import { budgetCurve, costCurve, recallAtBudget } from '../../src/evaluate/budget-curve.ts';
import { pairedTest, signTest } from '../../src/evaluate/paired.ts';
import { averagePrecision, rank } from '../../src/evaluate/ranking.ts';
import { timeToDetect, windowsMetric } from '../../src/evaluate/windows-metric.ts';

const random = new Random(4);

/** Rows of hosts: a third hostile; scores overlap, and lean by host. */
function made(rows: number, hosts: number, draw = random) {
  const lean = Array.from({ length: hosts }, () => 0.3 * draw.normal());
  const groups = Int32Array.from({ length: rows }, () => draw.int(hosts));
  const truth = Uint8Array.from(groups, (host) => Number(host % 3 === 0));
  const scores = Float64Array.from(groups, (host, i) => truth[i]! + lean[host]! + draw.normal());
  return { scores, truth, groups };
}

test('bands hold their curve and widen when hosts, not rows, are drawn', () => {
  const data = made(3000, 30);
  const byHost = curveBands({ ...data, seed: 1, replicates: 100 });
  const byRow = curveBands({ scores: data.scores, truth: data.truth, seed: 1, replicates: 100 });
  const ranking = rank(data.scores, data.truth);
  const tprAt = (fpr: number): number => {
    let best = 0;
    ranking.thresholds.forEach((_, i) => {
      if (ranking.falsePositives[i]! / ranking.negatives <= fpr) {
        best = ranking.truePositives[i]! / ranking.positives;
      }
    });
    return best;
  };
  let inside = 0;
  byHost.roc.x.forEach((x, i) => {
    assert.ok(byHost.roc.low[i]! <= byHost.roc.high[i]!);
    if (tprAt(x) >= byHost.roc.low[i]! - 1e-9 && tprAt(x) <= byHost.roc.high[i]! + 1e-9) inside++;
  });
  assert.ok(inside >= 0.95 * byHost.roc.x.length);
  const width = (band: typeof byHost.roc): number =>
    band.x.reduce((sum, _, i) => sum + band.high[i]! - band.low[i]!, 0) / band.x.length;
  assert.ok(width(byHost.roc) > width(byRow.roc));
  assert.equal(byHost.roc.method, 'bootstrap of groups');
});

test('a band covers what a new draw of the world gives at about its rate', () => {
  // The truth: average over many worlds at one place; each world's band should hold it.
  const worlds = 60;
  const place = 20;
  const middles: number[] = [];
  const bands: { low: number; high: number }[] = [];
  for (let world = 0; world < worlds; world++) {
    const draw = new Random(1000 + world);
    const { scores, truth } = made(400, 400, draw);
    const { roc } = curveBands({ scores, truth, seed: world, replicates: 200 });
    bands.push({ low: roc.low[place]!, high: roc.high[place]! });
    middles.push((roc.low[place]! + roc.high[place]!) / 2);
  }
  const centre = middles.reduce((a, b) => a + b, 0) / worlds;
  const held = bands.filter(({ low, high }) => low <= centre && centre <= high).length;
  assert.ok(held >= 0.86 * worlds && held <= worlds, `${held} of ${worlds}`);
});

test('the budget curve ascends, ends at all rows, and agrees with the plain way', () => {
  const { scores, truth } = made(500, 20);
  const ranking = rank(scores, truth);
  const points = budgetCurve(ranking, 7200);
  assert.deepEqual(points[0], { threshold: null, alertsPerHour: 0, recall: 0, precision: null });
  assert.equal(points.at(-1)!.recall, 1);
  assert.equal(points.at(-1)!.alertsPerHour, 250);
  for (let i = 1; i < points.length; i++) {
    const { threshold, recall, alertsPerHour, precision } = points[i]!;
    const above = [...scores.keys()].filter((row) => scores[row]! >= threshold!);
    const hits = above.filter((row) => truth[row]).length;
    assert.ok(Math.abs(alertsPerHour - above.length / 2) < 1e-9);
    assert.ok(Math.abs(recall - hits / ranking.positives) < 1e-12);
    assert.ok(Math.abs(precision! - hits / above.length) < 1e-12);
    assert.ok(recall >= points[i - 1]!.recall);
  }
  const ten = recallAtBudget(ranking, 7200, 10);
  assert.ok(ten.alertsPerHour <= 10 && ten.alertsPerHour > 9);
  assert.equal(recallAtBudget(ranking, 7200, 0).threshold, null);
  assert.deepEqual(budgetCurve(ranking, Number.NaN), []);
});

test('cost: the best threshold never costs more than none, nor than the one in use', () => {
  const { scores, truth } = made(800, 20);
  const ranking = rank(scores, truth);
  const points = costCurve(ranking, { recall: 0.7, falsePositiveRate: 0.2 }, 0.01);
  assert.equal(points[0]!.costRatio, 1);
  assert.equal(points.at(-1)!.costRatio, 1e5);
  for (const { best } of points) assert.ok(best <= 1 && best >= 0);
  const perfect = rank(Float64Array.of(1, 0), Uint8Array.of(1, 0));
  for (const { best } of costCurve(perfect, { recall: 1, falsePositiveRate: 0 }, 0.01)) {
    assert.equal(best, 0);
  }
});

const second = 1e6;

test('windows metric: worked by hand', () => {
  // Window 0: host 1 hostile, found; host 2 harmless, flagged. Window 1: host 1 missed; 2 quiet.
  const input = {
    times: Float64Array.of(0, 10, 20, 310, 320, 330).map((time) => time * second),
    hosts: Int32Array.of(1, 1, 2, 1, 2, 3),
    truth: Int8Array.of(1, 1, 0, 1, 0, -1),
    above: Uint8Array.of(0, 1, 1, 0, 0, 1),
  };
  const found = windowsMetric(input);
  const weight = (n: number): number => 1 + Math.exp(-0.01 * n);
  assert.equal(found.windows, 2);
  assert.ok(Math.abs(found.tTP - weight(1)) < 1e-12);
  assert.ok(Math.abs(found.tFN - weight(2)) < 1e-12);
  assert.equal(found.tFP, 1);
  assert.equal(found.tTN, 1);
  assert.equal(found.falsePositiveRate, 0.5);
  assert.ok(Math.abs(found.precision! - weight(1) / (weight(1) + 1)) < 1e-12);
});

test('windows metric without hostile or harmless rows says null, not a number', () => {
  const none = windowsMetric({
    times: Float64Array.of(0),
    hosts: Int32Array.of(1),
    truth: Int8Array.of(-1),
    above: Uint8Array.of(1),
  });
  assert.deepEqual([none.recall, none.precision, none.f1, none.windows], [null, null, null, 0]);
});

test('time to detect: from the first hostile row to the first one found, by host', () => {
  const found = timeToDetect({
    times: Float64Array.of(50, 0, 30, 5, 7).map((time) => time * second),
    hosts: Int32Array.of(1, 1, 1, 2, 3),
    truth: Int8Array.of(1, 1, 1, 1, 0),
    above: Uint8Array.of(1, 0, 1, 0, 1),
  });
  assert.deepEqual(found, [
    { host: 1, first: 0, seconds: 30, rowsBefore: 1 },
    { host: 2, first: 5 * second, seconds: null, rowsBefore: 1 },
  ]);
});

test('the sign test is the binomial tail, for few and for many', () => {
  assert.ok(Math.abs(signTest(1, 6) - 2 * (7 / 64)) < 1e-12);
  assert.equal(signTest(0, 0), 1);
  assert.equal(signTest(3, 6), 1);
  assert.ok(Math.abs(signTest(40, 100) - 0.056887933640980784) < 1e-9, 'scipy.stats.binomtest');
  assert.ok(signTest(0, 2000) < 1e-300);
});

test('a model does not differ from itself, and differs from noise', () => {
  const { scores, truth, groups } = made(1500, 60);
  const noise = scores.map(() => random.normal());
  const a = { scores, threshold: 0.5 };
  const rest = { truth, groups, seed: 2, replicates: 200 };
  const same = pairedTest({ a, b: a, ...rest });
  assert.deepEqual([same.onlyA, same.onlyB, same.mcnemar, same.p], [0, 0, 1, 1]);
  const other = pairedTest({ a, b: { scores: noise, threshold: 0.5 }, ...rest });
  assert.ok(other.p < 0.02 && other.mcnemar < 1e-6);
  const plain = averagePrecision(rank(scores, truth)) - averagePrecision(rank(noise, truth));
  assert.ok(Math.abs(other.averagePrecision.difference - plain) < 1e-9);
  assert.ok(other.averagePrecision.interval.low > 0);
});

test('bands and curves refuse nothing: any scores and truths', () => {
  const row = fc.tuple(fc.double({ noNaN: true, min: 0, max: 1 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const scores = Float64Array.from(rows, ([score]) => score);
      const truth = Uint8Array.from(rows, ([, hostile]) => Number(hostile));
      const { roc, pr } = curveBands({ scores, truth, seed: 1, replicates: 8 });
      for (const band of [roc, pr]) {
        assert.ok(band.low.every((low, i) => low <= band.high[i]! && low >= 0 && low <= 1));
      }
      budgetCurve(rank(scores, truth), 60);
    }),
    { numRuns: 60 },
  );
});

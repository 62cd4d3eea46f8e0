import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/index.ts';
import { fitIsotonic, isotonicShare } from '../../../src/models/calibrated/isotonic.ts';
import type { CalibratedModel } from '../../../src/models/calibrated/model.ts';
import { fitPlatt, logOdds } from '../../../src/models/calibrated/platt.ts';
import { holdOut } from '../../../src/models/hold-out.ts';
import { modelKind, type Parameters } from '../../../src/models/index.ts';
import { generateInput, reorderColumns } from '../generated.ts';

/** The best non-decreasing fit by its minimax formula: max over starts of min over ends of means. */
function isotonicByHand(truth: readonly number[], weights: readonly number[]): number[] {
  const mean = (from: number, to: number): number => {
    let sum = 0;
    let mass = 0;
    for (let i = from; i <= to; i++) {
      sum += truth[i]! * weights[i]!;
      mass += weights[i]!;
    }
    return sum / mass;
  };
  return truth.map((_, at) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let from = 0; from <= at; from++) {
      let least = Number.POSITIVE_INFINITY;
      for (let to = at; to < truth.length; to++) least = Math.min(least, mean(from, to));
      best = Math.max(best, least);
    }
    return best;
  });
}

const rowArbitrary = fc.record({
  step: fc.integer({ min: 1, max: 5 }),
  truth: fc.integer({ min: 0, max: 1 }),
  weight: fc.integer({ min: 1, max: 4 }),
});

describe('isotonic regression', () => {
  it('is the minimax formula on any rows', () => {
    const rows = fc.array(rowArbitrary, { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(rows, (list) => {
        let at = 0;
        const scores = Float64Array.from(list, ({ step }) => (at += step) / 200);
        const truth = list.map((row) => row.truth);
        const weights = list.map((row) => row.weight);
        const found = fitIsotonic(scores, Uint8Array.from(truth), Float64Array.from(weights));
        const expected = isotonicByHand(truth, weights);
        scores.forEach((score, i) => {
          assert.ok(Math.abs(isotonicShare(found, score) - expected[i]!) < 1e-12);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('gives rows of one score one share, whatever their order', () => {
    const scores = Float64Array.of(0.2, 0.5, 0.5, 0.5, 0.9);
    const weights = new Float64Array(5).fill(1);
    for (const truth of [
      [1, 0, 0, 1, 1],
      [1, 1, 0, 0, 1],
    ]) {
      const found = fitIsotonic(scores, Uint8Array.from(truth), weights);
      assert.equal(isotonicShare(found, 0.5), 0.5);
      assert.equal(isotonicShare(found, 0.1), 0.5);
      assert.equal(isotonicShare(found, 0.95), 1);
    }
  });
});

describe('Platt scaling', () => {
  it('finds the sigmoid that rows were drawn from', () => {
    const random = new Random(2);
    const scores = Float64Array.from({ length: 20_000 }, () => random.next());
    const truth = Uint8Array.from(scores, (score) => {
      return random.next() < 1 / (1 + Math.exp(-(0.5 * logOdds(score) - 1))) ? 1 : 0;
    });
    const { slope, intercept } = fitPlatt(scores, truth, new Float64Array(20_000).fill(1));
    assert.ok(Math.abs(slope - 0.5) < 0.03 && Math.abs(intercept + 1) < 0.05);
  });

  it('stays finite on scores that are alike, and on classes far apart', () => {
    const ones = new Float64Array(4).fill(1);
    const alike = fitPlatt(new Float64Array(4).fill(0.3), Uint8Array.of(0, 1, 1, 1), ones);
    const share = 1 / (1 + Math.exp(-(alike.slope * logOdds(0.3) + alike.intercept)));
    // Targets 4/5 three times and 1/3 once.
    assert.ok(Math.abs(share - (0.8 * 3 + 1 / 3) / 4) < 1e-6, `${share}`);
    const apart = fitPlatt(Float64Array.of(0, 0, 1, 1), Uint8Array.of(0, 0, 1, 1), ones);
    assert.ok(Number.isFinite(apart.slope) && apart.slope > 0);
  });
});

/** Mean gap between a share and the truth, over ten bins of the share. */
function gap(scores: Float32Array, labels: Int32Array): number {
  const bins = Array.from({ length: 10 }, () => ({ rows: 0, shares: 0, truth: 0 }));
  labels.forEach((label, i) => {
    const share = scores[2 * i + 1]!;
    const bin = bins[Math.min(9, Math.floor(share * 10))]!;
    bin.rows++;
    bin.shares += share;
    bin.truth += label;
  });
  return bins.reduce((sum, bin) => sum + Math.abs(bin.shares - bin.truth), 0) / labels.length;
}

describe('calibrated models', () => {
  const input = generateInput({ rows: 6000 });
  const fresh = generateInput({ rows: 6000, seed: 2 });
  const labels = input.labels.map((label, i) => (i % 4 === 0 ? 1 - label : label));
  const noisy = { ...input, labels };
  const truth = fresh.labels.map((label, i) => (i % 4 === 0 ? 1 - label : label));
  const fit = async (parameters: Parameters): Promise<CalibratedModel> => {
    const estimator = modelKind('calibrated').create(parameters);
    return (await estimator.fit(noisy, { seed: 3 })) as CalibratedModel;
  };

  it('bring the shares of a tree that knows too well to what is true', async () => {
    const overfitted = '{"iterations":150,"learningRate":0.5,"minSamplesLeaf":1}';
    for (const [method, base, baseParameters] of [
      ['isotonic', 'forest', '{"trees":10}'],
      ['platt', 'boosting', overfitted],
    ] as const) {
      const model = await fit({ base, baseParameters, method });
      const before = gap(model.base.score(fresh.matrix), truth);
      const after = gap(model.score(fresh.matrix), truth);
      assert.ok(after < 0.04 && after < before / 2, `${method}: ${before} to ${after}`);
    }
  });

  it('learn the base from the other rows than those held out', async () => {
    const heldOut = Int32Array.from({ length: 1000 }, (_, i) => 6 * i);
    const weights = new Float32Array(6000).fill(1);
    for (const row of heldOut) weights[row] = 0;
    const estimator = modelKind('calibrated').create({ base: 'tree' });
    const model = (await estimator.fit({ ...noisy, heldOut }, { seed: 3 })) as CalibratedModel;
    const tree = await modelKind('tree')
      .create({})
      .fit({ ...noisy, weights }, { seed: 3 });
    assert.deepEqual(model.base.score(fresh.matrix), tree.score(fresh.matrix));
  });

  it('refuse a base that is not there, or calibrated already', () => {
    const create = (given: Parameters) => () => modelKind('calibrated').create(given);
    assert.throws(create({ base: 'calibrated' }), { code: 'MODEL_PARAMETER' });
    assert.throws(create({ base: 'oracle' }), { code: 'MODEL_KIND' });
    assert.throws(create({ baseParameters: '[1' }), { code: 'MODEL_PARAMETER' });
    assert.throws(create({ baseParameters: '{"trees":0}' }), { code: 'MODEL_PARAMETER' });
  });
});

describe('rows held out', () => {
  it('follow from cells and seed, not from their place', () => {
    const { matrix } = generateInput({ rows: 4000 });
    const marks = holdOut(matrix, 0.3, 5);
    const share = marks.reduce((sum, mark) => sum + mark, 0) / 4000;
    assert.ok(Math.abs(share - 0.3) < 0.03, `${share}`);
    const moved = reorderColumns(matrix, [5, 4, 3, 2, 1, 0]);
    assert.deepEqual(holdOut(moved, 0.3, 5), marks);
    assert.notDeepEqual(holdOut(matrix, 0.3, 6), marks);
  });
});

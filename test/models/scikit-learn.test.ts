import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createMatrix } from '../../src/features/index.ts';
import { fitIsotonic, isotonicShare } from '../../src/models/calibrated/isotonic.ts';
import { type FitInput, modelKind, type Parameters } from '../../src/models/index.ts';
import type { TreeModel } from '../../src/models/tree/model.ts';

interface Case {
  readonly cells: readonly number[];
  readonly labels: readonly number[];
  readonly shares: readonly number[];
}

/** Made by `bench/scikit/fixtures.py`, which says how. */
interface Fixtures {
  readonly tree: Omit<Case, 'shares'> & {
    readonly feature: readonly number[];
    readonly samples: readonly number[];
    readonly shares: readonly (readonly number[])[];
  };
  readonly logisticTwo: Case & { readonly coefficients: readonly number[] };
  readonly logisticMany: Case & { readonly coefficients: readonly number[] };
  readonly boostingTwo: Case;
  readonly boostingMany: Case;
  readonly isotonic: {
    readonly scores: readonly number[];
    readonly truth: readonly number[];
    readonly at: readonly number[];
    readonly shares: readonly number[];
  };
}

const fixtures = JSON.parse(
  readFileSync(new URL('fixtures/scikit-learn.json', import.meta.url), 'utf8'),
) as Fixtures;

function inputOf({ cells, labels }: Pick<Case, 'cells' | 'labels'>): FitInput {
  const matrix = createMatrix(labels.length, ['a', 'b', 'c', 'd']);
  matrix.data.set(cells);
  const classes = Array.from({ length: Math.max(...labels) + 1 }, (_, k) => `class${k}`);
  return { matrix, labels: Int32Array.from(labels), classes };
}

const fit = (kind: string, input: FitInput, parameters: Parameters) =>
  modelKind(kind).create(parameters).fit(input, { seed: 1 });

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

/** Share of rows whose likeliest class is the true one. */
function accuracyOf(shares: ArrayLike<number>, labels: readonly number[]): number {
  const classes = shares.length / labels.length;
  const right = labels.filter((label, i) => {
    const row = Array.from({ length: classes }, (_, k) => shares[i * classes + k]!);
    return row.indexOf(Math.max(...row)) === label;
  });
  return right.length / labels.length;
}

function logLossOf(shares: ArrayLike<number>, labels: readonly number[]): number {
  const classes = shares.length / labels.length;
  const losses = labels.map((label, i) => -Math.log(shares[i * classes + label]!));
  return losses.reduce((sum, loss) => sum + loss, 0) / labels.length;
}

describe('agreement with scikit-learn', () => {
  it('decision tree: the same columns, the same rows in every node, the same leaves', async () => {
    const { tree } = fixtures;
    const { trees } = (await fit('tree', inputOf(tree), {
      maxDepth: 4,
      minSamplesLeaf: 8,
    })) as TreeModel;
    assert.deepEqual([...trees.feature], tree.feature);
    assert.deepEqual([...trees.cover], tree.samples);
    assert.ok(furthest(trees.values, tree.shares.flat()) < 1e-6);
  });

  it('logistic regression: coefficients within 1e-5, probabilities within 1e-5', async () => {
    for (const each of [fixtures.logisticTwo, fixtures.logisticMany]) {
      const input = inputOf(each);
      const model = await fit('logistic', input, { C: 0.7, tolerance: 1e-10 });
      const found = model.tensors().find(({ name }) => name === 'coefficients')!.data;
      assert.equal(found.length, each.coefficients.length);
      assert.ok(furthest(found, each.coefficients) < 1e-5, `${furthest(found, each.coefficients)}`);
      assert.ok(furthest(model.score(input.matrix), each.shares) < 1e-5);
    }
  });

  it('boosting of two classes: every probability within 1e-5', async () => {
    const input = inputOf(fixtures.boostingTwo);
    const model = await fit('boosting', input, { iterations: 20, l2: 0 });
    assert.ok(furthest(model.score(input.matrix), fixtures.boostingTwo.shares) < 1e-5);
  });

  it('boosting of many: accuracy within 0.002, log-loss within 0.01', async () => {
    // Gradients of few values make splits of equal gain, and either may take another one of them.
    const { labels, shares } = fixtures.boostingMany;
    const input = inputOf(fixtures.boostingMany);
    const model = await fit('boosting', input, { iterations: 20, l2: 0 });
    const own = model.score(input.matrix);
    const gap = Math.abs(accuracyOf(own, labels) - accuracyOf(shares, labels));
    assert.ok(gap <= 0.002, `accuracy apart by ${gap}`);
    const apart = Math.abs(logLossOf(own, labels) - logLossOf(shares, labels));
    assert.ok(apart < 0.01, `log-loss apart by ${apart}`);
  });

  it('isotonic regression: shares within 1e-9', () => {
    const { scores, truth, at, shares } = fixtures.isotonic;
    const ones = new Float64Array(truth.length).fill(1);
    const found = fitIsotonic(Float64Array.from(scores), Uint8Array.from(truth), ones);
    const own = at.map((score) => isotonicShare(found, score));
    assert.ok(furthest(own, shares) < 1e-9);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createMatrix, type Matrix } from '../../src/features/index.ts';
import { type FitInput, modelKind } from '../../src/models/index.ts';
import { meanPath } from '../../src/models/isolation/model.ts';
import { Decider } from '../../src/models/svm/decision.ts';

/** Made by `bench/scikit/neighbours.py`, which says how. */
interface Fixtures {
  readonly cells: readonly number[];
  readonly labels: readonly number[];
  readonly asked: readonly number[];
  readonly neighbours: readonly {
    readonly k: number;
    readonly p: number;
    readonly weights: string;
    readonly shares: readonly number[];
  }[];
  readonly bayes: readonly number[];
  readonly linear: {
    readonly coefficients: readonly number[];
    readonly intercepts: readonly number[];
  };
  readonly kernel: { readonly labels: readonly number[]; readonly distances: readonly number[] };
  readonly paths: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL('fixtures/neighbours.json', import.meta.url), 'utf8'),
) as Fixtures;

function matrixOf(cells: readonly number[]): Matrix {
  const matrix = createMatrix(cells.length / 4, ['a', 'b', 'c', 'd']);
  matrix.data.set(cells);
  return matrix;
}

const input: FitInput = {
  matrix: matrixOf(fixtures.cells),
  labels: Int32Array.from(fixtures.labels),
  classes: ['low', 'middle', 'high'],
};
const asked = matrixOf(fixtures.asked);

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let most = 0;
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe('agreement with scikit-learn: neighbours, Bayes, support vectors', () => {
  it('nearest neighbours: probabilities within 1e-6 for any k, p and weights', async () => {
    for (const { k, p, weights, shares } of fixtures.neighbours) {
      const model = await modelKind('knn').create({ k, p, weights }).fit(input, { seed: 1 });
      assert.ok(furthest(model.score(asked), shares) < 1e-6, `k ${k}, p ${p}, ${weights}`);
    }
  });

  it('naive Bayes: probabilities within 1e-6', async () => {
    const model = await modelKind('naive-bayes').create({}).fit(input, { seed: 1 });
    assert.ok(furthest(model.score(asked), fixtures.bayes) < 1e-6);
  });

  it('linear support vectors: coefficients and intercepts within 1e-6', async () => {
    const parameters = { C: 0.5, tolerance: 1e-10, maxIterations: 100_000 };
    const model = await modelKind('linear-svm').create(parameters).fit(input, { seed: 1 });
    const tensor = (name: string) => model.tensors().find((each) => each.name === name)!.data;
    assert.ok(furthest(tensor('coefficients'), fixtures.linear.coefficients) < 1e-6);
    assert.ok(furthest(tensor('intercepts'), fixtures.linear.intercepts) < 1e-6);
  });

  it('kernel support vectors: signed distances within 1e-4 when all rows are landmarks', async () => {
    const { labels, distances } = fixtures.kernel;
    const two = { ...input, labels: Int32Array.from(labels), classes: ['a', 'b'] };
    const parameters = {
      solver: 'nystrom',
      C: 2,
      gamma: 0.3,
      tolerance: 1e-9,
      maxIterations: 100_000,
    };
    const model = await modelKind('rbf-svm').create(parameters).fit(two, { seed: 1 });
    const tensor = (name: string) =>
      model.tensors().find((each) => each.name === name)!.data as Float64Array;
    const decider = new Decider({
      outputs: 1,
      coefficients: tensor('coefficients'),
      intercepts: tensor('intercepts'),
      landmarks: tensor('landmarks'),
      gamma: 0.3,
    });
    const own = new Float64Array(1);
    const found = distances.map((_, i) => {
      decider.decide(Float64Array.from(asked.data.subarray(4 * i, 4 * i + 4)), own);
      return own[0]!;
    });
    assert.ok(furthest(found, distances) < 1e-4, `${furthest(found, distances)}`);
  });

  it('isolation forest: the mean path of n rows within 1e-9', () => {
    const own = fixtures.paths.map((_, i) => meanPath(13 * i));
    assert.ok(furthest(own, fixtures.paths) < 1e-9);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMatrix } from '../../../src/features/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import { refusesDamage } from '../damaged.ts';
import { generateInput } from '../generated.ts';

function line(cells: readonly number[], labels: readonly number[], classes = ['a', 'b']) {
  const matrix = createMatrix(cells.length, ['x']);
  matrix.data.set(cells);
  return { matrix, labels: Int32Array.from(labels), classes };
}

describe('nearest neighbours', () => {
  it('stores equal rows once and lets them vote as often as they stood', async () => {
    const input = line([0, 0, 0, 0, 9, 9], [0, 0, 0, 1, 1, 1]);
    const model = await modelKind('knn').create({ k: 4 }).fit(input, { seed: 1 });
    assert.deepEqual(model.tensors()[0]!.shape, [2, 1]);
    const shares = model.score(line([1], [0]).matrix);
    assert.deepEqual([...shares], [0.75, 0.25]);
  });

  it('lets rows at distance 0 decide alone when votes go by distance', async () => {
    const input = line([0, 1, 1.1, 1.2], [0, 1, 1, 1]);
    const estimator = modelKind('knn').create({ k: 3, weights: 'distance' });
    const model = await estimator.fit(input, { seed: 1 });
    assert.deepEqual([...model.score(line([0], [0]).matrix)], [1, 0]);
    assert.ok(model.score(line([0.5], [0]).matrix)[1]! > 0.6);
  });

  it('explains by parts that sum to the score less the share of the class', async () => {
    const input = generateInput({ rows: 200 });
    const model = await modelKind('knn').create({}).fit(input, { seed: 1 });
    const prior = input.labels.filter((label) => label === 1).length / 200;
    const shares = model.score(input.matrix);
    for (let row = 0; row < 20; row++) {
      const sum = model.explain(input.matrix, row, 1).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - (shares[2 * row + 1]! - prior)) < 1e-6);
    }
  });

  it('refuses damaged parts of a file', async () => {
    const input = generateInput({ rows: 50 });
    const model = await modelKind('knn').create({}).fit(input, { seed: 1 });
    refusesDamage(model, [
      ['label', 3, 2],
      ['label', 3, -1],
      ['start', 2, 1_000_000],
      ['start', 50, 7],
      ['weight', 0, 0],
      ['weight', 0, Number.NaN],
      ['cells', 5, Number.POSITIVE_INFINITY],
    ]);
  });
});

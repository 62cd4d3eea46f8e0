import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { type LossInput, logisticLoss } from '../../../src/models/logistic/loss.ts';
import { minimise } from '../../../src/models/logistic/minimise.ts';
import { minimiseNewton, solveCholesky } from '../../../src/models/logistic/newton.ts';
import { generateInput } from '../generated.ts';

function lossInput(rows: number, c: number): LossInput {
  const { matrix, labels } = generateInput({ rows });
  const weights = Float64Array.from(labels, (_, i) => (i % 4) / 2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // An order that is its own inverse would hide a mix-up.
  const order = Int32Array.of(2, 0, 1, 5, 3, 4);
  return { matrix, order, labels, weights, total, outputs: 1, c };
}

describe('minimiseNewton', () => {
  it('reaches the minimum that L-BFGS reaches, in a tenth of the steps', async () => {
    for (const c of [0.1, 1, 1000]) {
      const input = lossInput(400, c);
      const options = { maxIterations: 2000, tolerance: 1e-7 };
      const objective = logisticLoss(input);
      const fast = await minimiseNewton(input, objective, options);
      const slow = await minimise(objective, new Float64Array(7), options);
      assert.ok(fast.converged && slow.converged);
      assert.ok(fast.iterations <= 12, `${fast.iterations} steps`);
      fast.point.forEach((value, i) => {
        assert.ok(Math.abs(value - slow.point[i]!) < 1e-3 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it('gives up, not converged, where second derivatives overflow', async () => {
    const input = lossInput(40, 1);
    const wide = { ...input.matrix, data: input.matrix.data.map((cell) => cell * 1e37) };
    const huge = { ...input, matrix: wide, weights: input.weights.map((weight) => weight * 1e250) };
    const options = { maxIterations: 20, tolerance: 0 };
    const found = await minimiseNewton(huge, logisticLoss(huge), options);
    assert.equal(found.converged, false);
    assert.ok(found.point.every(Number.isFinite));
  });
});

describe('solveCholesky', () => {
  it('solves, and refuses a matrix that is not positive definite', () => {
    const random = new Random(4);
    const size = 6;
    const rows = Array.from({ length: size }, () =>
      Float64Array.from({ length: size }, () => random.normal()),
    );
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++) matrix[i * size + j]! += rows[i]![k]! * rows[j]![k]!;
      }
    }
    const wanted = Float64Array.from({ length: size }, (_, i) => i - 2);
    const right = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) right[i]! += matrix[i * size + j]! * wanted[j]!;
    }
    solveCholesky(matrix, right, 0)!.forEach((value, i) => {
      assert.ok(Math.abs(value - wanted[i]!) < 1e-8);
    });
    assert.equal(solveCholesky(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1), 0), undefined);
    assert.ok(solveCholesky(Float64Array.of(0, 0, 0, 0), Float64Array.of(1, 1), 0.5));
  });
});

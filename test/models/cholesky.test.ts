import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { solveCholesky } from '../../src/models/cholesky.ts';

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

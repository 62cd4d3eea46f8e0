import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createMatrix } from '../../src/features/index.ts';
import { firstEqualRows, foldedMoments, foldRows } from '../../src/models/fold-rows.ts';

const matrix = createMatrix(5, ['b', 'a']);
matrix.data.set([1, 2, 0, 3, 1, 2, -0, 3, 2, 1]);
const input = { matrix, labels: Int32Array.of(0, 1, 1, 1, 0), classes: ['x', 'y'] };

it('finds the first of equal rows, 0 and -0 alike', () => {
  assert.deepEqual([...firstEqualRows(matrix)], [0, 1, 0, 1, 4]);
});

it('folds equal rows, one entry a class, columns by name', () => {
  const folded = foldRows(input);
  assert.equal(folded.points, 3);
  assert.deepEqual([...folded.cells], [2, 1, 3, 0, 1, 2]);
  assert.deepEqual([...folded.start], [0, 2, 3, 4]);
  assert.deepEqual([...folded.weight], [1, 1, 2, 1]);
});

it('leaves out rows of weight 0 and rows skipped', () => {
  const weights = Float32Array.of(0, 1, 3, 1, 1);
  const folded = foldRows({ ...input, weights }, Uint8Array.of(0, 0, 0, 0, 1));
  assert.deepEqual([...folded.cells], [3, 0, 2, 1]);
  assert.deepEqual([...folded.weight], [2, 3]);
  assert.deepEqual([...folded.label], [1, 1]);
});

it('measures columns by weight', () => {
  const { mean, deviation } = foldedMoments(foldRows(input));
  assert.ok(Math.abs(mean[0]! - 11 / 5) < 1e-12);
  assert.ok(Math.abs(mean[1]! - 4 / 5) < 1e-12);
  assert.ok(Math.abs(deviation[0]! - Math.sqrt(0.56)) < 1e-12);
});

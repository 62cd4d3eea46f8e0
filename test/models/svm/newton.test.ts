import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { type SeparationInput, separate } from '../../../src/models/svm/coordinate.ts';
import { separateNewton } from '../../../src/models/svm/newton.ts';

function noisy(rows: number): SeparationInput {
  const random = new Random(5);
  const cols = 3;
  const cells = Float64Array.from({ length: rows * cols }, () => random.normal());
  const side = new Int8Array(rows);
  const squares = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    side[i] = cells[i * cols]! - cells[i * cols + 1]! + random.normal() > 0.3 ? 1 : -1;
    squares[i] = 1 + cells.subarray(i * cols, (i + 1) * cols).reduce((sum, x) => sum + x * x, 0);
  }
  const cost = Float64Array.from({ length: rows }, () => random.int(3) / 2);
  return { rows, cols, cells, squares, side, cost };
}

it('ends where coordinate descent ends, by weight', () => {
  const input = noisy(200);
  const slow = separate(input, { maxIterations: 100_000, tolerance: 1e-10, seed: 1 });
  const fast = separateNewton(input, 1e-6);
  slow.forEach((value, c) => {
    assert.ok(Math.abs(value - fast[c]!) < 1e-6, `${value} and ${fast[c]}`);
  });
});

it('stands at 0 when no row counts', () => {
  const input = { ...noisy(20), cost: new Float64Array(20) };
  assert.deepEqual([...separateNewton(input, 1e-6)], [0, 0, 0, 0]);
  assert.deepEqual(
    [...separate(input, { maxIterations: 5, tolerance: 1e-6, seed: 1 })],
    [0, 0, 0, 0],
  );
});

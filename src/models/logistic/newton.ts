import type { LossInput } from './loss.ts';
import { largest, type MinimiseOptions, type Minimum, type Objective, search } from './minimise.ts';

/** Most columns for which the matrix of second derivatives pays off. */
export const NEWTON_COLUMNS = 256;
/** How often the diagonal is raised, tenfold each time, before the matrix is given up. */
const MAX_RAISES = 12;

/**
 * Second derivatives of the loss of two classes at `point`: lower triangle, row-major, the
 * intercept last. Zero cells are skipped, which is most cells where columns are one-hot.
 */
function secondDerivatives(input: LossInput, point: Float64Array): Float64Array {
  const { matrix, order, weights, total, c: strength } = input;
  const { rows, cols, data } = matrix;
  const size = cols + 1;
  const result = new Float64Array(size * size);
  const slope = new Float64Array(cols);
  const position = new Int32Array(cols);
  for (let c = 0; c < cols; c++) {
    slope[order[c]!] = point[c]!;
    position[order[c]!] = c;
  }
  const at = new Int32Array(size);
  const cells = new Float64Array(size);
  const sums = new Float64Array(size * size);
  for (let i = 0, base = 0; i < rows; i++, base += cols) {
    if (weights[i] === 0) continue;
    let z = point[cols]!;
    let count = 0;
    for (let c = 0; c < cols; c++) {
      const cell = data[base + c]!;
      if (cell === 0) continue;
      z += cell * slope[c]!;
      at[count] = c;
      cells[count++] = cell;
    }
    at[count] = cols;
    cells[count++] = 1;
    const share = 1 / (1 + Math.exp(-z));
    const curvature = weights[i]! * share * (1 - share);
    for (let a = 0; a < count; a++) {
      const row = at[a]! * size;
      const factor = curvature * cells[a]!;
      for (let b = 0; b <= a; b++) sums[row + at[b]!]! += factor * cells[b]!;
    }
  }
  const place = (c: number): number => (c === cols ? cols : position[c]!);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      const high = Math.max(place(a), place(b));
      const low = Math.min(place(a), place(b));
      result[high * size + low] = sums[a * size + b]! / total;
    }
  }
  for (let c = 0; c < cols; c++) result[c * size + c]! += 1 / (strength * total);
  return result;
}

/**
 * Solves `matrix × x = right` for a symmetric, positive definite matrix by Cholesky.
 * @param matrix lower triangle, row-major
 * @returns x, or undefined when the matrix is not positive definite
 */
export function solveCholesky(
  matrix: Float64Array,
  right: Float64Array,
  raise: number,
): Float64Array | undefined {
  const size = right.length;
  const factor = matrix.slice();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * size + j]! + (i === j ? raise : 0);
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i !== j) factor[i * size + j] = sum / factor[j * size + j]!;
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * size + k]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= factor[k * size + i]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  return x;
}

/** Newton direction, with the diagonal raised where rounding made the matrix singular. */
function direction(input: LossInput, point: Float64Array, gradient: Float64Array) {
  const matrix = secondDerivatives(input, point);
  const size = gradient.length;
  const down = gradient.map((value) => -value);
  let largestDiagonal = 0;
  for (let i = 0; i < size; i++) {
    largestDiagonal = Math.max(largestDiagonal, matrix[i * size + i]!);
  }
  let raise = 0;
  for (let n = 0; n < MAX_RAISES; n++) {
    const found = solveCholesky(matrix, down, raise);
    if (found?.every(Number.isFinite)) return found;
    raise = Math.max(raise * 10, largestDiagonal * 1e-14);
  }
  return undefined;
}

/**
 * Minimises the loss of two classes by Newton steps with a line search: a dozen passes over the
 * rows where L-BFGS takes hundreds. Stops early, not converged, when the second derivatives
 * overflow or rounding leaves no step downhill; L-BFGS can go on from there.
 */
export async function minimiseNewton(
  input: LossInput,
  objective: Objective,
  options: MinimiseOptions,
): Promise<Minimum> {
  let point = new Float64Array(input.order.length + 1);
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  let iterations = 0;
  while (iterations < options.maxIterations && largest(gradient) > options.tolerance) {
    const d = direction(input, point, gradient);
    const found = d && search(objective, { point, gradient, value, d, first: 1 });
    if (!found) break;
    ({ point, gradient, value } = found);
    iterations++;
    await options.onIteration?.(iterations);
  }
  return { point, iterations, converged: largest(gradient) <= options.tolerance };
}

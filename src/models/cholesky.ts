/**
 * Solves `matrix × x = right` for a symmetric, positive definite matrix by Cholesky.
 * @param matrix lower triangle, row-major
 * @returns x, or undefined when the matrix is not positive definite
 */
export function solveCholesky(
  matrix: Float64Array,
  right: Float64Array,
  raise: number,
): Float64Array<ArrayBuffer> | undefined {
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
  solveFactor(factor, size, x);
  return x;
}

/**
 * Solves `factor × factorᵀ x = right` in place.
 * @param factor lower triangle, rows of `stride`
 */
export function solveFactor(factor: Float64Array, stride: number, right: Float64Array): void {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    const row = i * stride;
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= factor[row + k]! * right[k]!;
    right[i] = sum / factor[row + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = i * stride;
    const own = right[i]! / factor[row + i]!;
    right[i] = own;
    for (let k = 0; k < i; k++) right[k]! -= factor[row + k]! * own;
  }
}

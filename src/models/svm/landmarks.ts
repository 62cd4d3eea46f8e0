import { Random } from '../../base/index.ts';
import { nearness } from './decision.ts';

/** Added to the diagonal until the kernel of the landmarks has a Cholesky factor. */
const FIRST_JITTER = 1e-10;

/** Landmarks of a Nyström approximation, and what turns nearness to them into columns. */
export interface Landmarks {
  readonly count: number;
  readonly cells: Float64Array;
  readonly gamma: number;
  /** Lower Cholesky factor of the landmarks' kernel. */
  readonly factor: Float64Array;
}

/**
 * Draws landmarks from distinct points, all of them when there are no more, and factors their
 * kernel (Williams and Seeger 2001, "Using the Nyström Method to Speed Up Kernel Machines"). With
 * all points as landmarks the kernel is exact.
 */
export function drawLandmarks(
  { points, cols, cells }: { points: number; cols: number; cells: Float32Array },
  { count, gamma, seed }: { count: number; gamma: number; seed: number },
): Landmarks {
  const drawn = new Random(seed)
    .fork('landmarks')
    .shuffle(Int32Array.from({ length: points }, (_, i) => i));
  const taken = Math.min(count, points);
  const own = new Float64Array(taken * cols);
  for (let j = 0; j < taken; j++) {
    const from = drawn[j]! * cols;
    for (let c = 0; c < cols; c++) own[j * cols + c] = cells[from + c]!;
  }
  const kernel = new Float64Array(taken * taken);
  for (let j = 0; j < taken; j++) {
    const row = own.subarray(j * cols, (j + 1) * cols);
    nearness(row, own, gamma, kernel.subarray(j * taken, (j + 1) * taken));
  }
  let jitter = FIRST_JITTER;
  let factor = cholesky(kernel, taken, jitter);
  // A diagonal of 1 + jitter above the size dominates: the loop ends.
  while (!factor) factor = cholesky(kernel, taken, (jitter *= 10));
  return { count: taken, cells: own, gamma, factor };
}

function cholesky(kernel: Float64Array, size: number, jitter: number): Float64Array | undefined {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const a = i * size;
    for (let j = 0; j <= i; j++) {
      const b = j * size;
      let sum = kernel[a + j]! + (i === j ? jitter : 0);
      for (let c = 0; c < j; c++) sum -= factor[a + c]! * factor[b + c]!;
      if (i !== j) factor[a + j] = sum / factor[b + j]!;
      // Against rounding: a pivot this small carries no digits.
      else if (sum > jitter / 2) factor[a + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** Columns of every point: the factor's inverse times its nearness to the landmarks. */
export function landmarkColumns(
  { points, cols, cells }: { points: number; cols: number; cells: Float32Array },
  landmarks: Landmarks,
): Float64Array {
  const { count, factor, gamma } = landmarks;
  const out = new Float64Array(points * count);
  const row = new Float64Array(cols);
  for (let i = 0; i < points; i++) {
    for (let c = 0; c < cols; c++) row[c] = cells[i * cols + c]!;
    const own = out.subarray(i * count, (i + 1) * count);
    nearness(row, landmarks.cells, gamma, own);
    for (let j = 0; j < count; j++) {
      let sum = own[j]!;
      const base = j * count;
      for (let c = 0; c < j; c++) sum -= factor[base + c]! * own[c]!;
      own[j] = sum / factor[base + j]!;
    }
  }
  return out;
}

/** Coefficients over columns, as coefficients over nearness: the factor's transpose, inverted. */
export function overNearness(w: Float64Array, { count, factor }: Landmarks): Float64Array {
  const out = w.slice(0, count);
  for (let j = count - 1; j >= 0; j--) {
    out[j]! /= factor[j * count + j]!;
    for (let c = 0; c < j; c++) out[c]! -= factor[j * count + c]! * out[j]!;
  }
  return out;
}

import { Random } from '../../base/index.ts';

/** Rows for a linear separation of two sides. */
export interface SeparationInput {
  readonly rows: number;
  readonly cols: number;
  /** Rows × columns, row-major. */
  readonly cells: Float64Array;
  /** Squared length of each row, the constant 1 for the intercept included. */
  readonly squares: Float64Array;
  /** 1 or -1, a row. */
  readonly side: Int8Array;
  /** C times the row's weight; 0 leaves the row out. */
  readonly cost: Float64Array;
}

/** When to stop. */
export interface SeparationOptions {
  readonly maxIterations: number;
  /** Stops when the projected gradients of one pass lie this close together. */
  readonly tolerance: number;
  readonly seed: number;
}

/**
 * Minimises `|w|² / 2 + sum cost_i max(0, 1 - side_i w·x_i)²` by dual coordinate descent with
 * shrinking to the rows that still move (Hsieh, Chang, Lin, Keerthi, Sundararajan 2008, "A Dual
 * Coordinate Descent Method for Large-scale Linear SVM"). The last number is the intercept, which
 * is a coefficient of a constant 1 and penalised like the others.
 */
export function separate(input: SeparationInput, options: SeparationOptions): Float64Array {
  const { rows, cols, cells, squares, side, cost } = input;
  const w = new Float64Array(cols + 1);
  const alpha = new Float64Array(rows);
  const active = new Int32Array(rows);
  const random = new Random(options.seed);
  const all = fillActive(active, cost);
  let size = all;
  let shrinkAbove = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < options.maxIterations && all > 0; pass++) {
    let most = Number.NEGATIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    random.shuffle(active.subarray(0, size));
    for (let s = 0; s < size; s++) {
      const i = active[s]!;
      const base = i * cols;
      let dot = w[cols]!;
      for (let c = 0; c < cols; c++) dot += w[c]! * cells[base + c]!;
      const y = side[i]!;
      const damping = 0.5 / cost[i]!;
      const before = alpha[i]!;
      const gradient = y * dot - 1 + damping * before;
      if (before === 0 && gradient > 0) {
        if (gradient > shrinkAbove) {
          // It will hardly move again: look at it no more until the others are done.
          size--;
          active[s] = active[size]!;
          active[size] = i;
          s--;
        }
        if (least > 0) least = 0;
        if (most < 0) most = 0;
        continue;
      }
      if (gradient > most) most = gradient;
      if (gradient < least) least = gradient;
      const after = Math.max(0, before - gradient / (squares[i]! + damping));
      const step = (after - before) * y;
      if (step === 0) continue;
      alpha[i] = after;
      for (let c = 0; c < cols; c++) w[c]! += step * cells[base + c]!;
      w[cols]! += step;
    }
    if (most - least <= options.tolerance) {
      if (size === all) break;
      size = all;
      shrinkAbove = Number.POSITIVE_INFINITY;
    } else {
      shrinkAbove = most > 0 ? most : Number.POSITIVE_INFINITY;
    }
  }
  return w;
}

function fillActive(active: Int32Array, cost: Float64Array): number {
  let size = 0;
  for (let i = 0; i < cost.length; i++) if (cost[i]! > 0) active[size++] = i;
  return size;
}

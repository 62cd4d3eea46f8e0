import { solveCholesky } from '../cholesky.ts';
import type { SeparationInput } from './coordinate.ts';

/** Columns up to which second derivatives are cheaper than many passes. */
export const NEWTON_COLUMNS = 128;
/** Newton's steps end after a handful; more means that rounding is all that is left. */
const MAX_STEPS = 100;
/** Halvings of a step; below it, steps are lost to rounding. */
const MAX_HALVINGS = 40;

/** Value of the objective, and the signed shortfall `1 - side w·x` of each row, at `w`. */
function shortfalls(input: SeparationInput, w: Float64Array, out: Float64Array): number {
  const { rows, cols, cells, side, cost } = input;
  let value = 0;
  for (let c = 0; c <= cols; c++) value += (w[c]! * w[c]!) / 2;
  for (let i = 0, base = 0; i < rows; i++, base += cols) {
    let dot = w[cols]!;
    for (let c = 0; c < cols; c++) dot += w[c]! * cells[base + c]!;
    const short = 1 - side[i]! * dot;
    out[i] = short;
    if (short > 0) value += cost[i]! * short * short;
  }
  return value;
}

/**
 * The minimum that {@link separate} of coordinate descent approaches, by Newton's method on the
 * rows short of their margin (Keerthi and DeCoste 2005; Chapelle 2007): exact after few steps,
 * whatever the scale of the columns.
 */
export function separateNewton(input: SeparationInput, tolerance: number): Float64Array {
  const { rows, cols, cells, side, cost } = input;
  const size = cols + 1;
  let w = new Float64Array(size);
  let short = new Float64Array(rows);
  let next = new Float64Array(rows);
  let value = shortfalls(input, w, short);
  const gradient = new Float64Array(size);
  const curve = new Float64Array(size * size);
  for (let step = 0; step < MAX_STEPS; step++) {
    gradient.set(w);
    curve.fill(0);
    for (let c = 0; c < size; c++) curve[c * size + c] = 1;
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      const own = 2 * cost[i]!;
      if (!(short[i]! > 0) || own === 0) continue;
      const pull = own * side[i]! * short[i]!;
      for (let a = 0; a < cols; a++) {
        const cell = cells[base + a]!;
        if (cell === 0) continue;
        gradient[a]! -= pull * cell;
        const part = own * cell;
        const to = a * size;
        for (let b = 0; b <= a; b++) curve[to + b]! += part * cells[base + b]!;
        curve[cols * size + a]! += part;
      }
      gradient[cols]! -= pull;
      curve[cols * size + cols]! += own;
    }
    const d = solveCholesky(curve, gradient, 0);
    if (!d) break;
    let slope = 0;
    for (let c = 0; c < size; c++) slope += d[c]! * gradient[c]!;
    // Half the squared Newton decrement bounds what is left to gain.
    if (!(slope > tolerance * tolerance * Math.max(1, value) * 1e-6)) break;
    let length = 1;
    let found = false;
    for (let half = 0; half < MAX_HALVINGS && !found; half++) {
      const at = w.map((each, c) => each - length * d[c]!);
      const reached = shortfalls(input, at, next);
      if (reached <= value - 1e-4 * length * slope) {
        found = true;
        w = at;
        value = reached;
        [short, next] = [next, short];
      }
      length /= 2;
    }
    if (!found) break;
  }
  return w;
}

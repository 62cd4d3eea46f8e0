/** What sequential minimal optimisation separates. */
export interface SmoInput {
  readonly points: number;
  readonly cols: number;
  /** Points × columns, row-major. */
  readonly cells: Float32Array;
  /** Point of each entry; two entries of one point may lie on different sides. */
  readonly pointOf: Int32Array;
  /** 1 or -1 an entry. */
  readonly side: Int8Array;
  /** C times the entry's weight; 0 leaves it out. */
  readonly cost: Float64Array;
  /** Of `exp(-gamma |a - b|²)`. */
  readonly gamma: number;
}

/** A machine over points: `intercept + sum coefficient × nearness`. */
export interface SmoFit {
  /** One a point: 0 where it is no support vector. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

/** Bytes of kernel rows kept; the rows used longest ago make room. */
const CACHE_BYTES = 64 * 2 ** 20;
/** Stands for a curvature that rounding made 0 or less. */
const LEAST_CURVATURE = 1e-12;

class KernelRows {
  readonly #input: SmoInput;
  readonly #rows = new Map<number, Float64Array>();
  readonly #most: number;

  constructor(input: SmoInput) {
    this.#input = input;
    this.#most = Math.max(2, Math.floor(CACHE_BYTES / (8 * input.points)));
  }

  row(point: number): Float64Array {
    const rows = this.#rows;
    let own = rows.get(point);
    if (own) {
      rows.delete(point);
    } else {
      if (rows.size >= this.#most) rows.delete(rows.keys().next().value!);
      own = this.#make(point);
    }
    rows.set(point, own);
    return own;
  }

  #make(point: number): Float64Array {
    const { points, cols, cells, gamma } = this.#input;
    const out = new Float64Array(points);
    const from = point * cols;
    for (let i = 0, base = 0; i < points; i++, base += cols) {
      let sum = 0;
      for (let c = 0; c < cols; c++) {
        const gap = cells[base + c]! - cells[from + c]!;
        sum += gap * gap;
      }
      out[i] = Math.exp(-gamma * sum);
    }
    return out;
  }
}

/**
 * Minimises `|w|² / 2 + sum cost_i max(0, 1 - side_i (w·x_i + b))` over a Gaussian kernel: the dual by
 * sequential minimal optimisation with second-order choice of the pair (Fan, Chen, Lin 2005, "Working
 * Set Selection Using Second Order Information for Training Support Vector Machines"). Exact up to
 * `tolerance`, the largest violation of the conditions of the optimum.
 * @param maxSteps most pairs changed
 */
export function separateSmo(
  input: SmoInput,
  { tolerance, maxSteps }: { readonly tolerance: number; readonly maxSteps: number },
): SmoFit {
  const { points, pointOf, side, cost } = input;
  const size = side.length;
  const alpha = new Float64Array(size);
  const gradient = new Float64Array(size).fill(-1);
  const kernel = new KernelRows(input);
  for (let step = 0; step < maxSteps; step++) {
    const i = steepest(input, alpha, gradient);
    if (i < 0) break;
    const near = kernel.row(pointOf[i]!);
    const j = partner(input, { alpha, gradient, near, i, tolerance });
    if (j < 0) break;
    const other = kernel.row(pointOf[j]!);
    const most = -side[i]! * gradient[i]!;
    const curvature = Math.max(LEAST_CURVATURE, 2 - 2 * near[pointOf[j]!]!);
    let move = (most + side[j]! * gradient[j]!) / curvature;
    // Along alpha_i + side_i × move and alpha_j - side_j × move, inside the box.
    move = Math.min(move, side[i]! > 0 ? cost[i]! - alpha[i]! : alpha[i]!);
    move = Math.min(move, side[j]! > 0 ? alpha[j]! : cost[j]! - alpha[j]!);
    alpha[i] = within(alpha[i]! + side[i]! * move, cost[i]!);
    alpha[j] = within(alpha[j]! - side[j]! * move, cost[j]!);
    for (let e = 0; e < size; e++) {
      gradient[e]! += side[e]! * move * (near[pointOf[e]!]! - other[pointOf[e]!]!);
    }
  }
  const coefficients = new Float64Array(points);
  for (let e = 0; e < size; e++) coefficients[pointOf[e]!]! += side[e]! * alpha[e]!;
  return { coefficients, intercept: interceptOf(input, alpha, gradient) };
}

/** Steps end at the bounds exactly, so that what is bound counts as bound. */
function within(value: number, most: number): number {
  const near = 1e-12 * most;
  return value < near ? 0 : value > most - near ? most : value;
}

const rises = (side: number, alpha: number, cost: number): boolean =>
  side > 0 ? alpha < cost : alpha > 0;

/** The entry that may move up its side and gains most by it; -1 for none. */
function steepest({ side, cost }: SmoInput, alpha: Float64Array, gradient: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  let found = -1;
  for (let e = 0; e < side.length; e++) {
    if (cost[e] === 0 || !rises(side[e]!, alpha[e]!, cost[e]!)) continue;
    const own = -side[e]! * gradient[e]!;
    if (own > most) {
      most = own;
      found = e;
    }
  }
  return found;
}

/** The entry whose step together with `i` lowers the objective most; -1 at the optimum. */
function partner(
  { side, cost, pointOf }: SmoInput,
  at: {
    readonly alpha: Float64Array;
    readonly gradient: Float64Array;
    readonly near: Float64Array;
    readonly i: number;
    readonly tolerance: number;
  },
): number {
  const { alpha, gradient, near, i, tolerance } = at;
  const most = -side[i]! * gradient[i]!;
  let least = Number.POSITIVE_INFINITY;
  let best = 0;
  let found = -1;
  for (let e = 0; e < side.length; e++) {
    if (cost[e] === 0 || !rises(-side[e]!, alpha[e]!, cost[e]!)) continue;
    const own = -side[e]! * gradient[e]!;
    if (own < least) least = own;
    const gap = most - own;
    if (gap <= 0) continue;
    const gain = (gap * gap) / Math.max(LEAST_CURVATURE, 2 - 2 * near[pointOf[e]!]!);
    if (gain > best) {
      best = gain;
      found = e;
    }
  }
  return most - least < tolerance ? -1 : found;
}

/** The mean over entries strictly inside their bounds; where there are none, the middle of what is allowed. */
function interceptOf(
  { side, cost }: SmoInput,
  alpha: Float64Array,
  gradient: Float64Array,
): number {
  let high = Number.POSITIVE_INFINITY;
  let low = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let free = 0;
  for (let e = 0; e < side.length; e++) {
    if (cost[e] === 0) continue;
    const own = -side[e]! * gradient[e]!;
    const up = rises(side[e]!, alpha[e]!, cost[e]!);
    const down = rises(-side[e]!, alpha[e]!, cost[e]!);
    if (up && down) {
      sum += own;
      free++;
    } else if (up) low = Math.max(low, own);
    else high = Math.min(high, own);
  }
  if (free > 0) return sum / free;
  if (!Number.isFinite(low)) return Number.isFinite(high) ? high : 0;
  return Number.isFinite(high) ? (low + high) / 2 : low;
}

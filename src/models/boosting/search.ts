import { type BoostTask, RESULT_FIELDS } from './task.ts';

/** The sums of a histogram's cells: gradient and hessian in their own units, weight. */
export interface Sums {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly weight: Float64Array;
}

/** Room for one column's sums. */
export function sumsOfColumn(): Sums {
  const make = (): Float64Array => new Float64Array(256);
  return { gradient: make(), hessian: make(), weight: make() };
}

/** What a child's score may lie between, for monotone constraints. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Reads a column's cells. Sums are whole numbers below 2^53 before they are scaled, so exact. */
export function readColumn(
  task: BoostTask,
  words: Int32Array,
  histogram: number,
  column: number,
  into: Sums,
): void {
  const { scaleG, scaleH, unit } = task;
  const shift = task.shift - 32;
  const mask = 2 ** shift - 1;
  const { gradient, hessian, weight } = into;
  const count = task.counts[column]!;
  let at = (histogram + task.offsets[column]!) >>> 2;
  for (let bin = 0; bin < count; bin++, at += 4) {
    const high = words[at + 3]! >>> 0;
    gradient[bin] = (words[at + 1]! * 0x1_0000_0000 + (words[at]! >>> 0)) / scaleG;
    hessian[bin] = ((high & mask) * 0x1_0000_0000 + (words[at + 2]! >>> 0)) / scaleH;
    weight[bin] = (high >>> shift) * unit;
  }
}

/** Score of a leaf: the Newton step -G / (H + l2), within bounds. */
export function leafValue(task: BoostTask, g: number, h: number, { low, high }: Bounds): number {
  const value = h + task.limits.l2 > 0 ? -g / (h + task.limits.l2) : 0;
  return value < low ? low : value > high ? high : value;
}

/** Twice the decrease of the loss that a value brings, by its second-order expansion. */
function worth(g: number, h: number, l2: number, value: number): number {
  return -(2 * g * value + (h + l2) * value * value);
}

/** Categories by their mean gradient, those without rows left out; smoothed, as few rows say little. */
export function categoryOrder(task: BoostTask, sums: Sums, column: number, into: Int32Array) {
  const { gradient, hessian, weight } = sums;
  const smooth = task.limits.l2 + CATEGORY_SMOOTHING;
  let count = 0;
  for (let bin = 0; bin < task.counts[column]!; bin++) if (weight[bin]! > 0) into[count++] = bin;
  const key = (bin: number): number => gradient[bin]! / (hessian[bin]! + smooth);
  return into.subarray(0, count).sort((a, b) => key(a) - key(b) || a - b);
}

/** Hessian added to a category when they are put in order. */
const CATEGORY_SMOOTHING = 1;
/** Gains of rounding size are none. */
const LEAST_GAIN = 1e-9;

/** Finds the best split of a node among some columns, reusing its buffers. */
export class SplitSearch {
  readonly #task: BoostTask;
  readonly #words: Int32Array;
  readonly #sums = sumsOfColumn();
  readonly #order = new Int32Array(256);

  constructor(task: BoostTask) {
    this.#task = task;
    this.#words = new Int32Array(task.memory.buffer);
  }

  /**
   * Writes gain, column, bin (for categories: how many of their order go left) and the sums on the
   * left; column -1 when no split is allowed. Of equal splits the first column and bin win.
   *
   * @param histogram address of the node's histogram
   * @param drawn 1 for columns that may be used
   */
  best(
    histogram: number,
    { first, end, drawn }: { first: number; end: number; drawn: Uint8Array },
    bounds: Bounds,
    out: Float64Array,
  ): void {
    out.fill(0, 0, RESULT_FIELDS);
    out[1] = -1;
    for (let column = first; column < end; column++) {
      if (drawn[column] === 0 || this.#task.counts[column]! < 2) continue;
      readColumn(this.#task, this.#words, histogram, column, this.#sums);
      this.#sweep(column, bounds, out);
    }
  }

  #sweep(column: number, bounds: Bounds, out: Float64Array): void {
    const { limits, counts, codes, monotone } = this.#task;
    const { gradient, hessian, weight } = this.#sums;
    const { minSamplesLeaf: least, minHessian, l2 } = limits;
    const order = codes.has(column)
      ? categoryOrder(this.#task, this.#sums, column, this.#order)
      : undefined;
    const count = order ? order.length : counts[column]!;
    let g = 0;
    let h = 0;
    let w = 0;
    for (let bin = 0; bin < counts[column]!; bin++) {
      g += gradient[bin]!;
      h += hessian[bin]!;
      w += weight[bin]!;
    }
    const direction = monotone[column]!;
    const bounded = direction !== 0 || bounds.low > -Infinity || bounds.high < Infinity;
    const whole = bounded
      ? worth(g, h, l2, leafValue(this.#task, g, h, bounds))
      : (g * g) / (h + l2);
    let best = Math.max(out[0]!, LEAST_GAIN) + whole;
    let gl = 0;
    let hl = 0;
    let wl = 0;
    for (let i = 0; i + 1 < count; i++) {
      const bin = order ? order[i]! : i;
      const here = weight[bin]!;
      if (here === 0) continue;
      gl += gradient[bin]!;
      hl += hessian[bin]!;
      wl += here;
      if (wl < least || hl < minHessian) continue;
      if (w - wl < least || h - hl < minHessian) return;
      const gr = g - gl;
      const hr = h - hl;
      let gain = (gl * gl) / (hl + l2) + (gr * gr) / (hr + l2);
      if (bounded) {
        const left = leafValue(this.#task, gl, hl, bounds);
        const right = leafValue(this.#task, gr, hr, bounds);
        if (direction * (right - left) < 0) continue;
        gain = worth(gl, hl, l2, left) + worth(gr, hr, l2, right);
      }
      if (gain > best && wl < w) {
        best = gain;
        out[0] = gain - whole;
        out[1] = column;
        out[2] = order ? i + 1 : i;
        out[3] = gl;
        out[4] = hl;
        out[5] = wl;
      }
    }
  }
}

/** Marks the bins that go left, as `partition` wants them. @returns the number of them */
export function markLeft(
  task: BoostTask,
  { histogram, column, bin }: { histogram: number; column: number; bin: number },
  table: Uint8Array,
): void {
  table.fill(0);
  if (!task.codes.has(column)) {
    table.fill(1, 0, bin + 1);
    return;
  }
  const sums = sumsOfColumn();
  readColumn(task, new Int32Array(task.memory.buffer), histogram, column, sums);
  const order = categoryOrder(task, sums, column, new Int32Array(256));
  for (let i = 0; i < bin; i++) table[order[i]!] = 1;
}

/** Bytes of a whole histogram. */
export function histogramBytes(task: BoostTask): number {
  return task.offsets[task.cols]!;
}

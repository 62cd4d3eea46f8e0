import type { Matrix } from '../../features/index.ts';
import { CellSorter } from './sort-cells.ts';

/** Most bins a column is cut into: a bin number then fits a byte. */
export const MAX_BINS = 255;

/**
 * A training matrix cut into bins, column by column, in shared memory so that worker threads read
 * it without a copy. Columns stand in the order of {@link BinnedMatrix.order}, not of the matrix.
 */
export interface BinnedMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Matrix column of each binned column. */
  readonly order: Int32Array;
  /** `bins[column * rows + row]`. */
  readonly bins: Uint8Array;
  /** Bins of each column, 1 to {@link MAX_BINS}. */
  readonly counts: Int32Array;
  /**
   * Upper edge of bin b of column c at `edges[c * MAX_BINS + b]`: a cell `<=` it is in bin b or
   * below.
   */
  readonly edges: Float32Array;
}

/**
 * Cuts each column into at most `maxBins` bins: one a distinct value where they suffice, else of
 * equal weight. Edges lie halfway between neighbouring values.
 *
 * @param order matrix columns in the order wanted
 * @param weights one a row; rows of weight 0 have no say
 */
export function binMatrix(
  matrix: Matrix,
  order: Int32Array,
  maxBins: number,
  weights: Float32Array | undefined,
): BinnedMatrix {
  const { rows, cols } = matrix;
  const bins = new Uint8Array(new SharedArrayBuffer(rows * cols));
  const counts = new Int32Array(new SharedArrayBuffer(cols * 4));
  const edges = new Float32Array(new SharedArrayBuffer(cols * MAX_BINS * 4));
  const read = new ColumnReader(matrix, order);
  const sorter = new CellSorter(rows);
  for (let c = 0; c < cols; c++) {
    const cells = read.column(c);
    const cuts = edges.subarray(c * MAX_BINS, (c + 1) * MAX_BINS);
    const count = cutColumn(cells, maxBins, weights, { edges: cuts, sorter });
    counts[c] = count;
    assignBins(cells, cuts, count - 1, bins.subarray(c * rows, (c + 1) * rows));
  }
  return { rows, cols, order, bins, counts, edges };
}

/** Columns read from the matrix at a time: a cache line of it then serves several. */
const READ_TOGETHER = 4;

/** Columns of a matrix one after another. */
class ColumnReader {
  readonly #matrix: Matrix;
  readonly #order: Int32Array;
  readonly #cells: readonly Float32Array[];

  constructor(matrix: Matrix, order: Int32Array) {
    this.#matrix = matrix;
    this.#order = order;
    this.#cells = Array.from({ length: READ_TOGETHER }, () => new Float32Array(matrix.rows));
  }

  /** Cells of column `c` of the order; to be asked in ascending order. */
  column(c: number): Float32Array {
    if (c % READ_TOGETHER === 0) this.#read(c);
    return this.#cells[c % READ_TOGETHER]!;
  }

  #read(c: number): void {
    const { rows, cols, data } = this.#matrix;
    const order = this.#order;
    const last = cols - 1;
    const [cells0, cells1, cells2, cells3] = this.#cells;
    const [at0, at1, at2, at3] = [0, 1, 2, 3].map((i) => order[Math.min(c + i, last)]!);
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      cells0![i] = data[base + at0!]!;
      cells1![i] = data[base + at1!]!;
      cells2![i] = data[base + at2!]!;
      cells3![i] = data[base + at3!]!;
    }
  }
}

/** Writes a column's edges in ascending order. @returns number of bins, edges + 1 */
function cutColumn(
  cells: Float32Array,
  maxBins: number,
  weights: Float32Array | undefined,
  { edges, sorter }: { edges: Float32Array; sorter: CellSorter },
): number {
  const few = distinctOfTwo(cells);
  const { values, mass } = few
    ? { values: few, mass: new Float64Array(few.length) }
    : distinct(sorter.sorted(cells));
  if (weights) {
    mass.fill(0);
    for (let i = 0; i < cells.length; i++) {
      mass[lowerBound(values, values.length, cells[i]!)]! += weights[i]!;
    }
  } else if (values.length <= maxBins) {
    mass.fill(1);
  }
  let kept = 0;
  for (let i = 0; i < values.length; i++) {
    if (mass[i] === 0) continue;
    values[kept] = values[i]!;
    mass[kept++] = mass[i]!;
  }
  if (kept <= maxBins) {
    for (let i = 0; i + 1 < kept; i++) edges[i] = halfway(values[i]!, values[i + 1]!);
    return Math.max(1, kept);
  }
  let rest = 0;
  for (let i = 0; i < kept; i++) rest += mass[i]!;
  let cuts = 0;
  let inBin = 0;
  for (let i = 0; i + 1 < kept && cuts < maxBins - 1; i++) {
    inBin += mass[i]!;
    // What is left is shared among the bins left, so one heavy value does not starve the others.
    if (inBin < rest / (maxBins - cuts)) continue;
    edges[cuts++] = halfway(values[i]!, values[i + 1]!);
    rest -= inBin;
    inBin = 0;
  }
  return cuts + 1;
}

/** The distinct values of a column of at most two of them, ascending; a sort would be slower. */
function distinctOfTwo(cells: Float32Array): Float32Array | undefined {
  const first = cells[0]!;
  let second = first;
  for (let i = 1; i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell !== first && cell !== second) {
      if (second !== first) return undefined;
      second = cell;
    }
  }
  if (second === first) return Float32Array.of(first);
  return first < second ? Float32Array.of(first, second) : Float32Array.of(second, first);
}

/** The distinct of sorted values, put at their front, and how often each stands. */
function distinct(sorted: Float32Array): { values: Float32Array; mass: Float64Array } {
  const counts = new Float64Array(sorted.length);
  counts[0] = 1;
  let kept = 1;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] !== sorted[kept - 1]) sorted[kept++] = sorted[i]!;
    counts[kept - 1]!++;
  }
  return { values: sorted.subarray(0, kept), mass: counts.subarray(0, kept) };
}

/** A 32-bit threshold with `low <= threshold < high`. */
function halfway(low: number, high: number): number {
  const middle = Math.fround(low / 2 + high / 2);
  return middle >= low && middle < high ? middle : low;
}

/** @returns first index of `count` ascending edges with `value <= edge`, or `count` */
export function lowerBound(edges: Float32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

function assignBins(
  cells: Float32Array,
  edges: Float32Array,
  edgeCount: number,
  out: Uint8Array,
): void {
  if (edgeCount <= 1) {
    const edge = edges[0]!;
    for (let i = 0; i < cells.length; i++) out[i] = edgeCount === 1 && cells[i]! > edge ? 1 : 0;
    return;
  }
  // A search of eight halvings without a branch to mispredict: edges padded to 255.
  const padded = new Float32Array(MAX_BINS).fill(Number.POSITIVE_INFINITY);
  padded.set(edges.subarray(0, edgeCount));
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    let at = cell > padded[127]! ? 128 : 0;
    at += cell > padded[at + 63]! ? 64 : 0;
    at += cell > padded[at + 31]! ? 32 : 0;
    at += cell > padded[at + 15]! ? 16 : 0;
    at += cell > padded[at + 7]! ? 8 : 0;
    at += cell > padded[at + 3]! ? 4 : 0;
    at += cell > padded[at + 1]! ? 2 : 0;
    at += cell > padded[at]! ? 1 : 0;
    out[i] = at;
  }
}

/** Bins from column by column to `stride` bytes a row, in blocks that stay in the cache. */
export function transpose({ rows, cols, bins }: BinnedMatrix, stride: number, out: Uint8Array) {
  for (let start = 0; start < rows; start += 512) {
    const end = Math.min(rows, start + 512);
    for (let c = 0; c < cols; c++) {
      const base = c * rows;
      for (let i = start, to = start * stride + c; i < end; i++, to += stride) {
        out[to] = bins[base + i]!;
      }
    }
  }
}

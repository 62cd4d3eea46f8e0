import type { Matrix } from '../features/index.ts';
import { nameOrder } from './input.ts';
import type { FitInput } from './model.ts';

/**
 * Training rows with equal cells as one point each. A kind that learns from points alone cannot
 * tell a row that stands twice from one that weighs 2, to the last bit.
 */
export interface FoldedRows {
  readonly points: number;
  readonly cols: number;
  /** Points × columns, row-major, columns in the order of their names. */
  readonly cells: Float32Array;
  /** Position in the matrix of each column of {@link FoldedRows.cells}. */
  readonly order: Int32Array;
  /** Entries of point `i`: `start[i]` to `start[i + 1]`; one entry a class the point has. */
  readonly start: Uint32Array;
  /** Class of each entry. */
  readonly label: Int32Array;
  /** Sum of the weights of each entry's rows. */
  readonly weight: Float64Array;
}

/** The first row with the same cells, for each row; 0 and -0 are the same. */
export function firstEqualRows({ rows, cols, data }: Matrix): Int32Array {
  const first = new Int32Array(rows);
  let slots = 16;
  while (slots < 2 * rows) slots *= 2;
  const table = new Int32Array(slots).fill(-1);
  const cell = new Float32Array(1);
  const word = new Int32Array(cell.buffer);
  for (let i = 0; i < rows; i++) {
    const from = i * cols;
    let hash = 0;
    for (let c = 0; c < cols; c++) {
      // Adding 0 makes -0 and 0 one cell.
      cell[0] = data[from + c]! + 0;
      hash = Math.imul(hash ^ word[0]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    let slot = (Math.imul(hash, 0x9e3779b1) >>> 7) & (slots - 1);
    for (;;) {
      const other = table[slot]!;
      if (other < 0) {
        table[slot] = i;
        first[i] = i;
        break;
      }
      const base = other * cols;
      let c = 0;
      while (c < cols && data[base + c]! === data[from + c]!) c++;
      if (c === cols) {
        first[i] = other;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }
  return first;
}

/**
 * Folds the rows of weight above 0, in the order in which their cells first stand.
 * @param skip rows marked 1 are left out
 */
export function foldRows(input: FitInput, skip?: Uint8Array): FoldedRows {
  const { matrix, labels, weights } = input;
  const { rows, cols, data } = matrix;
  const first = firstEqualRows(matrix);
  const pointOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(rows);
  // The entries of a point form a chain until their number is known.
  const head = new Int32Array(rows).fill(-1);
  const next = new Int32Array(rows);
  const entryLabel = new Int32Array(rows);
  const entryWeight = new Float64Array(rows);
  let points = 0;
  let entries = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1;
    if (weight === 0 || skip?.[i] === 1) continue;
    let point = pointOf[first[i]!]!;
    if (point < 0) {
      point = points++;
      pointOf[first[i]!] = point;
      rowOf[point] = i;
    }
    const label = labels[i]!;
    let entry = head[point]!;
    while (entry >= 0 && entryLabel[entry]! !== label) entry = next[entry]!;
    if (entry < 0) {
      entry = entries++;
      entryLabel[entry] = label;
      next[entry] = head[point]!;
      head[point] = entry;
    }
    entryWeight[entry]! += weight;
  }
  const order = nameOrder(matrix.names);
  const cells = new Float32Array(points * cols);
  const start = new Uint32Array(points + 1);
  const label = new Int32Array(entries);
  const weight = new Float64Array(entries);
  let at = 0;
  for (let point = 0; point < points; point++) {
    const from = rowOf[point]! * cols;
    for (let c = 0; c < cols; c++) cells[point * cols + c] = data[from + order[c]!]! + 0;
    for (let entry = head[point]!; entry >= 0; entry = next[entry]!) {
      label[at] = entryLabel[entry]!;
      weight[at++] = entryWeight[entry]!;
    }
    start[point + 1] = at;
  }
  return { points, cols, cells, order, start, label, weight };
}

/** Mean and standard deviation of each column over the points, by weight (Welford 1962; West 1979). */
export function foldedMoments(folded: FoldedRows): { mean: Float64Array; deviation: Float64Array } {
  const { points, cols, cells, start, weight } = folded;
  const mean = new Float64Array(cols);
  const squares = new Float64Array(cols);
  let total = 0;
  for (let i = 0; i < points; i++) {
    let own = 0;
    for (let e = start[i]!; e < start[i + 1]!; e++) own += weight[e]!;
    total += own;
    const share = own / total;
    for (let c = 0; c < cols; c++) {
      const gap = cells[i * cols + c]! - mean[c]!;
      mean[c]! += gap * share;
      squares[c]! += own * gap * (cells[i * cols + c]! - mean[c]!);
    }
  }
  const deviation = squares.map((sum) => Math.sqrt(Math.max(0, sum) / (total || 1)));
  return { mean, deviation };
}

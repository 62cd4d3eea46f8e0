import { Random, WiresiftError } from '../base/index.ts';
import { createMatrix, type Matrix } from './matrix.ts';

/** How much {@link smote} adds and how far it looks. */
export interface SmoteOptions {
  readonly seed: number;
  /** Neighbours; default 5. */
  readonly neighbours?: number;
  /** Rows each class is brought to; default: the largest class. */
  readonly target?: number;
}

/** The rows given, then the synthetic ones. */
export interface SmoteResult {
  readonly matrix: Matrix;
  readonly labels: Int32Array;
  /** 1 where the row was made up. */
  readonly synthetic: Uint8Array;
}

/**
 * SMOTE (Chawla, Bowyer, Hall, Kegelmeyer, JAIR 16, 2002) over a matrix: for each class below the
 * target, rows between a row and one of its nearest neighbours of the same class, by Euclidean
 * distance. Scale the columns first. A class of one row is copied; rows of a label below 0 stay as
 * they are. For the training fold only; distances are brute force: rows of the class squared.
 *
 * @param labels one class a row of the matrix
 * @throws WiresiftError `FEATURE_EMPTY` for a cell that is not finite, `FEATURE_ROWS` when rows and
 *   labels differ in number
 */
export function smote(matrix: Matrix, labels: Int32Array, options: SmoteOptions): SmoteResult {
  checkCells(matrix, labels);
  const { rows, cols, data } = matrix;
  const groups = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    if (labels[row]! < 0) continue;
    const list = groups.get(labels[row]!);
    if (list) list.push(row);
    else groups.set(labels[row]!, [row]);
  }
  const lists = [...groups].sort((a, b) => a[0] - b[0]);
  const target = options.target ?? lists.reduce((most, [, list]) => Math.max(most, list.length), 0);
  const total = lists.reduce((sum, [, list]) => sum + Math.max(0, target - list.length), rows);
  const made = createMatrix(total, matrix.names);
  made.data.set(data);
  const allLabels = new Int32Array(total);
  allLabels.set(labels);
  let next = rows;
  for (const [label, list] of lists) {
    const random = new Random(options.seed).fork(label);
    const near = new Map<number, Int32Array>();
    for (let count = list.length; count < target; count++, next++) {
      const base = list[random.int(list.length)]!;
      const around = near.get(base) ?? nearest(matrix, list, base, options.neighbours ?? 5);
      near.set(base, around);
      const other = around.length === 0 ? base : around[random.int(around.length)]!;
      const gap = random.next();
      for (let c = 0; c < cols; c++) {
        const from = data[base * cols + c]!;
        made.data[next * cols + c] = from + gap * (data[other * cols + c]! - from);
      }
      allLabels[next] = label;
    }
  }
  return { matrix: made, labels: allLabels, synthetic: new Uint8Array(total).fill(1, rows) };
}

function checkCells({ rows, cols, data }: Matrix, labels: Int32Array): void {
  const bad = data.findIndex((cell) => !Number.isFinite(cell));
  if (bad < 0 && labels.length === rows) return;
  throw new WiresiftError({
    code: bad < 0 ? 'FEATURE_ROWS' : 'FEATURE_EMPTY',
    where: bad < 0 ? 'smote' : `smote, row ${Math.floor(bad / cols)}`,
    saw: bad < 0 ? `${labels.length} labels for ${rows} rows` : `the cell ${data[bad]}`,
    expected: bad < 0 ? 'one label a row' : 'a finite number',
    todo: bad < 0 ? 'Give the labels of these rows' : 'Impute the column first',
  });
}

/** The `k` nearest rows of the list but the base itself; of equally near ones the earlier row. */
function nearest(matrix: Matrix, list: readonly number[], base: number, k: number): Int32Array {
  const { cols, data } = matrix;
  const size = Math.min(k, list.length - 1);
  const near = new Int32Array(size);
  const distances = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < list.length && size > 0; i++) {
    const row = list[i]!;
    if (row === base) continue;
    let distance = 0;
    for (let c = 0; c < cols; c++)
      distance += (data[row * cols + c]! - data[base * cols + c]!) ** 2;
    if (distance >= distances[size - 1]!) continue;
    let at = size - 1;
    for (; at > 0 && distances[at - 1]! > distance; at--) {
      distances[at] = distances[at - 1]!;
      near[at] = near[at - 1]!;
    }
    distances[at] = distance;
    near[at] = row;
  }
  return near;
}

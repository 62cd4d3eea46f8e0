import { Random, WiresiftError } from '../base/index.ts';
import { type Column, columnIndex, type Table } from '../table/index.ts';

/** What SMOTE-NC measures distance by and how much it adds. */
export interface SmotencOptions {
  readonly seed: number;
  /** Columns that count, of numbers and of text; at least one of numbers. */
  readonly columns: readonly string[];
  /** Neighbours; default 5. */
  readonly neighbours?: number;
  /** Rows each class is brought to; default: the largest class. */
  readonly target?: number;
}

/** The rows asked for, then the synthetic ones. */
export interface SmotencResult {
  readonly table: Table;
  readonly labels: Int32Array;
  /** 1 where the row was made up. */
  readonly synthetic: Uint8Array;
}

/** Numbers row-major beside codes row-major, for the rows of one class. */
interface ClassCells {
  readonly rows: number;
  readonly numbers: Float64Array;
  readonly numberCount: number;
  readonly codes: Int32Array;
  readonly codeCount: number;
}

/**
 * SMOTE-NC (Chawla, Bowyer, Hall, Kegelmeyer 2002, section 6.1): for each class below the target,
 * rows between a row and one of its nearest neighbours of the same class. Two rows that differ in a
 * text column are apart by the median of the standard deviations of the class's number columns; a
 * synthetic text cell is the most frequent among the neighbours. Cells of columns not named are
 * those of the base row.
 *
 * Rows made from a test row's neighbours leak: use it on the training fold only, except to show
 * what the leak does. Distances are brute force: rows of the class squared.
 *
 * @param labels one class a row of the whole table
 * @param rows the rows to work on
 * @throws WiresiftError `FEATURE_EMPTY` for an empty number cell, `FEATURE_COLUMN` without numbers
 */
export function smotenc(
  table: Table,
  labels: Int32Array,
  rows: Int32Array,
  options: SmotencOptions,
): SmotencResult {
  const indices = options.columns.map((name) => columnIndex(table.schema, name));
  const numeric = indices.filter((i) => table.columns[i]?.kind === 'number');
  if (numeric.length === 0 || indices.includes(-1)) {
    throw new WiresiftError({
      code: 'FEATURE_COLUMN',
      where: 'smotenc',
      saw: `the columns ${options.columns.join(', ')}`,
      expected: 'columns of the table, one of numbers at least',
      todo: 'Name other columns',
    });
  }
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const list = groups.get(labels[row]!);
    if (list) list.push(row);
    else groups.set(labels[row]!, [row]);
  }
  const target = options.target ?? Math.max(0, ...[...groups.values()].map((g) => g.length));
  const maker = new RowMaker(table, indices, rows, target);
  for (const [label, list] of [...groups].sort((a, b) => a[0] - b[0])) {
    if (list.length < target) {
      maker.fill(label, list, options.neighbours ?? 5, new Random(options.seed).fork(label));
    }
  }
  return maker.finish(labels);
}

class RowMaker {
  readonly #table: Table;
  readonly #indices: readonly number[];
  readonly #rows: Int32Array;
  readonly #target: number;
  readonly #bases: number[] = [];
  readonly #labels: number[] = [];
  /** Values of the number columns, then codes of the text columns, a list each. */
  readonly #made = new Map<number, number[]>();

  constructor(table: Table, indices: readonly number[], rows: Int32Array, target: number) {
    this.#table = table;
    this.#indices = indices;
    this.#rows = rows;
    this.#target = target;
    for (const index of indices) this.#made.set(index, []);
  }

  fill(label: number, list: readonly number[], wanted: number, random: Random): void {
    const cells = this.#gather(list);
    const k = Math.min(wanted, list.length - 1);
    const penalty = medianDeviation(cells) ** 2;
    const cache = new Map<number, Int32Array>();
    for (let made = list.length; made < this.#target; made++) {
      const base = random.int(list.length);
      let near = cache.get(base);
      if (!near) {
        near = neighbours(cells, base, k, penalty);
        cache.set(base, near);
      }
      const other = k === 0 ? base : near[random.int(k)]!;
      this.#make(cells, base, other, near, random.next());
      this.#bases.push(list[base]!);
      this.#labels.push(label);
    }
  }

  #gather(list: readonly number[]): ClassCells {
    const columns = this.#indices.map((i) => this.#table.columns[i]!);
    const numberColumns = columns.filter((column) => column.kind === 'number');
    const textColumns = columns.filter((column) => column.kind === 'text');
    const numbers = new Float64Array(list.length * numberColumns.length);
    const codes = new Int32Array(list.length * textColumns.length);
    for (let i = 0; i < list.length; i++) {
      numberColumns.forEach((column, c) => {
        const value = column.values[list[i]!]!;
        if (!Number.isFinite(value)) throw emptyCell(list[i]!);
        numbers[i * numberColumns.length + c] = value;
      });
      textColumns.forEach((column, c) => {
        codes[i * textColumns.length + c] = column.codes[list[i]!]!;
      });
    }
    return {
      rows: list.length,
      numbers,
      numberCount: numberColumns.length,
      codes,
      codeCount: textColumns.length,
    };
  }

  #make(cells: ClassCells, base: number, other: number, near: Int32Array, gap: number): void {
    let n = 0;
    let t = 0;
    for (const index of this.#indices) {
      const out = this.#made.get(index)!;
      if (this.#table.columns[index]!.kind === 'number') {
        const from = cells.numbers[base * cells.numberCount + n]!;
        const to = cells.numbers[other * cells.numberCount + n]!;
        out.push(from + gap * (to - from));
        n++;
      } else {
        out.push(
          near.length === 0 ? cells.codes[base * cells.codeCount + t]! : vote(cells, near, t),
        );
        t++;
      }
    }
  }

  finish(labels: Int32Array): SmotencResult {
    const real = this.#rows.length;
    const total = real + this.#bases.length;
    const sources = Int32Array.from([...this.#rows, ...this.#bases]);
    const columns = this.#table.columns.map((column, index): Column => {
      const made = this.#made.get(index);
      if (column.kind === 'number') {
        const values = new Float64Array(total);
        for (let i = 0; i < total; i++) values[i] = column.values[sources[i]!]!;
        if (made) values.set(made, real);
        return { kind: 'number', values };
      }
      const codes = new Int32Array(total);
      for (let i = 0; i < total; i++) codes[i] = column.codes[sources[i]!]!;
      if (made) codes.set(made, real);
      return { kind: 'text', codes, dictionary: column.dictionary };
    });
    const all = new Int32Array(total);
    for (let i = 0; i < real; i++) all[i] = labels[this.#rows[i]!]!;
    all.set(this.#labels, real);
    const synthetic = new Uint8Array(total).fill(1, real);
    return { table: { schema: this.#table.schema, rows: total, columns }, labels: all, synthetic };
  }
}

function emptyCell(row: number): WiresiftError {
  return new WiresiftError({
    code: 'FEATURE_EMPTY',
    where: `smotenc, row ${row}`,
    saw: 'an empty cell in a column of numbers',
    expected: 'a number',
    todo: 'Leave rows with empty cells out, or fill them first',
  });
}

function medianDeviation(cells: ClassCells): number {
  const { rows, numbers, numberCount } = cells;
  const deviations: number[] = [];
  for (let c = 0; c < numberCount; c++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += numbers[i * numberCount + c]!;
    const mean = sum / rows;
    let squares = 0;
    for (let i = 0; i < rows; i++) squares += (numbers[i * numberCount + c]! - mean) ** 2;
    deviations.push(Math.sqrt(squares / rows));
  }
  deviations.sort((a, b) => a - b);
  const middle = deviations.length >> 1;
  return deviations.length % 2 === 1
    ? deviations[middle]!
    : (deviations[middle - 1]! + deviations[middle]!) / 2;
}

/** The `k` nearest rows, nearest first; of equally near ones the earlier row. */
function neighbours(cells: ClassCells, base: number, k: number, penalty: number): Int32Array {
  const { rows, numbers, numberCount, codes, codeCount } = cells;
  const near = new Int32Array(k);
  const distances = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < rows && k > 0; i++) {
    if (i === base) continue;
    let distance = 0;
    for (let c = 0; c < numberCount; c++) {
      const gap = numbers[i * numberCount + c]! - numbers[base * numberCount + c]!;
      distance += gap * gap;
    }
    for (let c = 0; c < codeCount; c++) {
      if (codes[i * codeCount + c] !== codes[base * codeCount + c]) distance += penalty;
    }
    if (distance >= distances[k - 1]!) continue;
    let at = k - 1;
    for (; at > 0 && distances[at - 1]! > distance; at--) {
      distances[at] = distances[at - 1]!;
      near[at] = near[at - 1]!;
    }
    distances[at] = distance;
    near[at] = i;
  }
  return near;
}

/** The most frequent code among the neighbours; of equally frequent ones the nearest row's. */
function vote(cells: ClassCells, near: Int32Array, column: number): number {
  let best = 0;
  let most = 0;
  for (let i = 0; i < near.length; i++) {
    const code = cells.codes[near[i]! * cells.codeCount + column]!;
    let count = 0;
    for (let j = 0; j < near.length; j++) {
      if (cells.codes[near[j]! * cells.codeCount + column] === code) count++;
    }
    if (count > most) {
      most = count;
      best = code;
    }
  }
  return best;
}

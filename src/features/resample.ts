import { Random } from '../base/index.ts';

/** How row counts are levelled. */
export interface ResampleOptions {
  readonly seed: number;
  /** Rows each class is brought to; default: the largest class (over) or the smallest (under). */
  readonly target?: number;
}

function rowsByClass(labels: Int32Array, rows: Int32Array): Map<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (const row of rows) {
    const list = lists.get(labels[row]!);
    if (list) list.push(row);
    else lists.set(labels[row]!, [row]);
  }
  const sorted = [...lists].sort((a, b) => a[0] - b[0]);
  return new Map(sorted.map(([label, list]) => [label, Int32Array.from(list)]));
}

/**
 * Random oversampling: all `rows`, then rows of each smaller class drawn with replacement until it
 * has the target's number. For training rows only: a copy in the test fold is a leak.
 *
 * @param labels one class a row of the whole table
 * @param rows the training rows
 * @returns rows, some of them several times
 */
export function oversample(
  labels: Int32Array,
  rows: Int32Array,
  options: ResampleOptions,
): Int32Array {
  const groups = rowsByClass(labels, rows);
  const most = Math.max(0, ...[...groups.values()].map((list) => list.length));
  const target = options.target ?? most;
  const extra: number[] = [];
  for (const [label, list] of groups) {
    const random = new Random(options.seed).fork(label);
    for (let i = list.length; i < target; i++) extra.push(list[random.int(list.length)]!);
  }
  const all = new Int32Array(rows.length + extra.length);
  all.set(rows);
  all.set(extra, rows.length);
  return all;
}

/**
 * Random undersampling: of each class larger than the target, the target's number of rows drawn
 * without replacement; the order of `rows` is kept.
 *
 * @param labels one class a row of the whole table
 * @param rows the training rows
 */
export function undersample(
  labels: Int32Array,
  rows: Int32Array,
  options: ResampleOptions,
): Int32Array {
  const groups = rowsByClass(labels, rows);
  if (groups.size === 0) return new Int32Array(0);
  const least = Math.min(...[...groups.values()].map((list) => list.length));
  const target = options.target ?? least;
  const positions = new Map<number, number[]>();
  rows.forEach((row, i) => {
    const list = positions.get(labels[row]!);
    if (list) list.push(i);
    else positions.set(labels[row]!, [i]);
  });
  const kept: number[] = [];
  for (const [label, list] of positions) {
    if (list.length > target) new Random(options.seed).fork(label).shuffle(list);
    for (let i = 0; i < Math.min(target, list.length); i++) kept.push(list[i]!);
  }
  return Int32Array.from(kept.sort((a, b) => a - b).map((i) => rows[i]!));
}

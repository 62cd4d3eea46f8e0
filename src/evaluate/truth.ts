import { WiresiftError } from '../base/index.ts';
import {
  ADDRESS_COLUMNS,
  type LabelledTable,
  numbers,
  type Table,
  type TextColumn,
  timeColumn,
} from '../table/index.ts';

/** Class names that mean "nothing wrong", in lower case. */
const HARMLESS = new Set(['normal', 'benign', 'background', 'legitimate']);

/**
 * The class that stands for "nothing wrong": the one so named, else the first.
 * @throws WiresiftError `EVALUATE_CLASSES` when there are fewer than two classes
 */
export function harmlessClass(classes: readonly string[]): number {
  if (classes.length < 2) {
    throw new WiresiftError({
      code: 'EVALUATE_CLASSES',
      where: 'classes',
      saw: `${classes.length} class${classes.length === 1 ? '' : 'es'}: ${classes.join(', ')}`,
      expected: 'at least two, one of them harmless',
      todo: 'Choose data with both hostile and harmless rows',
    });
  }
  const named = classes.findIndex((name) => HARMLESS.has(name.toLowerCase()));
  return Math.max(named, 0);
}

/**
 * The score that thresholds are compared with: probability of not being harmless. With two classes
 * it is the other class's own column, bit for bit, so that training and live scoring agree.
 * @param probabilities row-major, rows × classes
 */
export function hostileScores(
  probabilities: Float32Array,
  classes: number,
  harmless: number,
): Float32Array {
  const rows = probabilities.length / classes;
  const scores = new Float32Array(rows);
  if (classes === 2) {
    for (let i = 0; i < rows; i++) scores[i] = probabilities[2 * i + 1 - harmless]!;
  } else {
    for (let i = 0; i < rows; i++) scores[i] = 1 - probabilities[i * classes + harmless]!;
  }
  return scores;
}

/** 1 hostile, 0 harmless, -1 unknown, one a row named. */
export function hostileTruth(labels: Int32Array, rows: Int32Array, harmless: number): Int8Array {
  const truth = new Int8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const label = labels[rows[i]!]!;
    truth[i] = label < 0 ? -1 : label === harmless ? 0 : 1;
  }
  return truth;
}

/** Cells of the first column with the role `time`, or undefined when the schema has none. */
export function timesOf(table: Table): Float64Array | undefined {
  const column = timeColumn(table.schema);
  return column === undefined ? undefined : numbers(table, column);
}

/** First and last start of the rows named, in microseconds; NaN when none has a time. */
export function timeRange(table: Table, rows: Int32Array): { first: number; last: number } {
  const times = timesOf(table);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  if (times) {
    for (let i = 0; i < rows.length; i++) {
      const time = times[rows[i]!]!;
      if (time < first) first = time;
      if (time > last) last = time;
    }
  }
  return first <= last ? { first, last } : { first: Number.NaN, last: Number.NaN };
}

/** Who began each flow: the originator's address where the view has one, else the row's group. */
export function hostColumn(data: LabelledTable): TextColumn & { readonly name: string } {
  const { schema, columns } = data.table;
  const index = schema.columns.findIndex(({ name }) =>
    ADDRESS_COLUMNS.some(([source]) => source === name),
  );
  const column = columns[index];
  if (column?.kind === 'text') return { ...column, name: schema.columns[index]!.name };
  return { kind: 'text', codes: data.groups, dictionary: data.groupNames, name: 'group' };
}

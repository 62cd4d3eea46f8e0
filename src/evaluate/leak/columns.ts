import { type Column, columnIndex, type Table } from '../../table/index.ts';
import { timesOf } from '../truth.ts';
import type { LeakFinding, Protocol } from './protocol.ts';

/** Rows that the column checks look at, evenly spaced. */
const MOST_ROWS = 50_000;
/** A column that says the group of this share of the rows identifies it. */
const IDENTIFIES = 0.98;
/** Rank correlation with the rows' order, above which a column numbers them. */
const NUMBERS = 0.999;
/** Share of the way from guessing to certainty at which a column is a copy of the label. */
const COPY = 0.97;
/** Values of a column told apart in the check for copies of the label. */
const FEWEST_A_VALUE = 5;

function sample(rows: Int32Array): Int32Array {
  if (rows.length <= MOST_ROWS) return rows;
  return Int32Array.from({ length: MOST_ROWS }, (_, i) =>
    Math.floor((i * rows.length) / MOST_ROWS),
  ).map((at) => rows[at]!);
}

/** Cells as keys; NaN is a key of its own. */
const keyOf = (column: Column, row: number): number =>
  column.kind === 'number' ? column.values[row]! : column.codes[row]!;

/** Columns that the schema itself says tell who or when. */
export function identityColumns({ data, features }: Protocol): LeakFinding[] {
  const { columns } = data.table.schema;
  return columns
    .filter(({ name, role }) => features.includes(name) && role !== 'feature')
    .map(({ name, role }) => ({
      name: 'identity-column' as const,
      weight: 'leak' as const,
      where: name,
      text: `${name} tells ${role === 'time' ? 'when' : role === 'label' ? 'the label' : 'who'}, not what.`,
      todo: `Leave it out (--drop ${name})`,
    }));
}

/** The features that the schema calls features, with their cells. */
function plainFeatures({ data, features }: Protocol): { name: string; column: Column }[] {
  const { schema, columns } = data.table;
  return features.flatMap((name) => {
    const index = columnIndex(schema, name);
    const column = columns[index];
    return column && schema.columns[index]!.role === 'feature' ? [{ name, column }] : [];
  });
}

/**
 * Share of rows whose value of `column` says their group: the most frequent group of each value, over
 * values met often enough to learn from. Also how many values there are.
 */
function purity(
  column: Column,
  groups: Int32Array,
  rows: Int32Array,
): { readonly share: number; readonly values: number } {
  const byValue = new Map<number, Map<number, number>>();
  for (const row of rows) {
    const key = keyOf(column, row);
    let counts = byValue.get(key);
    if (!counts) {
      counts = new Map();
      byValue.set(key, counts);
    }
    counts.set(groups[row]!, (counts.get(groups[row]!) ?? 0) + 1);
  }
  let said = 0;
  let values = 0;
  for (const counts of byValue.values()) {
    const sum = [...counts.values()].reduce((a, b) => a + b, 0);
    if (sum < FEWEST_A_VALUE) continue;
    values++;
    said += Math.max(...counts.values());
  }
  return { share: said / Math.max(1, rows.length), values };
}

/** Features under an innocent name that tell the host or scenario of a row. */
export function identifyingColumns(protocol: Protocol): LeakFinding[] {
  const { data, train, test } = protocol;
  const { groups, groupNames } = data;
  if (groupNames.length < 2 || groupNames.length * 2 > data.table.rows) return [];
  const rows = sample(Int32Array.from([...train.rows, ...test.rows]));
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(groups[row]!, (counts.get(groups[row]!) ?? 0) + 1);
  const largest = Math.max(...counts.values()) / rows.length;
  const findings: LeakFinding[] = [];
  for (const { name, column } of plainFeatures(protocol)) {
    const { share, values } = purity(column, groups, rows);
    const certain = (share - largest) / (1 - largest);
    if (values < 2 || !(certain >= IDENTIFIES)) continue;
    findings.push({
      name: 'identifying-column',
      weight: 'leak',
      where: name,
      text: `${name} alone tells the group of ${(100 * share).toFixed(1)} % of the rows: it stands for an address.`,
      todo: `Leave it out (--drop ${name})`,
    });
  }
  return findings;
}

/** Ranks of values, ties by their place. */
function ranks(values: Float64Array): Float64Array {
  const order = Float64Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const out = new Float64Array(values.length);
  order.forEach((at, rank) => {
    out[at] = rank;
  });
  return out;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2;
  let across = 0;
  let square = 0;
  for (let i = 0; i < a.length; i++) {
    across += (a[i]! - mean) * (b[i]! - mean);
    square += (a[i]! - mean) ** 2;
  }
  return square > 0 ? across / square : 0;
}

function distinctShare(values: Float64Array): number {
  return new Set(values).size / Math.max(1, values.length);
}

/** Features that number the rows or tell the time: a counter, an index, a renamed time stamp. */
export function rowOrderColumns(protocol: Protocol): LeakFinding[] {
  const { table } = protocol.data;
  const rows = sample(Int32Array.from({ length: table.rows }, (_, row) => row));
  const times = timesOf(table);
  const places = ranks(Float64Array.from(rows, (row) => row));
  const clock = times && ranks(Float64Array.from(rows, (row) => times[row]!));
  const findings: LeakFinding[] = [];
  for (const { name, column } of plainFeatures(protocol)) {
    if (column.kind === 'text') continue;
    const values = Float64Array.from(rows, (row) => column.values[row]!);
    if (distinctShare(values) < 0.5 || values.some((value) => Number.isNaN(value))) continue;
    const own = ranks(values);
    const byPlace = Math.abs(correlation(own, places));
    const byClock = clock ? Math.abs(correlation(own, clock)) : 0;
    if (Math.max(byPlace, byClock) < NUMBERS) continue;
    const what = byClock >= byPlace ? 'the time of the rows' : 'the order of the rows';
    findings.push({
      name: 'row-order-column',
      weight: 'leak',
      where: name,
      text: `${name} rises with ${what} (rank correlation ${Math.max(byPlace, byClock).toFixed(4)}).`,
      todo: `Leave it out (--drop ${name})`,
    });
  }
  return findings;
}

/** Certainty that one column gives: 0 as good as guessing the classes' shares, 1 never wrong. */
function certainty(column: Column, table: Table, labels: Int32Array, rows: Int32Array): number {
  const known = rows.filter((row) => labels[row]! >= 0);
  const byValue = new Map<number, Map<number, number>>();
  const totals = new Map<number, number>();
  for (const row of known) {
    const key = keyOf(column, row);
    let counts = byValue.get(key);
    if (!counts) {
      counts = new Map();
      byValue.set(key, counts);
    }
    const label = labels[row]!;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    totals.set(label, (totals.get(label) ?? 0) + 1);
  }
  const classes = totals.size;
  // A column with nearly as many values as rows tells every label by heart, and none of a new row.
  if (classes < 2 || byValue.size > Math.max(2 * classes, Math.sqrt(table.rows))) return 0;
  const hits = new Map<number, number>();
  for (const counts of byValue.values()) {
    let best = -1;
    let most = -1;
    for (const [label, count] of counts) {
      const share = count / totals.get(label)!;
      if (share > most) {
        most = share;
        best = label;
      }
    }
    hits.set(best, (hits.get(best) ?? 0) + (counts.get(best) ?? 0));
  }
  let sum = 0;
  for (const [label, total] of totals) sum += (hits.get(label) ?? 0) / total;
  const balanced = sum / classes;
  return (balanced - 1 / classes) / (1 - 1 / classes);
}

/** Features that say the label outright: a copy under another name, a code of it, a noisy copy. */
export function targetCopies(protocol: Protocol): LeakFinding[] {
  const { data, train, test } = protocol;
  const rows = sample(Int32Array.from([...train.rows, ...test.rows]));
  const findings: LeakFinding[] = [];
  for (const { name, column } of plainFeatures(protocol)) {
    const sure = certainty(column, data.table, data.labels, rows);
    if (sure < COPY) continue;
    findings.push({
      name: 'target-copy',
      weight: 'leak',
      where: name,
      text: `${name} alone tells the label (${(100 * sure).toFixed(1)} % of the way from guessing to certainty).`,
      todo: `Leave it out (--drop ${name}), or accept it with the reason why a network carries it`,
    });
  }
  return findings;
}

import type { ColumnSpec } from '../../table/index.ts';
import type { RowClasses } from './classes.ts';
import type { ClassShare, Distribution, NumberSummary } from './exploration.ts';

const BINS = 30;
/** A column whose largest value is this many times its 75 % quantile is drawn on a log scale. */
const HEAVY_TAIL = 20;
/** A log scale shows a column whose largest value is this many times its smallest above zero. */
const WIDE_RATIO = 10;
const QUANTILES = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];

/** Value at share `q` of sorted cells, by the nearest rank. */
function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))]!;
}

/** Values of each class, sorted; empty cells left out. */
function sortedByClass(values: Float64Array, classes: RowClasses): Float64Array[] {
  const sizes = new Uint32Array(classes.names.length);
  for (let row = 0; row < values.length; row++) {
    if (!Number.isNaN(values[row]!)) sizes[classes.codes[row]!]!++;
  }
  const parts = Array.from(sizes, (size) => new Float64Array(size));
  const filled = new Uint32Array(sizes.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const code = classes.codes[row]!;
    if (!Number.isNaN(value)) parts[code]![filled[code]!++] = value;
  }
  for (const part of parts) part.sort();
  return parts;
}

/** One sorted array out of several. */
function mergeSorted(parts: readonly Float64Array[]): Float64Array {
  const full = parts.filter(({ length }) => length > 0);
  if (full.length === 1) return full[0]!;
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of full) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}

function countDistinct(sorted: Float64Array): number {
  let distinct = sorted.length > 0 ? 1 : 0;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

/** Index of the first value of a sorted array that is at least `edge`. */
function lowerBound(sorted: Float64Array, edge: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < edge) low = middle + 1;
    else high = middle;
  }
  return low;
}

function edgesOf(low: number, high: number, log: boolean): number[] {
  const edges = Array.from({ length: BINS + 1 }, (_, bin) => {
    const share = bin / BINS;
    return log ? low * (high / low) ** share : low + (high - low) * share;
  });
  edges[BINS] = high;
  return edges;
}

/** Counts a class and bin, from sorted values: a search an edge, not a step a row. */
function distributionOf(
  parts: readonly Float64Array[],
  all: Float64Array,
  time: boolean,
): Distribution | null {
  if (all.length === 0) return null;
  const positive = lowerBound(all, Number.MIN_VALUE);
  const largest = all[all.length - 1]!;
  const heavy = largest > 0 && largest > HEAVY_TAIL * Math.max(0, quantile(all, 0.75));
  // A column of zeros and ones is heavy-tailed by that measure, and has no powers of ten to show.
  const log = !time && heavy && largest >= WIDE_RATIO * all[positive]!;
  const low = log ? all[positive]! : all[0]!;
  if (!Number.isFinite(largest) || !Number.isFinite(low)) return null;
  const edges = edgesOf(low, largest, log);
  const counts = parts.map((sorted) => {
    const places = edges.map((edge) => lowerBound(sorted, edge));
    places[BINS] = sorted.length;
    return Array.from({ length: BINS }, (_, bin) => places[bin + 1]! - places[bin]!);
  });
  return { edges, counts, log, below: log ? positive : 0 };
}

/** Summary of a column of numbers or times. `values` are cells, NaN where empty. */
export function summariseNumbers(
  spec: ColumnSpec,
  values: Float64Array,
  classes: RowClasses,
): NumberSummary {
  const parts = sortedByClass(values, classes);
  const all = mergeSorted(parts);
  const count = all.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += all[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (all[i]! - mean) ** 2;
  const firstZero = lowerBound(all, 0);
  const byClass = classes.names.map(
    (name, index): ClassShare => ({
      class: name,
      rows: parts[index]!.length,
      typical: parts[index]!.length > 0 ? quantile(parts[index]!, 0.5) : null,
    }),
  );
  return {
    name: spec.name,
    type: spec.type === 'time' ? 'time' : 'number',
    role: spec.role,
    ...(spec.unit === undefined ? {} : { unit: spec.unit }),
    meaning: spec.meaning,
    live: spec.live,
    empty: values.length - count,
    distinct: countDistinct(all),
    byClass,
    zeros: lowerBound(all, Number.MIN_VALUE) - firstZero,
    negative: firstZero,
    mean: count > 0 ? mean : null,
    deviation: count > 0 ? Math.sqrt(squares / count) : null,
    quantiles: count > 0 ? QUANTILES.map((q) => quantile(all, q)) : null,
    distribution: distributionOf(parts, all, spec.type === 'time'),
  };
}

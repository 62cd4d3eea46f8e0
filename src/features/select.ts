import { WiresiftError } from '../base/index.ts';
import { createMatrix, type Matrix } from './matrix.ts';
import { chiSquared, columnVariances, correlations, mutualInformation } from './select-scores.ts';

/** Which scores stay: at least the median or mean of all, or the so many best. */
export type Keep = 'median' | 'mean' | number;

/** A rule that leaves some matrix columns out; steps see the columns that earlier ones left. */
export type SelectStep =
  /** Drops columns whose population variance is not above the threshold. Default 0: constants. */
  | { readonly kind: 'variance'; readonly threshold?: number }
  /**
   * Of two columns with |r| above the threshold drops the one with the higher mean |r| to all
   * others; of equal ones the later name. Pairs are taken by falling |r|.
   */
  | { readonly kind: 'correlation'; readonly threshold: number }
  /** By mutual information with the class over at most so many bins, 2 to 255. Default 32. */
  | { readonly kind: 'mutualInformation'; readonly keep: Keep; readonly bins?: number }
  /** By χ² with the class; cells must not be negative. */
  | { readonly kind: 'chiSquared'; readonly keep: Keep }
  /** By given scores, one a column that earlier steps left, in order. */
  | { readonly kind: 'importance'; readonly importances: readonly number[]; readonly keep: Keep };

function badSelection(kind: string, saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({
    code: 'FEATURE_SELECT',
    where: `select ${kind}`,
    saw,
    expected,
    todo,
  });
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Numbers of the columns that stay, ascending. No rule depends on the order of the columns.
 * @param labels one class a row of the matrix; below 0: unknown
 * @throws WiresiftError `FEATURE_SELECT` when a step lacks labels, meets cells it cannot take, has a
 *   wrong option, or leaves nothing
 */
export function selectColumns(
  matrix: Matrix,
  steps: readonly SelectStep[],
  labels?: Int32Array,
): Int32Array {
  let kept = Int32Array.from({ length: matrix.cols }, (_, column) => column);
  for (const step of steps) {
    const left = kept.length === matrix.cols ? matrix : takeColumns(matrix, kept);
    const columns = applySelect(left, step, labels);
    if (columns.length === 0) {
      throw badSelection(step.kind, 'no column left', 'at least one', 'Choose a weaker threshold');
    }
    kept = Int32Array.from(columns, (column) => kept[column]!);
  }
  return kept;
}

/** The columns named, in that order, as a new matrix. */
function takeColumns({ rows, cols, names, data }: Matrix, columns: Int32Array): Matrix {
  const taken = createMatrix(
    rows,
    Array.from(columns, (column) => names[column]!),
  );
  const width = columns.length;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < width; c++) taken.data[i * width + c] = data[i * cols + columns[c]!]!;
  }
  return taken;
}

function applySelect(matrix: Matrix, step: SelectStep, labels?: Int32Array): number[] {
  const empty = matrix.data.findIndex((cell) => !Number.isFinite(cell));
  if (empty >= 0) {
    const name = matrix.names[empty % matrix.cols]!;
    throw badSelection(step.kind, `an empty cell in ${name}`, 'numbers', 'Impute the column');
  }
  if (step.kind === 'variance') {
    const variances = columnVariances(matrix);
    const least = checkedThreshold(step.kind, step.threshold ?? 0, Number.MAX_VALUE);
    return [...variances.keys()].filter((column) => variances[column]! > least);
  }
  if (step.kind === 'correlation') {
    return uncorrelated(matrix, checkedThreshold(step.kind, step.threshold, 1));
  }
  return keepBest(scoresOf(matrix, step, labels), step.keep, matrix.names);
}

function checkedThreshold(kind: string, threshold: number, most: number): number {
  if (threshold >= 0 && threshold <= most) return threshold;
  throw badSelection(kind, `threshold ${threshold}`, `0 to ${most}`, 'Choose, say, 0');
}

function scoresOf(
  matrix: Matrix,
  step: Exclude<SelectStep, { kind: 'variance' | 'correlation' }>,
  labels: Int32Array | undefined,
): ArrayLike<number> {
  if (step.kind === 'importance') {
    const { importances } = step;
    if (importances.length === matrix.cols && importances.every(Number.isFinite))
      return importances;
    throw badSelection(
      step.kind,
      `${importances.length} importances`,
      `${matrix.cols} finite numbers, one a column`,
      'Give one importance for each column that earlier steps leave',
    );
  }
  if (labels?.length !== matrix.rows || labels.every((label) => label < 0)) {
    const saw = labels ? `${labels.length} labels` : 'no labels';
    throw badSelection(step.kind, saw, 'a class for every row', 'Give labels to fitPipeline');
  }
  if (step.kind === 'chiSquared') {
    const negative = matrix.data.findIndex((cell) => cell < 0);
    if (negative < 0) return chiSquared(matrix, labels);
    const name = matrix.names[negative % matrix.cols]!;
    throw badSelection(step.kind, `a cell below 0 in ${name}`, 'no negative cell', 'Use minMax');
  }
  const bins = step.bins ?? 32;
  if (Number.isInteger(bins) && bins >= 2 && bins <= 255) {
    return mutualInformation(matrix, labels, bins);
  }
  throw badSelection(step.kind, `${bins} bins`, 'a whole number from 2 to 255', 'Choose, say, 32');
}

/**
 * Numbers of the columns whose scores stay, ascending; of equal scores the earlier name goes first.
 * @throws WiresiftError `FEATURE_SELECT` when `keep` is a number that is not whole and above 0
 */
export function keepBest(
  scores: ArrayLike<number>,
  keep: Keep,
  names: readonly string[],
): number[] {
  const all = Array.from(scores, (_, column) => column);
  if (typeof keep === 'number') {
    if (!Number.isInteger(keep) || keep < 1) {
      throw badSelection(
        'best',
        `keep ${keep}`,
        'median, mean or a whole number',
        'Choose, say, 20',
      );
    }
    all.sort((a, b) => scores[b]! - scores[a]! || byText(names[a]!, names[b]!));
    return all.slice(0, keep).sort((a, b) => a - b);
  }
  const sorted = Float64Array.from(scores).sort();
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  // Summed in sorted order: the last bit must not depend on the order of the columns.
  const mean = sorted.reduce((sum, score) => sum + score, 0) / sorted.length;
  // A mean of equal numbers may round to above all of them.
  const least = Math.min(keep === 'mean' ? mean : median, sorted[sorted.length - 1]!);
  return all.filter((column) => scores[column]! >= least);
}

function uncorrelated(matrix: Matrix, threshold: number): number[] {
  const { cols, names } = matrix;
  const r = correlations(matrix).map(Math.abs);
  const means = new Float64Array(cols);
  for (let c = 0; c < cols; c++) {
    const others = r.slice(c * cols, (c + 1) * cols);
    others[c] = 0;
    // Sorted, so that the sum has the same last bit in any order of the columns.
    means[c] = others.sort().reduce((sum, each) => sum + each, 0) / Math.max(1, cols - 1);
  }
  // In order of names, so that neither the pairs nor their ties show the order of the columns.
  const byName = [...names.keys()].sort((a, b) => byText(names[a]!, names[b]!));
  const pairs: { readonly r: number; readonly a: number; readonly b: number }[] = [];
  byName.forEach((a, i) => {
    for (const b of byName.slice(i + 1)) {
      if (r[a * cols + b]! > threshold) pairs.push({ r: r[a * cols + b]!, a, b });
    }
  });
  pairs.sort((one, other) => other.r - one.r);
  const dropped = new Set<number>();
  for (const { a, b } of pairs) {
    if (!dropped.has(a) && !dropped.has(b)) dropped.add(means[a]! > means[b]! ? a : b);
  }
  return [...names.keys()].filter((column) => !dropped.has(column));
}

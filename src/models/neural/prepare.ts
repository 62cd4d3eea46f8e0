import { Random, WiresiftError } from '../../base/index.ts';
import { type MatrixHistory, MOST_CODED } from '../../features/index.ts';
import { type FoldedRows, foldedMoments, foldRows } from '../fold-rows.ts';
import { holdOut } from '../hold-out.ts';
import { classFactors } from '../input.ts';
import type { FitInput } from '../model.ts';
import { type CodeColumn, codeColumns, codeNames } from './codes.ts';
import { rowsWithPast } from './history-rows.ts';
import type { MirrorPlan } from './mirror.ts';
import { cutColumns, type Pieces } from './pieces.ts';
import type { Settings } from './settings.ts';
import { standardise } from './standardise.ts';
import { type Past, pastOf, rowsInTime, type WindowPlan } from './windows.ts';

/** Rows as a network takes them; columns in the order of their names. */
export interface Rows {
  /** Points × columns. */
  readonly cells: Float32Array;
  /** The point of each row: equal rows share one. */
  readonly point: Int32Array;
  /** Position of each row's class among those present. */
  readonly label: Int32Array;
  readonly weight: Float64Array;
  /** Points come with those before them; absent: each stands for itself. */
  readonly windows?: WindowPlan & Past;
}

/** What a network is trained on. */
export interface TrainingData {
  readonly cols: number;
  readonly train: Rows;
  /** Rows watched, not learned from; none where nothing stops early. */
  readonly held: Rows | undefined;
  /** Classes with rows to learn from, ascending. */
  readonly present: Int32Array;
  /** Taken from the cells of each column, in the order of names. */
  readonly shift: Float64Array;
  /** What they are then multiplied by: 0 for constant columns. */
  readonly scale: Float64Array;
  /** Columns of codes, in the order of names. */
  readonly categories: readonly CodeColumn[];
  /** What each column is cut into, in the order of names. */
  readonly pieces: readonly Pieces[];
  /** What a network that gives rows back is to give. */
  readonly mirror?: MirrorPlan;
}

/** Cells are cut to so many deviations: one far outlier must not drown all else. */
const FARTHEST = 12;
/** More rows than that are not drawn one by one, but weighed. */
const MOST_ROWS = 2 ** 26;

/** Positions of the named columns among `names`, which are sorted. */
export function categoryColumns(wanted: readonly string[], names: readonly string[]): number[] {
  const found = wanted.map((name) => names.indexOf(name));
  const missing = found.indexOf(-1);
  if (missing >= 0 || wanted.length > MOST_CODED) {
    throw new WiresiftError({
      code: 'MODEL_PARAMETER',
      where: 'parameters, categories',
      saw: missing >= 0 ? wanted[missing]!.slice(0, 80) : `${wanted.length} names`,
      expected: `at most ${MOST_CODED} columns of the matrix`,
      todo: 'Name columns as the pipeline does',
      exitCode: 2,
    });
  }
  return [...new Set(found)].sort((a, b) => a - b);
}

/** How far from 0 each column's cells may lie; codes are no distances. */
export function reaches(cols: number, categories: readonly number[]): Float64Array {
  const reach = new Float64Array(cols).fill(FARTHEST);
  for (const c of categories) reach[c] = Number.MAX_VALUE;
  return reach;
}

/**
 * A row of weight 3 is three rows, so that weights and repeated rows are one and the same; a
 * weight of 1.5 is two rows of 0.75.
 */
function unfold(
  folded: FoldedRows,
  cells: Float32Array,
  facts: { place: Int32Array; factors: Float64Array },
): Rows {
  const { points, start, label, weight } = folded;
  const copies = weight.map((each) => Math.ceil(each - 1e-9));
  if (copies.reduce((sum, each) => sum + each, 0) > MOST_ROWS) copies.fill(1);
  const rows = copies.reduce((sum, each) => sum + Math.max(1, each), 0);
  const out = {
    cells,
    point: new Int32Array(rows),
    label: new Int32Array(rows),
    weight: new Float64Array(rows),
  };
  let at = 0;
  for (let i = 0; i < points; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      const count = Math.max(1, copies[e]!);
      for (let n = 0; n < count; n++, at++) {
        out.point[at] = i;
        out.label[at] = facts.place[label[e]!]!;
        out.weight[at] = (weight[e]! / count) * facts.factors[label[e]!]!;
      }
    }
  }
  return out;
}

/** Marks the last share of the rows: windows of rows drawn at random would hold one another. */
function lastInTime(history: MatrixHistory, share: number): Uint8Array {
  const marks = new Uint8Array(history.hosts.length);
  const known = rowsInTime(history);
  for (const row of known.subarray(Math.floor((1 - share) * known.length))) marks[row] = 1;
  return marks;
}

/** Marks the rows held out with 1; undefined when none are. */
function heldMarks(input: FitInput, settings: Settings, seed: number): Uint8Array | undefined {
  const { matrix, heldOut } = input;
  if (heldOut) {
    const marks = new Uint8Array(matrix.rows);
    for (const row of heldOut) marks[row] = 1;
    return marks;
  }
  if (settings.earlyStopping === 0) return undefined;
  if (matrix.history && settings.window)
    return lastInTime(matrix.history, settings.validationShare);
  return holdOut(matrix, settings.validationShare, new Random(seed).fork('early stopping').seed);
}

/** Folds, holds out, standardises. */
export function prepareData(input: FitInput, settings: Settings, seed: number): TrainingData {
  let marks = heldMarks(input, settings, seed);
  let folded = foldRows(input, marks);
  if (marks && folded.points === 0) {
    // Nothing is left to learn from: every row is learned, and none watched.
    marks = undefined;
    folded = foldRows(input);
  }
  const weights = Float32Array.from(input.labels, (_, i) =>
    marks?.[i] === 1 ? 0 : input.weights ? input.weights[i]! : 1,
  );
  const factors = classFactors({ ...input, weights }, settings.classWeight);
  const place = new Int32Array(input.classes.length).fill(-1);
  for (const label of folded.label) place[label] = 0;
  const present = Int32Array.from(place.keys()).filter((k) => place[k] === 0);
  present.forEach((k, at) => {
    place[k] = at;
  });
  const names = [...folded.order].map((column) => input.matrix.names[column]!);
  const codes = categoryColumns(codeNames(settings.categories, input), names);
  const { mean, deviation } = foldedMoments(folded);
  const scale = deviation.map((own, c) => (own > 1e-6 * Math.abs(mean[c]!) ? 1 / own : 0));
  for (const c of codes) {
    mean[c] = 0;
    scale[c] = 1;
  }
  const scaling = { shift: mean, scale, reach: reaches(folded.cols, codes) };
  const cellsOf = (of: FoldedRows): Float32Array => {
    const cells = new Float32Array(of.cells.length);
    standardise(of.cells, cells, scaling);
    return cells;
  };
  const { window, gap = false } = settings;
  const windows = window === undefined ? undefined : { window, gap, cols: folded.cols };
  const rowsOf = (of: FoldedRows, cells: Float32Array, skip?: ArrayLike<number>): Rows => {
    const facts = { place, factors };
    if (windows && input.matrix.history) {
      return rowsWithPast(input, skip, { windows, scaling, order: of.order, ...facts });
    }
    const rows = unfold(of, cells, facts);
    return windows ? { ...rows, windows: { ...windows, ...pastOf(undefined, of.points) } } : rows;
  };
  const cells = cellsOf(folded);
  const train = rowsOf(folded, cells, marks);
  const pieces = cutColumns(folded, cells, { pieces: settings.pieces, except: codes });
  const categories = codeColumns(codes, folded);
  const rest = { cols: folded.cols, present, shift: mean, scale, categories, pieces };
  // Rows of a class that nothing was learned of cannot be judged.
  const others = marks?.map((mark, i) => (mark === 1 && place[input.labels[i]!]! >= 0 ? 0 : 1));
  const watched = others ? foldRows(input, others) : undefined;
  if (!watched || watched.points === 0) return { ...rest, train, held: undefined };
  return { ...rest, train, held: rowsOf(watched, cellsOf(watched), others) };
}

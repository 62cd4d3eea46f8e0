import { Random } from '../../base/index.ts';
import type { Sigmoid } from '../calibrated/platt.ts';
import { type FoldedRows, foldedMoments, foldRows } from '../fold-rows.ts';
import { holdOut } from '../hold-out.ts';
import { classFactors } from '../input.ts';
import type { FitInput, ModelFacts } from '../model.ts';
import type { Decision } from './decision.ts';
import type { SvmParameters } from './parameters.ts';

/** What one fit separates, and what turns its distances into probabilities. */
export interface SvmTask {
  readonly kind: string;
  readonly parameters: SvmParameters;
  readonly seed: number;
  readonly folded: FoldedRows;
  /** C times the weight of each entry of `folded`. */
  readonly cost: Float64Array;
  /** Rows that sigmoids are fitted to: those held out by the caller, else `folded`. */
  readonly tested: FoldedRows;
  /**
   * 1 for entries of `folded` that sigmoids are fitted to by a separation which leaves them out.
   * Undefined: sigmoids are fitted to all of `tested`.
   */
  readonly marks: Uint8Array | undefined;
}

/** One way to separate classes from the rest. */
export interface Separator {
  /** Separates class `k` and keeps that for the decision. @returns its distances as probabilities */
  separate(k: number): Sigmoid;
  /** All that was separated. */
  decision(): Decision;
}

/** Folds and weighs the rows and holds some out. */
export function svmTask({ kind, parameters }: ModelFacts, input: FitInput, seed: number): SvmTask {
  const own = parameters as unknown as SvmParameters;
  const given = givenRows(input);
  const folded = foldRows(input, given);
  const factors = classFactors(input, own.classWeight);
  const others = given?.map((mark) => 1 - mark);
  return {
    ...{ kind, parameters: own, seed, folded },
    cost: folded.weight.map((weight, e) => weight * factors[folded.label[e]!]! * own.C),
    tested: others ? foldRows(input, others) : folded,
    marks: others ? undefined : drawMarks(folded, own.share, new Random(seed).fork('platt').seed),
  };
}

/** 1 for rows that the caller held out; undefined where there are none, or nothing else to learn. */
function givenRows({ heldOut, weights, matrix }: FitInput): Uint8Array | undefined {
  if (!heldOut) return undefined;
  const given = new Uint8Array(matrix.rows);
  for (const row of heldOut) given[row] = 1;
  return given.some((mark, i) => mark === 0 && (weights?.[i] ?? 1) > 0) ? given : undefined;
}

/** Marks entries to be held out: all of a point's, by its cells and the seed. */
function drawMarks(
  { points, cols, cells, start, label }: FoldedRows,
  share: number,
  seed: number,
): Uint8Array | undefined {
  const names = Array.from({ length: cols }, (_, c) => String(c).padStart(8, '0'));
  const own = holdOut({ rows: points, cols, names, data: cells }, share, seed);
  const marks = new Uint8Array(label.length);
  for (let i = 0; i < points; i++) marks.fill(own[i]!, start[i]!, start[i + 1]!);
  return marks.includes(0) && marks.includes(1) ? marks : undefined;
}

/** 1 for entries of class `k`, -1 for the rest. */
export function sidesOf({ label }: FoldedRows, k: number): Int8Array {
  return Int8Array.from(label, (each) => (each === k ? 1 : -1));
}

/** The cost with entries that are marked left out. */
export function costWithout({ cost, marks }: SvmTask): Float64Array {
  return cost.map((each, e) => (marks?.[e] === 1 ? 0 : each));
}

/** The kernel's gamma: as given, else scikit-learn's `scale`, 1 / (columns × variance of cells). */
export function gammaOf({ parameters, folded }: SvmTask): number {
  if (typeof parameters.gamma === 'number') return parameters.gamma;
  const { mean, deviation } = foldedMoments(folded);
  const cols = folded.cols;
  const middle = mean.reduce((sum, each) => sum + each, 0) / cols;
  let variance = 0;
  mean.forEach((each, c) => {
    variance += (deviation[c]! ** 2 + (each - middle) ** 2) / cols;
  });
  // Where nothing varies, any will do.
  return variance > 0 ? Math.min(1e12, 1 / (cols * variance)) : 1;
}

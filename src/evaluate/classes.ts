import { type CurvePoint, prCurve, rocCurve } from './curve.ts';
import { type Measure, measure, proportion } from './measure.ts';
import { classCounts, confusion, f1, macroF1, meanRecall, mostProbable } from './metrics.ts';
import { averagePrecision, rank, rocAuc } from './ranking.ts';

/** Figures of one class against all others, over labelled rows. */
export interface ClassReport {
  readonly name: string;
  /** Labelled rows of this class. */
  readonly support: number;
  readonly precision: Measure;
  readonly recall: Measure;
  readonly f1: Measure;
  readonly rocAuc: Measure;
  readonly averagePrecision: Measure;
  /** Against all other classes; empty with two classes, whose curves the views hold. */
  readonly roc: readonly CurvePoint[];
  readonly pr: readonly CurvePoint[];
}

/** How well the classes are told apart, over labelled rows. */
export interface ClassesReport {
  /** How a row's class was told. */
  readonly rule: string;
  readonly perClass: readonly ClassReport[];
  /** Rows by true class, columns by told class. */
  readonly confusion: readonly (readonly number[])[];
  readonly macroF1: Measure;
  /** Mean recall of the classes present. */
  readonly balancedAccuracy: Measure;
}

/**
 * What {@link classesReport} reads: all rows labelled, `truth` in parallel with `probabilities`.
 */
export interface ClassesInput {
  readonly classes: readonly string[];
  readonly harmless: number;
  /** Class index a row; -1 is left out. */
  readonly truth: Int32Array;
  /** Row-major, rows × classes. */
  readonly probabilities: Float32Array;
  /** Hostile score a row and its threshold; with two classes they decide. */
  readonly scores: Float32Array;
  readonly threshold: number;
}

function toldClasses(input: ClassesInput): Int32Array {
  const { classes, probabilities, scores, threshold, harmless } = input;
  if (classes.length > 2) return mostProbable(probabilities, classes.length);
  return Int32Array.from(scores, (score) => (score >= threshold ? 1 - harmless : harmless));
}

/** Judges every class; unlabelled rows are left out. */
export function classesReport(input: ClassesInput): ClassesReport {
  const { classes, truth } = input;
  const k = classes.length;
  const table = confusion(truth, toldClasses(input), classes);
  const perClass = classes.map((name, index): ClassReport => {
    const counts = classCounts(table, index);
    const { tp, fp, fn } = counts;
    const ranking = rankClass(input, index);
    return {
      name,
      support: tp + fn,
      precision: proportion(tp, tp + fp, 'no row was told to be of this class'),
      recall: proportion(tp, tp + fn, 'no row is of this class'),
      f1: measure(f1(counts), 'no row is, or was told to be, of this class'),
      rocAuc: measure(rocAuc(ranking), 'the rows are all of this class, or none is'),
      averagePrecision: measure(averagePrecision(ranking), 'no row is of this class'),
      roc: k > 2 ? rocCurve(ranking) : [],
      pr: k > 2 ? prCurve(ranking) : [],
    };
  });
  return {
    rule: k === 2 ? 'by the threshold' : 'by the highest probability',
    perClass,
    confusion: classes.map((_, t) => [...table.counts.subarray(t * k, t * k + k)]),
    macroF1: measure(macroF1(table), 'no labelled rows'),
    balancedAccuracy: measure(meanRecall(table), 'no labelled rows'),
  };
}

function rankClass({ classes, truth, probabilities }: ClassesInput, index: number) {
  const k = classes.length;
  const scores = new Float32Array(truth.length);
  const is = new Uint8Array(truth.length);
  let count = 0;
  for (let row = 0; row < truth.length; row++) {
    if (truth[row]! < 0) continue;
    scores[count] = probabilities[row * k + index]!;
    is[count++] = truth[row] === index ? 1 : 0;
  }
  return rank(scores.subarray(0, count), is.subarray(0, count));
}

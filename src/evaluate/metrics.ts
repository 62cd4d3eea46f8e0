import type { Counts, Scores } from './ranking.ts';

/** Precision, TP / (TP + FP). NaN when nothing was called positive. */
export function precision({ tp, fp }: Counts): number {
  return tp / (tp + fp);
}

/** Recall, TP / (TP + FN), also called detection rate. NaN without positives. */
export function recall({ tp, fn }: Counts): number {
  return tp / (tp + fn);
}

/** False-positive rate, FP / (FP + TN). NaN without negatives. */
export function falsePositiveRate({ fp, tn }: Counts): number {
  return fp / (fp + tn);
}

/**
 * F1, 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall. NaN when all three are 0.
 */
export function f1({ tp, fp, fn }: Counts): number {
  return (2 * tp) / (2 * tp + fp + fn);
}

/** Mean of recall and specificity. NaN unless there are positives and negatives. */
export function balancedAccuracy({ tp, fp, fn, tn }: Counts): number {
  return (tp / (tp + fn) + tn / (fp + tn)) / 2;
}

/**
 * Precision where a share `prevalence` of the flows is hostile (Axelsson, "The Base-Rate Fallacy
 * and the Difficulty of Intrusion Detection", 2000): TPR·π / (TPR·π + FPR·(1 − π)). NaN when
 * nothing is called positive (TPR and FPR 0) or a rate is NaN.
 */
export function precisionAtPrevalence(tpr: number, fpr: number, prevalence: number): number {
  const hit = tpr * prevalence;
  return hit / (hit + fpr * (1 - prevalence));
}

/**
 * Flows above the threshold an hour at a stated flow rate and prevalence: flows·(TPR·π + FPR·(1 −
 * π)).
 */
export function alertsPerHourAt(
  rates: { readonly tpr: number; readonly fpr: number },
  prevalence: number,
  flowsPerHour: number,
): number {
  return flowsPerHour * (rates.tpr * prevalence + rates.fpr * (1 - prevalence));
}

/** Rows above the threshold an hour over a time span. NaN when the span is not above 0. */
export function alertsPerHour(rows: number, spanSeconds: number): number {
  return spanSeconds > 0 ? (rows * 3600) / spanSeconds : Number.NaN;
}

/**
 * Brier score: mean squared distance of the probability from the truth (Brier 1950). NaN without
 * rows.
 */
export function brier(scores: Scores, truth: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const off = scores[i]! - truth[i]!;
    sum += off * off;
  }
  return sum / scores.length;
}

/** Smallest probability that {@link logLoss} reckons with: the step of 32-bit floats below 1. */
export const LOG_LOSS_FLOOR = 2 ** -24;

/**
 * Mean of −ln p(truth), probabilities held within {@link LOG_LOSS_FLOOR} of 0 and 1. NaN without
 * rows.
 */
export function logLoss(scores: Scores, truth: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const told = truth[i]! === 1 ? scores[i]! : 1 - scores[i]!;
    sum -= Math.log(Math.min(1 - LOG_LOSS_FLOOR, Math.max(LOG_LOSS_FLOOR, told)));
  }
  return sum / scores.length;
}

/** Rows by true class (row of the table) and told class (column), row-major, k × k. */
export interface Confusion {
  readonly classes: readonly string[];
  readonly counts: Float64Array;
}

/** Counts true against told classes; rows whose truth is -1 are left out. */
export function confusion(
  truth: Int32Array,
  told: Int32Array,
  classes: readonly string[],
): Confusion {
  const k = classes.length;
  const counts = new Float64Array(k * k);
  for (let i = 0; i < truth.length; i++) {
    if (truth[i]! >= 0) counts[truth[i]! * k + told[i]!]! += 1;
  }
  return { classes, counts };
}

/**
 * The most probable class of each row; of equal ones the first.
 * @param probabilities row-major, rows × classes
 */
export function mostProbable(probabilities: Float32Array, classes: number): Int32Array {
  const told = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < told.length; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[row * classes + c]! > probabilities[row * classes + best]!) best = c;
    }
    told[row] = best;
  }
  return told;
}

/** One class against all others. */
export function classCounts({ classes, counts }: Confusion, index: number): Counts {
  const k = classes.length;
  let tp = 0;
  let fp = 0;
  let fn = 0;
  let tn = 0;
  for (let t = 0; t < k; t++) {
    for (let p = 0; p < k; p++) {
      const n = counts[t * k + p]!;
      if (t === index) p === index ? (tp += n) : (fn += n);
      else p === index ? (fp += n) : (tn += n);
    }
  }
  return { tp, fp, fn, tn };
}

function meanDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

/** Mean F1 of the classes that are present or told at all. NaN without rows. */
export function macroF1(table: Confusion): number {
  return meanDefined(table.classes.map((_, index) => f1(classCounts(table, index))));
}

/** Mean recall of the classes that are present. NaN without rows. */
export function meanRecall(table: Confusion): number {
  return meanDefined(table.classes.map((_, index) => recall(classCounts(table, index))));
}

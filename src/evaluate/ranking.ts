import { WiresiftError } from '../base/index.ts';

/** Scores of rows, as a model gives them. */
export type Scores = Float32Array | Float64Array;

/**
 * Rows ordered by falling score, ties merged: entry i counts the rows with a score of at least
 * `thresholds[i]`. Every rank metric reads this one pass.
 */
export interface Ranking {
  /** Distinct scores, falling. */
  readonly thresholds: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Sorts scores once: O(n log n). @param truth 1 for positive, 0 for negative, one a score
 * @throws WiresiftError `EVALUATE_SCORES` on NaN scores or unequal lengths
 */
export function rank(scores: Scores, truth: Uint8Array): Ranking {
  const rows = scores.length;
  if (truth.length !== rows) throw badScores(`${rows} scores, ${truth.length} truths`);
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += truth[i]! === 1 ? 1 : 0;
  const hit = new Float64Array(positives);
  const miss = new Float64Array(rows - positives);
  let h = 0;
  let m = 0;
  for (let i = 0; i < rows; i++) {
    const score = scores[i]!;
    if (Number.isNaN(score)) throw badScores(`NaN as the score of row ${i}`);
    if (truth[i]! === 1) hit[h++] = score;
    else miss[m++] = score;
  }
  // Two sorts of plain numbers and a merge: several times faster than sorting row numbers by score.
  hit.sort();
  miss.sort();
  return merge(hit, miss);
}

function badScores(saw: string): WiresiftError {
  return new WiresiftError({
    code: 'EVALUATE_SCORES',
    where: 'scores',
    saw,
    expected: 'one number a row',
    todo: 'Check the model that gave the scores',
  });
}

function merge(hit: Float64Array, miss: Float64Array): Ranking {
  const thresholds = new Float64Array(hit.length + miss.length);
  const truePositives = new Float64Array(thresholds.length);
  const falsePositives = new Float64Array(thresholds.length);
  let h = hit.length - 1;
  let m = miss.length - 1;
  let count = 0;
  while (h >= 0 || m >= 0) {
    const score = h < 0 ? miss[m]! : m < 0 ? hit[h]! : Math.max(hit[h]!, miss[m]!);
    while (h >= 0 && hit[h]! === score) h--;
    while (m >= 0 && miss[m]! === score) m--;
    thresholds[count] = score;
    truePositives[count] = hit.length - 1 - h;
    falsePositives[count] = miss.length - 1 - m;
    count++;
  }
  return {
    thresholds: thresholds.slice(0, count),
    truePositives: truePositives.slice(0, count),
    falsePositives: falsePositives.slice(0, count),
    positives: hit.length,
    negatives: miss.length,
  };
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting half
 * (Mann and Whitney 1947; Fawcett 2006). NaN without positives or without negatives.
 */
export function rocAuc(ranking: Ranking): number {
  const { truePositives, falsePositives, positives, negatives } = ranking;
  let twice = 0;
  let tp = 0;
  let fp = 0;
  for (let i = 0; i < truePositives.length; i++) {
    twice += (falsePositives[i]! - fp) * (truePositives[i]! + tp);
    tp = truePositives[i]!;
    fp = falsePositives[i]!;
  }
  return positives === 0 || negatives === 0 ? Number.NaN : twice / (2 * positives * negatives);
}

/**
 * Average precision, step-wise and not interpolated: the sum over thresholds of precision times the
 * rise of recall, as scikit-learn's `average_precision_score` defines it. NaN without positives.
 */
export function averagePrecision(ranking: Ranking): number {
  const { truePositives, falsePositives, positives } = ranking;
  let sum = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const tp = truePositives[i]!;
    if (tp > before) sum += ((tp - before) * tp) / (tp + falsePositives[i]!);
    before = tp;
  }
  return positives === 0 ? Number.NaN : sum / positives;
}

/**
 * Area under the precision-recall curve by the trapezoid rule, from the point (recall 0, precision
 * 1) that scikit-learn's `precision_recall_curve` adds. Optimistic (Davis and Goadrich 2006):
 * prefer {@link averagePrecision}. NaN without positives.
 */
export function prAucTrapezoid(ranking: Ranking): number {
  const { truePositives, falsePositives, positives } = ranking;
  let twice = 0;
  let recall = 0;
  let precision = 1;
  for (let i = 0; i < truePositives.length; i++) {
    const tp = truePositives[i]!;
    const nextPrecision = tp / (tp + falsePositives[i]!);
    twice += (tp / positives - recall) * (precision + nextPrecision);
    recall = tp / positives;
    precision = nextPrecision;
  }
  return positives === 0 ? Number.NaN : twice / 2;
}

/**
 * A threshold and what it does; a row is called positive when its score is at least the threshold.
 */
export interface OperatingPoint {
  readonly threshold: number;
  readonly recall: number;
  readonly falsePositiveRate: number;
}

function pointAt(ranking: Ranking, index: number): OperatingPoint {
  if (index < 0) {
    const none = { threshold: Number.POSITIVE_INFINITY, recall: 0, falsePositiveRate: 0 };
    return ranking.positives > 0 ? none : { ...none, recall: Number.NaN };
  }
  return {
    threshold: ranking.thresholds[index]!,
    recall: ranking.truePositives[index]! / ranking.positives,
    falsePositiveRate: ranking.falsePositives[index]! / ranking.negatives,
  };
}

/** First index whose entry of a rising list exceeds `limit`; the length when none does. */
function firstAbove(rising: Float64Array, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The highest recall that a false-positive budget allows. @param budget share of negatives that may
 * be called positive; below 1 / negatives it allows none. Threshold Infinity: the budget allows no
 * alert at all. NaN figures without negatives
 */
export function recallAtFpr(ranking: Ranking, budget: number): OperatingPoint {
  if (ranking.negatives === 0) {
    return { threshold: Number.NaN, recall: Number.NaN, falsePositiveRate: Number.NaN };
  }
  // Rounding of budget × negatives must not lose a false positive that the budget allows exactly.
  const allowed = Math.floor(budget * ranking.negatives + 1e-9);
  return pointAt(ranking, firstAbove(ranking.falsePositives, allowed) - 1);
}

/**
 * The least false-positive rate at which recall reaches `recall` (0 to 1). NaN figures without
 * positives.
 */
export function fprAtRecall(ranking: Ranking, recall: number): OperatingPoint {
  if (ranking.positives === 0) {
    return { threshold: Number.NaN, recall: Number.NaN, falsePositiveRate: Number.NaN };
  }
  const needed = Math.ceil(recall * ranking.positives - 1e-9);
  const index = firstAbove(ranking.truePositives, needed - 1);
  return pointAt(ranking, Math.min(index, ranking.thresholds.length - 1));
}

/** Counts at one threshold. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Counts when rows scoring at least `threshold` are called positive. */
export function countsAt(ranking: Ranking, threshold: number): Counts {
  const { thresholds, positives, negatives } = ranking;
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (thresholds[middle]! >= threshold) low = middle + 1;
    else high = middle;
  }
  const tp = low === 0 ? 0 : ranking.truePositives[low - 1]!;
  const fp = low === 0 ? 0 : ranking.falsePositives[low - 1]!;
  return { tp, fp, fn: positives - tp, tn: negatives - fp };
}

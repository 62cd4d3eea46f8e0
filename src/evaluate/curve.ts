import type { Ranking, Scores } from './ranking.ts';

export { expectedCalibrationError } from '../models/index.ts';

/** A point of a curve; `threshold` null is above every score (plain data has no Infinity). */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly threshold: number | null;
}

/** One bin of a reliability curve. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Mean score of the bin's rows; null when it has none. */
  readonly meanScore: number | null;
  /** Share of the bin's rows that are positive; null when it has none. */
  readonly positiveShare: number | null;
}

/** No curve holds more points than this: enough for a plot, little enough for a model card. */
export const CURVE_POINTS = 200;

/** A curve before it is thinned. */
export interface Whole {
  readonly length: number;
  at(index: number): CurvePoint;
}

/**
 * Picks at most `limit` of a curve's points, spaced evenly along its length measured by `distance`,
 * always with both ends. Each picked point lies exactly on the curve.
 */
export function thin(
  whole: Whole,
  limit: number,
  distance: (a: CurvePoint, b: CurvePoint) => number,
): CurvePoint[] {
  if (whole.length <= limit) return Array.from({ length: whole.length }, (_, i) => whole.at(i));
  let total = 0;
  let last = whole.at(0);
  for (let i = 1; i < whole.length; i++) {
    const point = whole.at(i);
    total += distance(last, point);
    last = point;
  }
  const step = total / (limit - 2);
  const picked = [whole.at(0)];
  last = picked[0]!;
  let gone = 0;
  let next = step;
  for (let i = 1; i < whole.length - 1; i++) {
    const point = whole.at(i);
    gone += distance(last, point);
    last = point;
    if (gone < next || picked.length >= limit - 1) continue;
    picked.push(point);
    next = gone + step;
  }
  picked.push(whole.at(whole.length - 1));
  return picked;
}

/**
 * ROC curve, x false-positive rate, y recall, from (0, 0) to (1, 1). Thinned with more points at
 * small rates, where detectors work. Empty without positives or without negatives.
 */
export function rocCurve(ranking: Ranking, limit = CURVE_POINTS): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives, negatives } = ranking;
  if (positives === 0 || negatives === 0) return [];
  const at = (i: number): CurvePoint =>
    i === 0
      ? { x: 0, y: 0, threshold: null }
      : {
          x: falsePositives[i - 1]! / negatives,
          y: truePositives[i - 1]! / positives,
          threshold: thresholds[i - 1]!,
        };
  return thin({ length: thresholds.length + 1, at }, limit, (a, b) => {
    return Math.abs(Math.sqrt(b.x) - Math.sqrt(a.x)) + Math.abs(b.y - a.y);
  });
}

/** Precision-recall curve, x recall, y precision, by falling threshold. Empty without positives. */
export function prCurve(ranking: Ranking, limit = CURVE_POINTS): CurvePoint[] {
  const { thresholds, truePositives, falsePositives, positives } = ranking;
  if (positives === 0) return [];
  const at = (i: number): CurvePoint => ({
    x: truePositives[i]! / positives,
    y: truePositives[i]! / (truePositives[i]! + falsePositives[i]!),
    threshold: thresholds[i]!,
  });
  return thin({ length: thresholds.length, at }, limit, (a, b) => {
    return Math.abs(b.x - a.x) + Math.abs(b.y - a.y);
  });
}

/** Scores against truth in `bins` bins of equal width over 0 to 1; a score of 1 is in the last. */
export function reliability(scores: Scores, truth: Uint8Array, bins = 10): ReliabilityBin[] {
  const rows = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(scores[i]! * bins)));
    rows[bin]! += 1;
    sums[bin]! += scores[i]!;
    hits[bin]! += truth[i]!;
  }
  return Array.from({ length: bins }, (_, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    rows: rows[bin]!,
    meanScore: rows[bin]! > 0 ? sums[bin]! / rows[bin]! : null,
    positiveShare: rows[bin]! > 0 ? hits[bin]! / rows[bin]! : null,
  }));
}

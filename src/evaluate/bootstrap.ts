import { Random } from '../base/index.ts';
import type { Interval } from './measure.ts';
import type { Scores } from './ranking.ts';

/** What {@link bootstrapRanking} draws from. */
export interface BootstrapInput {
  readonly scores: Scores;
  /** 1 for positive, 0 for negative. */
  readonly truth: Uint8Array;
  /** Group a row; rows of a group are drawn together. Absent: each row by itself. */
  readonly groups?: Int32Array;
  readonly seed: number;
  readonly replicates: number;
}

/** 95 % intervals of the rank metrics. */
export interface RankingIntervals {
  readonly averagePrecision: Interval;
  readonly rocAuc: Interval;
}

/**
 * With fewer groups than this on either side, drawing groups says nothing: rows are drawn instead.
 */
export const LEAST_GROUPS = 5;

/**
 * Percentile bootstrap (Efron 1979) of average precision and ROC AUC. Whole groups are drawn, since
 * flows of one host are alike; where fewer than {@link LEAST_GROUPS} groups hold positives (or
 * negatives) rows are drawn, and the method says that the interval is too narrow. Bounds are NaN
 * without positives or negatives. Costs one sort and `replicates` passes.
 */
export function bootstrapRanking(input: BootstrapInput): RankingIntervals {
  const { replicates } = input;
  const { unit, units, method } = unitsToDraw(input);
  const sorted = sortRows(input, unit);
  const random = new Random(input.seed).fork('bootstrap');
  const precisions = new Float64Array(replicates);
  const areas = new Float64Array(replicates);
  const weights = new Int32Array(units);
  for (let replicate = 0; replicate < replicates; replicate++) {
    weights.fill(0);
    for (let i = 0; i < units; i++) weights[random.int(units)]! += 1;
    const drawn = weightedRanking(sorted, weights);
    precisions[replicate] = drawn.averagePrecision;
    areas[replicate] = drawn.rocAuc;
  }
  return {
    averagePrecision: percentiles(precisions, method),
    rocAuc: percentiles(areas, method),
  };
}

/** Rows by falling score: each row's unit and truth, and where each run of equal scores ends. */
export interface Sorted {
  readonly units: Int32Array;
  readonly truth: Uint8Array;
  readonly ends: Int32Array;
}

/** Sorts rows by falling score, once for all draws. */
export function sortRows({ scores, truth }: BootstrapInput, unit: Int32Array): Sorted {
  const rows = scores.length;
  const order = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const ends = new Int32Array(rows);
  let count = 0;
  for (let i = 0; i < rows; i++) {
    if (i + 1 === rows || scores[order[i + 1]!] !== scores[order[i]!]) ends[count++] = i + 1;
  }
  return {
    units: Int32Array.from(order, (row) => unit[row]!),
    truth: Uint8Array.from(order, (row) => truth[row]!),
    ends: ends.slice(0, count),
  };
}

/** What is drawn: groups where both sides have enough of them, else rows. */
export function unitsToDraw(input: BootstrapInput): {
  unit: Int32Array;
  units: number;
  method: string;
} {
  const { groups, truth } = input;
  const rows = truth.length;
  const unit = new Int32Array(rows);
  if (groups) {
    const numberOf = new Map<number, number>();
    const sides = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < rows; i++) {
      let number = numberOf.get(groups[i]!);
      if (number === undefined) numberOf.set(groups[i]!, (number = numberOf.size));
      unit[i] = number;
      sides[truth[i]!]!.add(number);
    }
    const least = Math.min(sides[0]!.size, sides[1]!.size);
    if (least >= LEAST_GROUPS) return { unit, units: numberOf.size, method: 'bootstrap of groups' };
    const side = sides[1]!.size === least ? 'positives' : 'negatives';
    for (let i = 0; i < rows; i++) unit[i] = i;
    const method = `bootstrap of rows: too narrow, since all ${side} come from ${least} group${least === 1 ? '' : 's'}`;
    return { unit, units: rows, method };
  }
  for (let i = 0; i < rows; i++) unit[i] = i;
  return { unit, units: rows, method: 'bootstrap of rows' };
}

/** Average precision and ROC AUC of rows counted `weights[unit]` times, in one pass. */
export function weightedRanking(
  { units, truth, ends }: Sorted,
  weights: Int32Array,
): { averagePrecision: number; rocAuc: number } {
  let tp = 0;
  let fp = 0;
  let sum = 0;
  let twice = 0;
  let i = 0;
  for (let run = 0; run < ends.length; run++) {
    const end = ends[run]!;
    const tpBefore = tp;
    const fpBefore = fp;
    for (; i < end; i++) {
      const weight = weights[units[i]!]!;
      const hit = weight * truth[i]!;
      tp += hit;
      fp += weight - hit;
    }
    if (tp > tpBefore) sum += ((tp - tpBefore) * tp) / (tp + fp);
    twice += (fp - fpBefore) * (tp + tpBefore);
  }
  return { averagePrecision: sum / tp, rocAuc: twice / (2 * tp * fp) };
}

/** The middle 95 % of the draws that are defined; NaN bounds when none is. */
export function percentiles(values: Float64Array, method: string): Interval {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  if (defined.length === 0) return { low: Number.NaN, high: Number.NaN, method };
  const at = (share: number): number => defined[Math.round(share * (defined.length - 1))]!;
  return { low: at(0.025), high: at(0.975), method };
}

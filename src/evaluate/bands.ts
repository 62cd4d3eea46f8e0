import { Random } from '../base/index.ts';
import {
  type BootstrapInput,
  percentiles,
  type Sorted,
  sortRows,
  unitsToDraw,
} from './bootstrap.ts';

/** A curve's middle 95 % over draws of the rows, at fixed places along x. */
export interface Band {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** What was drawn, in words; says so when the band is too narrow. */
  readonly method: string;
}

/** Bands of both curves. */
export interface CurveBands {
  /** True-positive rate at each false-positive rate. */
  readonly roc: Band;
  /** Precision at each recall. */
  readonly pr: Band;
}

const PLACES = 60;

/** Places along the false-positive axis: dense near 0, where a detector works. */
const rates = (): number[] => Array.from({ length: PLACES + 1 }, (_, i) => (i / PLACES) ** 3);
/** Places along the recall axis; at recall 0 precision is not defined. */
const recalls = (): number[] => Array.from({ length: PLACES }, (_, i) => (i + 1) / PLACES);

/**
 * One draw's curves at the places: the best true-positive rate within each false-positive rate, and
 * the precision where each recall is first reached.
 */
function drawCurves(
  { units, truth, ends }: Sorted,
  weights: Int32Array,
  out: { readonly tpr: Float64Array; readonly precision: Float64Array },
  places: { readonly fpr: readonly number[]; readonly recall: readonly number[] },
): void {
  let positives = 0;
  let all = 0;
  for (let i = 0; i < units.length; i++) {
    const weight = weights[units[i]!]!;
    all += weight;
    positives += weight * truth[i]!;
  }
  const negatives = all - positives;
  out.tpr.fill(positives > 0 && negatives > 0 ? 1 : Number.NaN);
  out.precision.fill(Number.NaN);
  if (positives === 0 || negatives === 0) return;
  let tp = 0;
  let fp = 0;
  let i = 0;
  let f = 0;
  let r = 0;
  for (let run = 0; run < ends.length; run++) {
    const before = tp / positives;
    for (; i < ends[run]!; i++) {
      const weight = weights[units[i]!]!;
      const hit = weight * truth[i]!;
      tp += hit;
      fp += weight - hit;
    }
    while (f < places.fpr.length && fp / negatives > places.fpr[f]!) out.tpr[f++] = before;
    while (r < places.recall.length && tp / positives >= places.recall[r]! - 1e-12) {
      out.precision[r++] = tp / (tp + fp);
    }
  }
}

/**
 * 95 % bands of the ROC and precision-recall curves by percentile bootstrap (Efron 1979) of whole
 * groups, or of rows where groups are too few (see {@link bootstrapRanking}). Point by point: a band
 * covers each place with 95 %, not the whole curve at once.
 */
export function curveBands(input: BootstrapInput): CurveBands {
  const { replicates } = input;
  const { unit, units, method } = unitsToDraw(input);
  const sorted = sortRows(input, unit);
  const random = new Random(input.seed).fork('bands');
  const places = { fpr: rates(), recall: recalls() };
  const tpr = places.fpr.map(() => new Float64Array(replicates));
  const precision = places.recall.map(() => new Float64Array(replicates));
  const out = {
    tpr: new Float64Array(places.fpr.length),
    precision: new Float64Array(places.recall.length),
  };
  const weights = new Int32Array(units);
  for (let draw = 0; draw < replicates; draw++) {
    weights.fill(0);
    for (let i = 0; i < units; i++) weights[random.int(units)]! += 1;
    drawCurves(sorted, weights, out, places);
    tpr.forEach((values, place) => {
      values[draw] = out.tpr[place]!;
    });
    precision.forEach((values, place) => {
      values[draw] = out.precision[place]!;
    });
  }
  const band = (x: readonly number[], values: readonly Float64Array[]): Band => {
    const bounds = values.map((one) => percentiles(one, method));
    const kept = x.map((_, place) => place).filter((place) => !Number.isNaN(bounds[place]!.low));
    return {
      x: kept.map((place) => x[place]!),
      low: kept.map((place) => bounds[place]!.low),
      high: kept.map((place) => bounds[place]!.high),
      method,
    };
  };
  return { roc: band(places.fpr, tpr), pr: band(places.recall, precision) };
}

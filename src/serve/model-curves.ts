import { wilson } from '../base/index.ts';
import {
  expectedCalibrationError,
  type ModelFile,
  type StoredBin,
  type StoredCurve,
} from '../models/index.ts';
import type { ModelCurve, ModelDetail } from './wire.ts';

type Json = Readonly<Record<string, unknown>>;
type Point = ModelCurve['points'][number];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A figure of an evaluation: a number, or `{ value }`; else null. */
function figure(value: unknown): number | null {
  const inner = isObject(value) ? value['value'] : value;
  return typeof inner === 'number' && Number.isFinite(inner) ? inner : null;
}

const list = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** What the evaluation in the file says, a set of rows each. */
export function curvesOf(file: ModelFile): ModelDetail['curves'] {
  return file.curves ? file.curves.sets.map(wholeCurve) : fewPoints(file);
}

/** A share with its bounds; nulls without rows. */
function shareOf(
  hits: number,
  rows: number,
): { value: number | null; low: number | null; high: number | null } {
  if (rows === 0) return { value: null, low: null, high: null };
  const { low, high } = wilson(hits, rows);
  return { value: hits / rows, low, high };
}

function wholeCurve(curve: StoredCurve): ModelCurve {
  const { rows, positives, negatives, error, bins } = curve;
  const points = curve.thresholds.map((threshold, at): Point => {
    const [hits, misses] = [curve.truePositives[at]!, curve.falsePositives[at]!];
    const [recall, wrong] = [shareOf(hits, positives), shareOf(misses, negatives)];
    return {
      threshold,
      ...{ recall: recall.value, recallLow: recall.low, recallHigh: recall.high },
      precision: shareOf(hits, hits + misses).value,
      ...{ falsePositiveRate: wrong.value, falsePositiveRateHigh: wrong.high },
    };
  });
  return {
    ...{ rows, positives, negatives, error },
    // Stored by falling threshold; at one score the vertex with its rows comes first now.
    points: points.reverse(),
    reliability: bins.flatMap(reliabilityPoint),
    calibrationError: figure(expectedCalibrationError(bins.map(withShare))),
  };
}

const withShare = (bin: StoredBin) => ({
  ...bin,
  positiveShare: bin.rows > 0 ? bin.positives / bin.rows : null,
});

function reliabilityPoint({ from, to, rows, positives, meanScore }: StoredBin) {
  if (meanScore === null) return [];
  const { low, high } = wilson(positives, rows);
  return [{ from, to, score: meanScore, share: positives / rows, low, high, rows }];
}

/** Of files without curves: the figures at their own threshold, and at stated budgets. */
function fewPoints({ metrics, threshold }: ModelFile): ModelCurve[] {
  const none = { precision: null, recallLow: null, recallHigh: null, falsePositiveRateHigh: null };
  return list(metrics['test']).map((view) => {
    const points: Point[] = [
      {
        ...none,
        threshold: threshold.value,
        recall: figure(view['recall']),
        precision: figure(view['precision']),
        falsePositiveRate: figure(view['falsePositiveRate']),
      },
      ...list(view['recallAtFpr']).map((point) => ({
        ...none,
        threshold: figure(point['threshold']),
        recall: figure(point['recall']),
        falsePositiveRate: figure(point['budget']),
      })),
      ...list(view['fprAtRecall']).map((point) => ({
        ...none,
        threshold: null,
        recall: figure(point['recall']),
        falsePositiveRate: figure(point['fpr']),
      })),
    ];
    points.sort(
      (a, b) => (a.threshold ?? 2) - (b.threshold ?? 2) || (b.recall ?? 0) - (a.recall ?? 0),
    );
    return {
      ...{ rows: String(view['name'] ?? 'test'), points, error: null },
      ...{ positives: figure(view['positives']), negatives: figure(view['negatives']) },
      ...{ reliability: [], calibrationError: null },
    };
  });
}

/** Shares of hostile flows at which the evaluation in the file reckons. */
export function prevalencesOf({ metrics }: ModelFile): number[] {
  const last = list(metrics['test']).at(-1);
  return list(last?.['atPrevalence']).flatMap(({ prevalence }) => figure(prevalence) ?? []);
}

/** How its scores were made probabilities, or null. */
export function calibrationOf({ model }: ModelFile): string | null {
  const { method } = model.parameters;
  return model.kind === 'calibrated' && typeof method === 'string' ? method : null;
}

import type { ModelCurve, ModelDetail } from '../../../src/serve/wire.ts';

/** A point of the evaluation whose threshold is known. */
export interface KnownPoint {
  readonly threshold: number;
  readonly recall: number;
  readonly recallLow: number | null;
  readonly recallHigh: number | null;
  readonly falsePositiveRate: number | null;
  readonly falsePositiveRateHigh: number | null;
}

/**
 * A share that lies between two bounds. Of a whole curve they are those of its 95 % interval; where few
 * points are known, the points beside it.
 */
export interface Between {
  readonly about: number;
  readonly least: number;
  readonly most: number;
}

/** What a threshold would bring; null where nothing is known. */
export interface Outlook {
  readonly recall: Between | null;
  /** Share of the harmless flows of the evaluation that reach it, at most. */
  readonly falsePositiveRate: number | null;
  /** Flows of the stored traffic that reach it, a day. */
  readonly flowsPerDay: number | null;
  /** Harmless ones of them at most, were none hostile: the rate above, of all flows that are kept. */
  readonly falseFlowsPerDay: number | null;
  /** Alerts that the stored traffic would raise, in all and a day. */
  readonly alerts: number | null;
  readonly alertsPerDay: number | null;
}

/** The curve of a set of rows; of the last set, which is as live traffic has it, unless one is named. */
export const curveFor = ({ curves }: ModelDetail, rows?: string): ModelCurve | undefined =>
  rows === undefined ? curves.at(-1) : curves.find((curve) => curve.rows === rows);

/** The points whose thresholds are known, thresholds rising and recall falling. */
export function knownPoints(curve: ModelCurve | undefined): KnownPoint[] {
  const points = (curve?.points ?? []).flatMap(({ threshold, recall, ...rest }) =>
    threshold === null || recall === null ? [] : [{ threshold, recall, ...rest }],
  );
  if (curve?.error !== null) return points;
  // A file may tell the same threshold twice: of few points the better is enough.
  return points.filter(({ threshold }, at) => threshold !== points[at - 1]?.threshold);
}

const nothing = { recallLow: null, recallHigh: null, falsePositiveRateHigh: null };
/** Thresholds at which every flow, and none, is flagged. */
const ALL: KnownPoint = { threshold: 0, recall: 1, falsePositiveRate: 1, ...nothing };
const NONE: KnownPoint = { threshold: 1.01, recall: 0, falsePositiveRate: 0, ...nothing };

/** The points beside a threshold, and how far it lies on the way from the lower to the upper. */
function beside(points: readonly KnownPoint[], threshold: number) {
  const same = points.find((point) => point.threshold === threshold);
  if (same) return { below: same, above: same, way: 0 };
  const below = points.findLast((point) => point.threshold < threshold) ?? ALL;
  const above = points.find((point) => point.threshold > threshold) ?? NONE;
  const way = (threshold - below.threshold) / (above.threshold - below.threshold);
  return { below, above, way: Math.min(1, Math.max(0, way)) };
}

/** Of few points, between which lies a guess. */
function guessedRecall(points: readonly KnownPoint[], threshold: number): Between {
  const { below, above, way } = beside(points, threshold);
  const about = below.recall + way * (above.recall - below.recall);
  return { about, least: above.recall, most: below.recall };
}

/** A whole curve: below its lowest score all is flagged, above its highest nothing. */
function ends(points: readonly KnownPoint[], threshold: number): ReturnType<typeof beside> {
  const [first, last] = [points[0]!, points.at(-1)!];
  if (threshold < first.threshold) return { below: first, above: first, way: 0 };
  if (threshold > last.threshold) return { below: last, above: last, way: 0 };
  return beside(points, threshold);
}

function curveOutlook(
  curve: ModelCurve | undefined,
): (threshold: number) => Pick<Outlook, 'recall' | 'falsePositiveRate'> {
  const points = knownPoints(curve);
  if (!curve || points.length === 0) return () => ({ recall: null, falsePositiveRate: null });
  if (curve.error === null) {
    return (threshold) => ({
      recall: guessedRecall(points, threshold),
      falsePositiveRate:
        points.findLast((point) => point.threshold <= threshold)?.falsePositiveRate ?? null,
    });
  }
  return (threshold) => {
    const { below, above, way } = ends(points, threshold);
    const line = (of: (point: KnownPoint) => number | null): number =>
      (of(below) ?? 0) + way * ((of(above) ?? 0) - (of(below) ?? 0));
    return {
      recall: {
        about: line(({ recall }) => recall),
        least: line(({ recallLow, recall }) => recallLow ?? recall),
        most: line(({ recallHigh, recall }) => recallHigh ?? recall),
      },
      falsePositiveRate:
        curve.negatives === 0 ? null : line(({ falsePositiveRateHigh: high }) => high),
    };
  };
}

/** What a threshold would bring, from the model's evaluation and the stored traffic. */
export function outlookOf(detail: ModelDetail, rows?: string): (threshold: number) => Outlook {
  const ofCurve = curveOutlook(curveFor(detail, rows));
  const { points } = detail.traffic;
  const { kept, days } = detail.traffic;
  const isKnown = points.some(({ alerts }) => alerts !== null);
  return (threshold) => {
    const reached = points.find((point) => point.threshold >= threshold);
    const above = isKnown ? 0 : null;
    const found = ofCurve(threshold);
    const rate = found.falsePositiveRate;
    return {
      ...found,
      falseFlowsPerDay: rate === null || kept === 0 ? null : (rate * kept) / days,
      flowsPerDay: points.length === 0 ? null : (reached?.flowsPerDay ?? 0),
      alerts: reached ? reached.alerts : above,
      alertsPerDay: reached ? reached.alertsPerDay : above,
    };
  };
}

import type { ModelDetail } from '../../../src/serve/wire.ts';

/** A point of the evaluation whose threshold is known. */
export interface KnownPoint {
  readonly threshold: number;
  readonly recall: number;
  readonly falsePositiveRate: number | null;
}

/** A share that lies between two bounds; `about` lies on the line between the points beside it. */
export interface Between {
  readonly about: number;
  readonly least: number;
  readonly most: number;
}

/** What a threshold would bring; null where nothing is known. */
export interface Outlook {
  readonly recall: Between | null;
  /** At most so many of the harmless flows. */
  readonly falsePositiveRate: number | null;
  readonly perDay: number | null;
}

/** Names of the sets of rows that the model was evaluated on. */
export const rowSets = ({ curve }: ModelDetail): string[] => [
  ...new Set(curve.map(({ rows }) => rows)),
];

/** The points of a set of rows whose thresholds are known, thresholds rising and recall falling. */
export function knownPoints({ curve }: ModelDetail, rows: string | undefined): KnownPoint[] {
  const points = curve.flatMap(({ rows: of, threshold, recall, falsePositiveRate }) =>
    of !== rows || threshold === null || recall === null
      ? []
      : [{ threshold, recall, falsePositiveRate }],
  );
  points.sort((a, b) => a.threshold - b.threshold || b.recall - a.recall);
  return points.filter(({ threshold }, at) => threshold !== points[at - 1]?.threshold);
}

/** Thresholds at which every flow, and none, is flagged. */
const ALL: KnownPoint = { threshold: 0, recall: 1, falsePositiveRate: 1 };
const NONE: KnownPoint = { threshold: 1.01, recall: 0, falsePositiveRate: 0 };

function recallAt(points: readonly KnownPoint[], threshold: number): Between {
  const below = points.findLast((point) => point.threshold <= threshold) ?? ALL;
  if (below.threshold === threshold) {
    return { about: below.recall, least: below.recall, most: below.recall };
  }
  const above = points.find((point) => point.threshold > threshold) ?? NONE;
  const way = (threshold - below.threshold) / (above.threshold - below.threshold);
  const about = below.recall + Math.min(1, Math.max(0, way)) * (above.recall - below.recall);
  return { about, least: above.recall, most: below.recall };
}

/** What a threshold would bring, from the model's evaluation and the stored traffic. */
export function outlookOf(
  detail: ModelDetail,
  rows: string | undefined,
): (threshold: number) => Outlook {
  const points = knownPoints(detail, rows);
  const traffic = [...detail.traffic.points].sort((a, b) => a.threshold - b.threshold);
  const top = traffic.at(-1);
  return (threshold) => {
    const reached = traffic.find((point) => point.threshold >= threshold);
    const below = points.findLast((point) => point.threshold <= threshold);
    return {
      recall: points.length === 0 ? null : recallAt(points, threshold),
      falsePositiveRate: below?.falsePositiveRate ?? null,
      perDay: top === undefined ? null : (reached?.flowsPerDay ?? 0),
    };
  };
}

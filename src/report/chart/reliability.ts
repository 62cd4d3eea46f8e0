import type { LineChart, MarkedPoint } from './chart.ts';

/** Rows whose scores lie in one range. */
export interface ReliabilityPoint {
  /** Mean score of the rows. */
  readonly score: number;
  /** Share of them that was hostile, with the bounds of its 95 % interval. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/** A reliability diagram: points by rising score, and what is to be said and marked. */
export interface ReliabilityInput {
  readonly points: readonly ReliabilityPoint[];
  /** In the title: `0.0036`. */
  readonly calibrationError: string;
  /** Rows of a point, as text. */
  readonly countText: (rows: number) => string;
  readonly marks?: readonly MarkedPoint[];
}

/** Stated against seen: a point a range of scores, each with Wilson's interval and its rows. */
export function reliabilityDiagram(input: ReliabilityInput): LineChart {
  const { points, calibrationError, countText, marks = [] } = input;
  const rows = points.map((point) => countText(point.rows)).join(', ');
  return {
    kind: 'lines',
    title: `Reliability (calibration error ${calibrationError})`,
    note: `On the dashed line a score of 0.8 is right eight times in ten. Rows a dot, from the left: ${rows}`,
    x: { title: 'mean score of a bin', format: 'share', domain: [0, 1] },
    y: { title: 'share that is hostile', format: 'share', domain: [0, 1] },
    diagonal: true,
    lines: [
      {
        name: 'model, with 95 % interval (Wilson)',
        x: points.map(({ score }) => score),
        y: points.map(({ share }) => share),
        low: points.map(({ low }) => low),
        high: points.map(({ high }) => high),
        dots: true,
      },
    ],
    ...(marks.length > 0 ? { points: marks } : {}),
  };
}

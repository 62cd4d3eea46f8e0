import type { BarChart, LineChart, MarkedPoint } from '../../../src/report/chart/chart.ts';
import type { ModelDetail } from '../../../src/serve/wire.ts';
import { knownPoints, outlookOf, rowSets } from './outlook.ts';

/** A threshold with its name. */
export interface Mark {
  readonly label: string;
  readonly threshold: number;
}

/** Recall by threshold, with the thresholds that matter marked. */
export function thresholdChart(
  detail: ModelDetail,
  rows: string | undefined,
  marks: readonly Mark[],
): LineChart {
  const known = knownPoints(detail, rows);
  const outlook = outlookOf(detail, rows);
  const points: MarkedPoint[] = marks.flatMap(({ label, threshold }) => {
    const { recall } = outlook(threshold);
    return recall === null ? [] : [{ x: threshold, y: recall.about, label }];
  });
  return {
    kind: 'lines',
    title: 'Recall by threshold',
    note: 'Dots are known from the evaluation in the model file; between them lies a guess.',
    lines: [
      {
        name: 'recall',
        x: known.map(({ threshold }) => threshold),
        y: known.map(({ recall }) => recall),
        dots: true,
      },
    ],
    x: { title: 'Threshold', domain: [0, 1] },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    points,
  };
}

/** Flagged flows a day against recall: what the slider moves along. */
export function tradeChart(
  detail: ModelDetail,
  rows: string | undefined,
  marks: readonly Mark[],
): LineChart {
  const outlook = outlookOf(detail, rows);
  const at = (threshold: number): { x: number; y: number; low: number; high: number }[] => {
    const { recall, perDay } = outlook(threshold);
    if (recall === null || perDay === null) return [];
    return [{ x: perDay, y: recall.about, low: recall.least, high: recall.most }];
  };
  const known = detail.traffic.points
    .flatMap(({ threshold }) => at(threshold))
    .filter(({ x }) => x > 0)
    .sort((a, b) => a.x - b.x || a.y - b.y);
  return {
    kind: 'lines',
    title: 'Flagged flows a day against recall',
    note: 'Flows a day of the stored traffic; recall of the model’s evaluation, with its bounds.',
    lines: [
      {
        name: 'thresholds',
        x: known.map(({ x }) => x),
        y: known.map(({ y }) => y),
        low: known.map(({ low }) => low),
        high: known.map(({ high }) => high),
      },
    ],
    x: { title: 'Flagged flows a day, logarithmic', format: 'number', log: true },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    points: marks.flatMap(({ label, threshold }) =>
      // A logarithmic axis has no zero.
      at(threshold).map(({ x, y }) => ({ x: x || (known[0]?.x ?? 1), y, label })),
    ),
  };
}

/** Recall against false alarms, a line for each set of rows that the model was evaluated on. */
export function rocChart(detail: ModelDetail): LineChart {
  const lines = rowSets(detail).map((rows) => {
    const known = detail.curve
      .filter((point) => point.rows === rows)
      .flatMap(({ recall, falsePositiveRate }) =>
        recall === null || falsePositiveRate === null ? [] : [{ x: falsePositiveRate, y: recall }],
      )
      .sort((a, b) => a.x - b.x || a.y - b.y);
    return { name: rows, x: known.map(({ x }) => x), y: known.map(({ y }) => y), dots: true };
  });
  const most = Math.max(1e-4, ...lines.flatMap(({ x }) => x));
  return {
    kind: 'lines',
    title: 'Recall against false alarms',
    note: 'The points that the evaluation in the model file tells.',
    lines,
    x: { title: 'False positive rate', format: 'share', domain: [0, most] },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
  };
}

/** Score said against share found. */
export function reliabilityChart({ reliability }: ModelDetail): LineChart {
  return {
    kind: 'lines',
    title: 'Reliability: score said against share found',
    note: 'On the dashed line a score of 0.8 is right eight times in ten.',
    lines: [
      {
        name: 'model',
        x: reliability.map(({ score }) => score),
        y: reliability.map(({ share }) => share),
        dots: true,
      },
    ],
    x: { title: 'Score', format: 'share', domain: [0, 1] },
    y: { title: 'Share that was an attack', format: 'share', domain: [0, 1] },
    diagonal: true,
  };
}

/** What analysts made of its alerts. */
export function verdictChart({ verdicts }: ModelDetail): BarChart {
  return {
    kind: 'bars',
    title: 'What analysts made of its alerts',
    bars: verdicts.map(({ verdict, count }) => ({ label: verdict, value: count })),
    value: { title: 'Alerts', format: 'count', whole: true },
  };
}

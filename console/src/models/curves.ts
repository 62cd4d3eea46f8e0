import type { BarChart, LineChart, MarkedPoint } from '../../../src/report/chart/chart.ts';
import type { ModelDetail } from '../../../src/serve/wire.ts';

type CurvePoint = ModelDetail['curve'][number];
type TrafficPoint = ModelDetail['traffic']['points'][number];

/** What a threshold would bring; null where nothing is known. */
export interface Outlook {
  readonly recall: number | null;
  readonly precision: number | null;
  readonly falsePositiveRate: number | null;
  readonly perDay: number | null;
}

/** The last point whose threshold is not above `threshold`; thresholds rise. */
function pointAt<Point extends { readonly threshold: number }>(
  points: readonly Point[],
  threshold: number,
): Point | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.threshold <= threshold) low = middle + 1;
    else high = middle;
  }
  return points[low - 1] ?? points[0];
}

const rising = <Point extends { readonly threshold: number }>(points: readonly Point[]): Point[] =>
  [...points].sort((a, b) => a.threshold - b.threshold);

/** What a threshold would bring, from the model's evaluation and the stored traffic. */
export function outlookOf(detail: ModelDetail): (threshold: number) => Outlook {
  const curve: CurvePoint[] = rising(detail.curve);
  const traffic: TrafficPoint[] = rising(detail.traffic.points);
  return (threshold) => {
    const at = pointAt(curve, threshold);
    return {
      recall: at?.recall ?? null,
      precision: at?.precision ?? null,
      falsePositiveRate: at?.falsePositiveRate ?? null,
      perDay: pointAt(traffic, threshold)?.flowsPerDay ?? null,
    };
  };
}

/** Recall and precision by threshold, with the thresholds that matter marked. */
export function thresholdChart(
  detail: ModelDetail,
  marks: readonly { readonly label: string; readonly threshold: number }[],
): LineChart {
  const curve = rising(detail.curve);
  const line = (name: string, field: 'recall' | 'precision'): LineChart['lines'][number] => {
    const known = curve.filter((point) => point[field] !== null);
    return { name, x: known.map(({ threshold }) => threshold), y: known.map((p) => p[field]!) };
  };
  const outlook = outlookOf(detail);
  const points: MarkedPoint[] = marks.flatMap(({ label, threshold }) => {
    const { recall } = outlook(threshold);
    return recall === null ? [] : [{ x: threshold, y: recall, label }];
  });
  return {
    kind: 'lines',
    title: 'Recall and precision by threshold',
    note: 'From the evaluation in the model file, on rows it was not trained on.',
    lines: [line('recall', 'recall'), line('precision', 'precision')],
    x: { title: 'Threshold', domain: [0, 1] },
    y: { title: 'Share', format: 'share', domain: [0, 1] },
    points,
  };
}

/** Alerts a day against recall: what the slider moves along. */
export function tradeChart(detail: ModelDetail, marks: readonly MarkedPoint[]): LineChart {
  const outlook = outlookOf(detail);
  const known = rising(detail.traffic.points)
    .map(({ threshold, flowsPerDay }) => ({ x: flowsPerDay, y: outlook(threshold).recall }))
    .filter((point): point is { x: number; y: number } => point.y !== null)
    .reverse();
  return {
    kind: 'lines',
    title: 'Flagged flows a day against recall',
    note: `Flows a day of the stored traffic; recall of the model’s evaluation.`,
    lines: [{ name: 'thresholds', x: known.map(({ x }) => x), y: known.map(({ y }) => y) }],
    x: { title: 'Flagged flows a day', format: 'count' },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    points: marks,
  };
}

/** Receiver operating characteristic, as far as the file holds it. */
export function rocChart(detail: ModelDetail): LineChart {
  const known = detail.curve
    .filter(({ recall, falsePositiveRate }) => recall !== null && falsePositiveRate !== null)
    .map(({ recall, falsePositiveRate }) => ({ x: falsePositiveRate!, y: recall! }))
    .sort((a, b) => a.x - b.x || a.y - b.y);
  return {
    kind: 'lines',
    title: 'Recall against false alarms',
    lines: [{ name: 'model', x: known.map(({ x }) => x), y: known.map(({ y }) => y) }],
    x: { title: 'False positive rate', format: 'share', domain: [0, 1] },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    diagonal: true,
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

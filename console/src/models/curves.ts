import type { BarChart, LineChart, MarkedPoint } from '../../../src/report/chart/chart.ts';
import { reliabilityDiagram } from '../../../src/report/chart/reliability.ts';
import type { ModelCurve, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { countText, plural } from '../parts/words.ts';
import { curveFor, knownPoints, type Outlook, outlookOf } from './outlook.ts';

/** A threshold with its name. */
export interface Mark {
  readonly label: string;
  readonly threshold: number;
}

/** Few points, of a file that holds no curve. */
const FEW = 'Dots are known from the evaluation in the model file; between them lies a guess.';

/** Which rows a curve is of. */
function rowsNote({ rows, positives, negatives }: ModelCurve): string {
  if (positives === null || negatives === null) return rows;
  const all = countText(positives + negatives);
  return `${rows}: ${countText(positives)} hostile of ${all} flows of the evaluation`;
}

/** Recall by threshold, with the thresholds that matter marked. */
export function thresholdChart(
  detail: ModelDetail,
  rows: string | undefined,
  marks: readonly Mark[],
): LineChart {
  const curve = curveFor(detail, rows);
  const known = knownPoints(curve);
  const outlook = outlookOf(detail, rows);
  const whole = curve !== undefined && curve.error !== null;
  const points: MarkedPoint[] = marks.flatMap(({ label, threshold }) => {
    const { recall } = outlook(threshold);
    return recall === null ? [] : [{ x: threshold, y: recall.about, label }];
  });
  // To the ends of the scale, where all is flagged and nothing.
  const ends = whole && known.length > 0 ? [0, ...known.map((each) => each.threshold), 1] : [];
  const told = (of: (outlook: Outlook) => number): number[] => [
    of(outlook(0)),
    ...known.map(({ threshold, recall, recallLow, recallHigh }) =>
      of({
        ...outlook(threshold),
        recall: { about: recall, least: recallLow ?? recall, most: recallHigh ?? recall },
      }),
    ),
    of(outlook(1)),
  ];
  return {
    kind: 'lines',
    title: 'Recall by threshold',
    note: whole ? `${rowsNote(curve)}; band: 95 % interval (Wilson)` : FEW,
    lines: [
      whole
        ? {
            name: 'recall',
            x: ends,
            y: told(({ recall }) => recall!.about),
            low: told(({ recall }) => recall!.least),
            high: told(({ recall }) => recall!.most),
          }
        : {
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

/** Alerts a day against recall: what the slider moves along. Undefined where no alerts are known. */
export function tradeChart(
  detail: ModelDetail,
  rows: string | undefined,
  marks: readonly Mark[],
): LineChart | undefined {
  const outlook = outlookOf(detail, rows);
  const at = (threshold: number) => {
    const { recall, alertsPerDay } = outlook(threshold);
    if (recall === null || alertsPerDay === null) return [];
    return [{ x: alertsPerDay, y: recall.about, low: recall.least, high: recall.most }];
  };
  const known = detail.traffic.points.flatMap(({ threshold }) => at(threshold));
  if (known.length === 0) return undefined;
  const most = Math.max(...known.map(({ x }) => x), 1);
  return {
    kind: 'lines',
    title: 'Alerts a day against recall',
    note: 'Each dot a threshold: alerts that the stored traffic would raise, recall of the model’s evaluation.',
    lines: [
      {
        name: 'thresholds',
        x: known.map(({ x }) => x),
        y: known.map(({ y }) => y),
        dotsOnly: true,
      },
    ],
    x: { title: 'Alerts a day', format: 'number', domain: [0, most * 1.05] },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    points: marks.flatMap(({ label, threshold }) =>
      at(threshold).map(({ x, y }) => ({ x, y, label })),
    ),
  };
}

/**
 * Alerts a day by threshold: lower ones flag more flows, and ask for more of them before a host is
 * accused. Undefined where no alerts are known.
 */
export function alertsChart(detail: ModelDetail, marks: readonly Mark[]): LineChart | undefined {
  const known = detail.traffic.points.flatMap(({ threshold, alertsPerDay }) =>
    alertsPerDay === null ? [] : [{ x: threshold, y: alertsPerDay }],
  );
  if (known.length === 0) return undefined;
  const outlook = outlookOf(detail);
  const most = Math.max(...known.map(({ y }) => y), 1);
  const { flows, origins } = detail.traffic;
  return {
    kind: 'lines',
    title: 'Alerts a day by threshold',
    note: `${countText(flows)} stored flows of ${plural(origins, 'capture')}, by the rule that makes alerts`,
    lines: [
      { name: 'alerts a day', x: known.map(({ x }) => x), y: known.map(({ y }) => y), steps: true },
    ],
    x: { title: 'Threshold', domain: [0, 1] },
    y: { title: 'Alerts a day', format: 'number', domain: [0, most * 1.05] },
    points: marks.map(({ label, threshold }) => ({
      ...{ x: threshold, y: outlook(threshold).alertsPerDay ?? 0, label },
    })),
  };
}

/** Recall against false alarms, a line for each set of rows that the model was evaluated on. */
export function rocChart({ curves, model }: ModelDetail, marks: readonly MarkedPoint[]): LineChart {
  const lines = curves.map(({ rows, points, error }) => {
    const known = points.flatMap(({ recall, falsePositiveRate }) =>
      recall === null || falsePositiveRate === null ? [] : [{ x: falsePositiveRate, y: recall }],
    );
    known.sort((a, b) => a.x - b.x || a.y - b.y);
    const shape = error === null ? { dots: true } : {};
    return { name: rows, x: known.map(({ x }) => x), y: known.map(({ y }) => y), ...shape };
  });
  // From a single false alarm on: a logarithmic axis has no zero, and detectors live at its left end.
  const least = Math.min(1e-2, ...lines.flatMap(({ x }) => x.filter((rate) => rate > 0)));
  return {
    kind: 'lines',
    title: 'Recall against false alarms',
    note: curves.some(({ error }) => error === null)
      ? 'The points that the evaluation in the model file tells.'
      : `From the curve in the file of ${model.name}.`,
    lines,
    x: { title: 'False-positive rate (log scale)', log: true, domain: [least, 1] },
    y: { title: 'Recall', format: 'share', domain: [0, 1] },
    points: marks.filter(({ x }) => x >= least),
  };
}

/** Where the model's threshold lies on its curves. */
export function inForce(detail: ModelDetail): MarkedPoint[] {
  const { threshold } = detail.model;
  const point = curveFor(detail)?.points.findLast(
    ({ threshold: at }) => at !== null && at <= threshold,
  );
  if (point?.recall == null || point.falsePositiveRate === null) return [];
  return [
    { x: point.falsePositiveRate, y: point.recall, label: `threshold ${threshold.toFixed(3)}` },
  ];
}

/** Score said against share found: the diagram of reports. Undefined where the file holds none. */
export function reliabilityChart(
  curve: ModelCurve | undefined,
  marks: readonly MarkedPoint[] = [],
): LineChart | undefined {
  if (!curve || curve.reliability.length === 0) return undefined;
  return reliabilityDiagram({
    points: curve.reliability,
    calibrationError:
      curve.calibrationError === null ? 'not known' : numberText(curve.calibrationError),
    countText,
    marks,
  });
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

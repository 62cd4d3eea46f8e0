import type {
  BinaryReport,
  ClassReport,
  CurvePoint,
  Evaluation,
  LeakVerdict,
} from '../evaluate/index.ts';
import { leakText, measureText, prevalenceRows, viewRows } from '../evaluate/index.ts';
import { isoTime } from '../table/index.ts';
import type { BarChart, Chart, Line, LineChart, MatrixChart } from './chart/index.ts';
import type { Block, Page, Section } from './page.ts';

/** Classes drawn in one picture of one-against-rest curves. */
const MOST_CLASSES = 12;

const xs = (points: readonly CurvePoint[]): number[] => points.map(({ x }) => x);
const ys = (points: readonly CurvePoint[]): number[] => points.map(({ y }) => y);

/** Value of a curve at the places of its band, so that both are drawn as one line. */
function banded(
  name: string,
  points: readonly CurvePoint[],
  view: BinaryReport,
  of: 'roc' | 'pr',
): Line[] {
  const line: Line = { name, x: xs(points), y: ys(points) };
  const band = view.bands?.[of];
  if (!band) return [line];
  const middle = band.low.map((low, i) => (low + band.high[i]!) / 2);
  return [
    line,
    { name: `95 % band (${band.method})`, x: band.x, y: middle, low: band.low, high: band.high },
  ];
}

/** The point of a curve that the threshold in use gives. */
function inUse(view: BinaryReport, threshold: number, of: 'roc' | 'pr'): LineChart['points'] {
  const recall = view.recall.value;
  const rate = view.falsePositiveRate.value;
  const precision = view.precision.value;
  const label = `threshold ${Number(threshold.toPrecision(3))}`;
  if (of === 'roc' && recall !== null && rate !== null) return [{ x: rate, y: recall, label }];
  if (of === 'pr' && recall !== null && precision !== null) {
    return [{ x: recall, y: precision, label }];
  }
  return [];
}

const RECALL = { title: 'recall', format: 'share', domain: [0, 1] } as const;
const RATE = { title: 'false-positive rate', format: 'share', domain: [0, 1] } as const;
const PRECISION = { title: 'precision', format: 'share', domain: [0, 1] } as const;

/** Curves of one view of the rows, each with the threshold in use. */
export function viewCharts(view: BinaryReport, threshold: number): Chart[] {
  const note = `${view.name}: ${view.positives} hostile of ${view.rows} rows`;
  const points = (of: 'roc' | 'pr') => inUse(view, threshold, of) ?? [];
  const bins = view.reliability.filter(({ rows }) => rows > 0);
  const charts: Chart[] = [
    {
      kind: 'lines',
      title: 'Receiver operating characteristic',
      note,
      x: RATE,
      y: RECALL,
      diagonal: true,
      lines: banded('model', view.roc, view, 'roc'),
      points: points('roc'),
    },
    {
      kind: 'lines',
      title: 'Precision and recall',
      note,
      x: RECALL,
      y: PRECISION,
      lines: banded('model', view.pr, view, 'pr'),
      points: points('pr'),
    },
    {
      kind: 'lines',
      title: `Reliability (calibration error ${measureText(view.expectedCalibrationError)})`,
      note: 'On the dashed line a score of 0.8 is right eight times in ten',
      x: { title: 'mean score', format: 'share', domain: [0, 1] },
      y: { title: 'share that is hostile', format: 'share', domain: [0, 1] },
      diagonal: true,
      lines: [
        {
          name: 'model',
          x: bins.map(({ meanScore }) => meanScore ?? 0),
          y: bins.map(({ positiveShare }) => positiveShare ?? 0),
          dots: true,
        },
      ],
    },
  ];
  return [...charts, ...budgetCharts(view, note)];
}

function budgetCharts(
  { budget, cost, alertsPerHour, recall }: BinaryReport,
  note: string,
): Chart[] {
  const charts: Chart[] = [];
  const paid = budget.filter((point) => point.alertsPerHour > 0);
  if (paid.length > 1) {
    const rate = alertsPerHour.value;
    charts.push({
      kind: 'lines',
      title: 'What a budget of alerts finds',
      note: `${note}; flows above the threshold an hour, before any grouping into alerts`,
      x: { title: 'flows above the threshold an hour (log scale)', format: 'count', log: true },
      y: { title: 'share', format: 'share', domain: [0, 1] },
      lines: [
        { name: 'recall', x: paid.map((p) => p.alertsPerHour), y: paid.map((p) => p.recall) },
        {
          name: 'precision',
          x: paid.map((p) => p.alertsPerHour),
          y: paid.map((p) => p.precision ?? 0),
        },
      ],
      points:
        rate !== null && rate > 0 && recall.value !== null
          ? [{ x: rate, y: recall.value, label: 'in use' }]
          : [],
    });
  }
  if (cost.length > 0) {
    charts.push({
      kind: 'lines',
      title: 'Relative cost',
      note: '1 is no better than to alert on all flows or on none; at the first stated prevalence',
      x: {
        title: 'cost of a missed attack over a false alert (log scale)',
        format: 'count',
        log: true,
      },
      y: {
        title: 'relative cost',
        format: 'number',
        domain: [0, Math.max(1, ...cost.map((c) => Math.min(2, c.used)))],
      },
      lines: [
        { name: 'best threshold', x: cost.map((c) => c.costRatio), y: cost.map((c) => c.best) },
        {
          name: 'threshold in use',
          x: cost.map((c) => c.costRatio),
          y: cost.map((c) => Math.min(2, c.used)),
        },
      ],
    });
  }
  return charts;
}

/** Confusion of the classes, counts or shares of the true class. */
export function confusionChart({ byClass, classes }: Evaluation, shares: boolean): MatrixChart {
  const sums = byClass.confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = byClass.confusion.map((row, i) =>
    row.map((count) => (sums[i]! > 0 ? count / sums[i]! : 0)),
  );
  return {
    kind: 'matrix',
    title: shares ? 'Confusion, share of each true class' : 'Confusion, rows',
    note: byClass.rule,
    rows: classes,
    columns: classes,
    values: (shares ? share : byClass.confusion).flat(),
    shades: share.flat(),
    rowTitle: 'true class',
    columnTitle: 'told class',
    format: shares ? 'share' : 'count',
  };
}

function classCharts(evaluation: Evaluation): Chart[] {
  const { byClass } = evaluation;
  const drawn = byClass.perClass.filter(({ roc }) => roc.length > 0).slice(0, MOST_CLASSES);
  const curves = (of: 'roc' | 'pr'): Line[] =>
    drawn.map((one: ClassReport) => ({ name: one.name, x: xs(one[of]), y: ys(one[of]) }));
  const recalls: BarChart = {
    kind: 'bars',
    title: 'Recall by class',
    note: 'with Wilson’s 95 % interval',
    value: { title: 'recall', format: 'share', domain: [0, 1] },
    bars: byClass.perClass.map(({ name, recall, support }) => ({
      label: `${name} (${support})`,
      value: recall.value,
      ...(recall.interval ? { low: recall.interval.low, high: recall.interval.high } : {}),
    })),
  };
  const charts: Chart[] = [
    confusionChart(evaluation, false),
    confusionChart(evaluation, true),
    recalls,
  ];
  if (drawn.length === 0) return charts;
  return [
    ...charts,
    {
      kind: 'lines',
      title: 'Each class against the rest: ROC',
      x: RATE,
      y: RECALL,
      diagonal: true,
      lines: curves('roc'),
    },
    {
      kind: 'lines',
      title: 'Each class against the rest: precision and recall',
      x: RECALL,
      y: PRECISION,
      lines: curves('pr'),
    },
  ];
}

const hitHead = ['rows', 'above the threshold', 'hostile', 'harmless', 'unknown'];

function hitTable(name: string, { shown, values }: Evaluation['rawLabels']): Block {
  return {
    kind: 'table',
    head: [name, ...hitHead],
    rows: shown.map((one) => [
      one.name,
      one.rows,
      one.hits,
      one.hostile,
      one.harmless,
      one.unknown,
    ]),
    caption: values > shown.length ? `The ${shown.length} most often above, of ${values}.` : '',
  };
}

function detectionBlocks({ windows, timeToDetect }: Evaluation): Block[] {
  if (!windows) return [{ kind: 'text', text: 'The rows have no times.' }];
  const rate = (value: number | null) => (value === null ? null : value);
  return [
    {
      kind: 'table',
      head: ['by window and host', ''],
      rows: [
        [`windows of ${windows.windowSeconds} s`, windows.windows],
        ['recall', rate(windows.recall)],
        ['false-positive rate', rate(windows.falsePositiveRate)],
        ['precision', rate(windows.precision)],
        ['F1', rate(windows.f1)],
      ],
      caption: 'Garcia et al. 2014: an early find of a host weighs up to twice.',
    },
    {
      kind: 'table',
      head: ['hostile host', 'seconds until found', 'hostile flows before'],
      rows: timeToDetect.map((one) => [one.host, one.seconds ?? 'never', one.rowsBefore]),
    },
  ];
}

const HEAD_OF_VIEWS = (views: readonly BinaryReport[]): string[] => [
  '',
  ...views.map(({ name }) => name),
];

/** The page of an evaluation, with the leak gate's verdict where there is one. */
export function evaluationPage(evaluation: Evaluation, leaks?: LeakVerdict): Page {
  const { data, model, views, warnings, threshold, part, baselines } = evaluation;
  const last = views.at(-1)!;
  const span =
    data.first === null || data.last === null
      ? ''
      : `, ${isoTime(data.first)} to ${isoTime(data.last)}`;
  const sections: Section[] = [
    {
      title: 'Know this first',
      blocks: [
        {
          kind: 'list',
          items: [
            ...warnings,
            `Judged: ${part}; ${data.rows} rows${span}.`,
            `Threshold ${Number(threshold.value.toPrecision(4))} (${threshold.method}).`,
            `Training treated rows of unknown label so: ${model.background}.`,
          ],
        },
        ...(leaks ? [{ kind: 'code', text: leakText(leaks) } as const] : []),
      ],
    },
    {
      title: 'Figures',
      blocks: [
        { kind: 'table', head: HEAD_OF_VIEWS(views), rows: viewRows(views) },
        {
          kind: 'table',
          head: ['prevalence of hostile flows', 'precision', 'flows above an hour'],
          rows: prevalenceRows(views),
        },
      ],
    },
    { title: 'Curves', blocks: [{ kind: 'charts', charts: viewCharts(last, threshold.value) }] },
    { title: 'Classes', blocks: [{ kind: 'charts', charts: classCharts(evaluation) }] },
    {
      title: 'Hosts and time',
      blocks: [...detectionBlocks(evaluation), hitTable(evaluation.hosts.column, evaluation.hosts)],
    },
    { title: 'Published labels', blocks: [hitTable('label', evaluation.rawLabels)] },
  ];
  if (baselines.length > 0) {
    sections.push({
      title: 'Baselines',
      blocks: [
        {
          kind: 'table',
          head: ['baseline', 'average precision', 'ROC AUC', 'with background', 'note'],
          rows: baselines.map((one) => [
            one.name,
            measureText(one.averagePrecision),
            measureText(one.rocAuc),
            measureText(one.averagePrecisionWithBackground),
            one.note,
          ]),
        },
      ],
    });
  }
  return {
    title: `How ${model.kind} did on ${data.dataset}`,
    lead: `Schema ${data.schema}; data ${data.hash.slice(0, 12)}; ${model.features.length} features.`,
    sections,
  };
}

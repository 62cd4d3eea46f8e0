import type {
  BinaryReport,
  ClassReport,
  CurvePoint,
  Evaluation,
  LeakVerdict,
} from '../evaluate/index.ts';
import {
  abstentionText,
  answersRows,
  leakText,
  measureText,
  prevalenceRows,
  viewRows,
  wilson,
} from '../evaluate/index.ts';
import type { TrainingHistory } from '../models/index.ts';
import { isoTime } from '../table/index.ts';
import {
  type BarChart,
  type Chart,
  type Line,
  type LineChart,
  type MarkedPoint,
  type MatrixChart,
  reliabilityDiagram,
} from './chart/index.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from './page.ts';
import { trainingSection } from './training-page.ts';

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
  const { x, low, high } = band;
  return [line, { name: '95 % band', x, y: low, low, high, bandOnly: true }];
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

/** Words below each chart of a view: which rows were counted. */
const noteOf = (view: BinaryReport): string =>
  `${view.name}: ${numberCell(view.positives)} hostile of ${numberCell(view.rows)} rows`;

/** The two curves of a view, ROC first, with bands and the threshold in use. */
export function rankingCharts(
  view: BinaryReport,
  threshold: number,
): readonly [LineChart, LineChart] {
  const note = (of: 'roc' | 'pr'): string => {
    const band = view.bands?.[of];
    return band ? `${noteOf(view)}; band: ${band.method}` : noteOf(view);
  };
  return [
    {
      kind: 'lines',
      title: 'Receiver operating characteristic',
      note: note('roc'),
      x: RATE,
      y: RECALL,
      diagonal: true,
      lines: banded('model', view.roc, view, 'roc'),
      points: inUse(view, threshold, 'roc') ?? [],
    },
    {
      kind: 'lines',
      title: 'Precision and recall',
      note: note('pr'),
      x: RECALL,
      y: PRECISION,
      lines: banded('model', view.pr, view, 'pr'),
      points: inUse(view, threshold, 'pr') ?? [],
    },
  ];
}

/** Curves of one view of the rows, each with the threshold in use. */
export function viewCharts(view: BinaryReport, threshold: number): Chart[] {
  const [roc, precision] = rankingCharts(view, threshold);
  return [
    roc,
    ...lowRateChart(view, roc.points ?? []),
    precision,
    reliabilityChart(view),
    ...budgetCharts(view, noteOf(view)),
  ];
}

/** The left edge of the ROC curve, where a detector lives: a log scale from a single false alert. */
function lowRateChart(view: BinaryReport, marked: readonly MarkedPoint[]): Chart[] {
  const shown = view.roc.filter(({ x }) => x > 0);
  if (shown.length < 2 || view.negatives < 100) return [];
  const least = Math.min(...shown.map(({ x }) => x));
  return [
    {
      kind: 'lines',
      title: 'The same, where few alerts are false',
      note: `left edge: ${numberCell(Math.round(least * view.negatives))} of ${numberCell(view.negatives)} harmless rows above the threshold`,
      x: { title: 'false-positive rate (log scale)', log: true, domain: [least, 1] },
      y: RECALL,
      lines: [{ name: 'model', x: xs(shown), y: ys(shown) }],
      points: marked.filter(({ x }) => x >= least),
    },
  ];
}

/** Stated against seen: ten bins of the score, each with Wilson's interval and its rows. */
export function reliabilityChart(view: BinaryReport): LineChart {
  const bins = view.reliability.filter(({ rows }) => rows > 0);
  return reliabilityDiagram({
    points: bins.map(({ rows, meanScore, positiveShare }) => ({
      ...{ rows, score: meanScore ?? 0, share: positiveShare ?? 0 },
      ...wilson(Math.round((positiveShare ?? 0) * rows), rows),
    })),
    calibrationError: measureText(view.expectedCalibrationError),
    countText: numberCell,
  });
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
      label: `${name} (${numberCell(support)} rows)`,
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
    caption:
      values > shown.length
        ? `The ${shown.length} most often above, of ${numberCell(values)}.`
        : `By ${name}.`,
  };
}

function detectionBlocks({ windows, timeToDetect }: Evaluation): Block[] {
  if (!windows) return [{ kind: 'text', text: 'The rows have no times.' }];
  return [
    {
      kind: 'table',
      head: ['by window and host', ''],
      rows: [
        [`windows of ${windows.windowSeconds} s`, windows.windows],
        ['recall', windows.recall],
        ['false-positive rate', windows.falsePositiveRate],
        ['precision', windows.precision],
        ['F1', windows.f1],
      ],
      caption: 'Garcia et al. 2014: an early find of a host weighs up to twice.',
    },
    {
      kind: 'table',
      head: ['hostile host', 'seconds until found', 'hostile flows before'],
      rows: timeToDetect.map((one): Cell[] => [one.host, one.seconds ?? 'never', one.rowsBefore]),
    },
  ];
}

/** Wrong answers against the share answered, a line a question, with the limits in use. */
export function riskChart({ answers }: Evaluation): LineChart {
  const drawn = answers.filter(({ curve }) => curve.length > 0);
  return {
    kind: 'lines',
    title: 'Risk and coverage',
    note: 'Labelled rows; answers given the surest first',
    x: { title: 'share of rows answered', format: 'share', domain: [0, 1] },
    y: { title: 'share of the answers that is wrong', format: 'share' },
    lines: drawn.map(({ question, curve }) => ({ name: question, x: xs(curve), y: ys(curve) })),
    points: drawn.flatMap(({ limited }): MarkedPoint[] => {
      const abstained = limited?.abstained.value;
      const error = limited?.error.value;
      if (typeof abstained !== 'number' || typeof error !== 'number') return [];
      return [{ x: 1 - abstained, y: error, label: 'limit in use' }];
    }),
  };
}

function answersBlocks(evaluation: Evaluation): Block[] {
  const [head, ...rows] = answersRows(evaluation);
  return [
    { kind: 'text', text: abstentionText(evaluation) },
    { kind: 'table', head: head!, rows, caption: 'Labelled rows; other figures never abstain.' },
    { kind: 'charts', charts: [riskChart(evaluation)] },
  ];
}

const HEAD_OF_VIEWS = (views: readonly BinaryReport[]): string[] => [
  '',
  ...views.map(({ name }) => name),
];

/**
 * The page of an evaluation, with the leak gate's verdict and the training of the model where there
 * are any.
 */
export function evaluationPage(
  evaluation: Evaluation,
  leaks?: LeakVerdict,
  training?: TrainingHistory,
): Page {
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
            `Judged: ${part}; ${numberCell(data.rows)} rows${span}.`,
            `Threshold ${Number(threshold.value.toPrecision(4))} (${threshold.method}).`,
            `Rows of unknown label were ${model.background === 'negative' ? 'taught as harmless' : 'left out of training'}.`,
          ],
        },
        ...(leaks ? [{ kind: 'code', text: leakText(leaks) } as const] : []),
      ],
    },
    {
      title: 'Figures',
      blocks: [
        {
          kind: 'beside',
          blocks: [
            {
              kind: 'table',
              head: HEAD_OF_VIEWS(views),
              rows: viewRows(views),
              caption: 'Brackets hold 95 % intervals: Wilson of rates, bootstrap of areas.',
            },
            {
              kind: 'table',
              head: ['share of hostile flows', 'precision', 'flows above an hour'],
              rows: prevalenceRows(views),
              caption: `Where another share is hostile, at ${numberCell(Math.round(last.flowsPerHour))} flows an hour.`,
            },
          ],
        },
      ],
    },
    { title: 'Curves', blocks: [{ kind: 'charts', charts: viewCharts(last, threshold.value) }] },
    { title: 'Answers and abstention', blocks: answersBlocks(evaluation) },
    { title: 'Classes', blocks: [{ kind: 'charts', charts: classCharts(evaluation) }] },
    {
      title: 'Hosts and time',
      blocks: [
        { kind: 'beside', blocks: detectionBlocks(evaluation) },
        hitTable(evaluation.hosts.column, evaluation.hosts),
      ],
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
  if (training) sections.push(trainingSection(training));
  return {
    title: `How ${model.kind} did on ${data.dataset}`,
    lead: `Schema ${data.schema}; data ${data.hash.slice(0, 12)}; ${model.features.length} features.`,
    sections,
  };
}

import {
  type Benchmark,
  type BenchmarkEntry,
  type BinaryReport,
  leakText,
  type Measure,
} from '../evaluate/index.ts';
import { textTable } from '../table/index.ts';
import type { Bar, BarChart, Chart, Line } from './chart/index.ts';
import { confusionChart } from './evaluation-page.ts';
import { type Cell, numberCell, type Page, type Section } from './page.ts';

/** Features shown of each model's importances. */
const FEATURES = 10;
/** A log scale pays from this ratio of the largest to the smallest on. */
const WIDE_RATIO = 30;

/** What a model is ranked by; all on the test rows, and none of them is accuracy. */
interface Figure {
  readonly title: string;
  readonly of: (entry: BenchmarkEntry) => Measure;
  /** The largest that it can be, for the axis. */
  readonly most?: number;
}

const view = ({ evaluation }: BenchmarkEntry): BinaryReport => evaluation.views.at(-1)!;

const FIGURES: readonly Figure[] = [
  {
    title: 'balanced accuracy',
    of: ({ evaluation }) => evaluation.byClass.balancedAccuracy,
    most: 1,
  },
  { title: 'macro-F1', of: ({ evaluation }) => evaluation.byClass.macroF1, most: 1 },
  { title: 'average precision', of: (entry) => view(entry).averagePrecision, most: 1 },
  { title: 'false-positive rate', of: (entry) => view(entry).falsePositiveRate },
];

const seconds = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const figure = ({ value }: Measure): string => (value === null ? '-' : value.toPrecision(4));

function parametersText({ parameters }: BenchmarkEntry): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${value === '' ? 'none' : value}`)
    .join(', ');
}

/** Best first, by average precision on all test rows; a model without one stands last. */
function ranked(entries: readonly BenchmarkEntry[]): BenchmarkEntry[] {
  const score = (entry: BenchmarkEntry): number => view(entry).averagePrecision.value ?? -1;
  return [...entries].sort((a, b) => score(b) - score(a) || (a.kind < b.kind ? -1 : 1));
}

/** The figures of one model in a line of the terminal's table. */
export function benchmarkRow(entry: BenchmarkEntry): string[] {
  const at = view(entry).atPrevalence[1] ?? view(entry).atPrevalence[0];
  return [
    entry.kind,
    ...FIGURES.map(({ of }) => figure(of(entry))),
    at ? figure(at.precision) : '-',
    seconds(entry.fitSeconds),
    numberCell(Math.round(entry.rowsPerSecond)),
    numberCell(Math.round(entry.bytes / 1024)),
    entry.interpretable ? 'yes' : 'no',
  ];
}

/** Titles of {@link benchmarkRow}. */
export function benchmarkHead(entry: BenchmarkEntry | undefined): string[] {
  const at = entry && (view(entry).atPrevalence[1] ?? view(entry).atPrevalence[0]);
  return [
    'model',
    ...FIGURES.map(({ title }) => title),
    `precision at ${at?.prevalence ?? '-'}`,
    'fit [s]',
    'rows/s',
    'size [KiB]',
    'readable',
  ];
}

/** A benchmark for the terminal, best model first, then the baselines. */
export function benchmarkText({ leaks, entries, failures }: Benchmark): string {
  const best = ranked(entries);
  const head = benchmarkHead(best[0]);
  const columns = head.map((title, index) =>
    index === 0 ? { title } : { title, align: 'right' as const },
  );
  const lines = [leakText(leaks), '', textTable(columns, best.map(benchmarkRow))];
  const baselines = best[0]?.evaluation.baselines ?? [];
  if (baselines.length > 0) {
    const rows = baselines.map((one) => [
      one.name,
      figure(one.averagePrecision),
      figure(one.averagePrecisionWithBackground),
      figure(one.rocAuc),
    ]);
    const titles = ['baseline', 'average precision', 'with background', 'ROC AUC'];
    lines.push(
      '',
      textTable(
        titles.map((title) => ({ title })),
        rows,
      ),
    );
  }
  for (const { kind, reason } of failures)
    lines.push('', `${kind} could not be trained: ${reason}`);
  return `${lines.join('\n')}\n`;
}

function bar(entry: BenchmarkEntry, { value, interval }: Measure): Bar {
  const range = interval ? { low: interval.low, high: interval.high } : {};
  return { label: entry.kind, value, ...range };
}

function figureCharts(entries: readonly BenchmarkEntry[]): Chart[] {
  const charts = FIGURES.map(
    ({ title, of, most }): BarChart => ({
      kind: 'bars',
      title: title[0]!.toUpperCase() + title.slice(1),
      value: { title, format: 'share', ...(most ? { domain: [0, most] as const } : {}) },
      bars: entries.map((entry) => bar(entry, of(entry))),
    }),
  );
  const cost = (title: string, unit: string, of: (entry: BenchmarkEntry) => number): BarChart => {
    const values = entries.map(of);
    const log = Math.max(...values) > WIDE_RATIO * Math.min(...values);
    return {
      kind: 'bars',
      title,
      value: { title: log ? `${unit} (log scale)` : unit, format: 'count', log },
      bars: entries.map(({ kind }, index) => ({ label: kind, value: values[index]! })),
    };
  };
  return [
    ...charts,
    cost('Time to fit', 'seconds', ({ fitSeconds }) => Math.max(0.001, fitSeconds)),
    cost('Rows scored a second', 'rows/s', ({ rowsPerSecond }) => rowsPerSecond),
  ];
}

function curveCharts(entries: readonly BenchmarkEntry[]): Chart[] {
  const lines = (of: 'roc' | 'pr'): Line[] =>
    entries.map((entry) => ({
      name: entry.kind,
      x: view(entry)[of].map(({ x }) => x),
      y: view(entry)[of].map(({ y }) => y),
    }));
  const share = (title: string) => ({ title, format: 'share', domain: [0, 1] }) as const;
  return [
    {
      kind: 'lines',
      title: 'Receiver operating characteristic',
      x: share('false-positive rate'),
      y: share('recall'),
      diagonal: true,
      lines: lines('roc'),
    },
    {
      kind: 'lines',
      title: 'Precision and recall',
      x: share('recall'),
      y: share('precision'),
      lines: lines('pr'),
    },
  ];
}

function importanceCharts(entries: readonly BenchmarkEntry[]): Chart[] {
  return entries
    .filter(({ importances }) => importances.length > 0)
    .map(({ kind, importances }) => ({
      kind: 'bars',
      title: `What ${kind} looks at`,
      value: { title: 'share of importance', format: 'share' },
      bars: importances.slice(0, FEATURES).map((one) => ({ label: one.feature, value: one.share })),
    }));
}

/** The page of a benchmark. */
export function benchmarkPage({ leaks, entries, failures }: Benchmark): Page {
  const best = ranked(entries);
  const first = best[0];
  const evaluation = first?.evaluation;
  const sections: Section[] = [
    {
      title: 'Know this first',
      blocks: [
        {
          kind: 'list',
          items: [
            'All models learned from the same rows and were judged on the same others.',
            ...(evaluation
              ? [`Judged: ${evaluation.part}; ${numberCell(evaluation.data.rows)} rows.`]
              : []),
            ...(evaluation?.warnings ?? []),
            ...failures.map(({ kind, reason }) => `${kind} could not be trained: ${reason}`),
          ],
        },
        { kind: 'code', text: leakText(leaks) },
      ],
    },
    {
      title: 'Models',
      blocks: [
        {
          kind: 'table',
          head: benchmarkHead(first),
          rows: best.map(benchmarkRow),
          caption: 'Best average precision first. Bars below carry 95 % intervals where known.',
        },
        {
          kind: 'table',
          head: ['baseline', 'average precision', 'with background', 'ROC AUC', 'note'],
          rows: (evaluation?.baselines ?? []).map((one): Cell[] => [
            one.name,
            figure(one.averagePrecision),
            figure(one.averagePrecisionWithBackground),
            figure(one.rocAuc),
            one.note,
          ]),
        },
        { kind: 'charts', charts: figureCharts(best) },
        {
          kind: 'fold',
          title: 'Parameters',
          blocks: [
            {
              kind: 'table',
              head: ['model', 'parameters'],
              rows: best.map((entry): Cell[] => [entry.kind, parametersText(entry)]),
            },
          ],
        },
      ],
    },
    { title: 'Curves', blocks: [{ kind: 'charts', charts: curveCharts(best) }] },
    {
      title: 'Confusion',
      blocks: best.map((entry) => ({
        kind: 'fold' as const,
        title: entry.kind,
        blocks: [
          {
            kind: 'charts' as const,
            charts: [
              confusionChart(entry.evaluation, false),
              confusionChart(entry.evaluation, true),
            ],
          },
        ],
      })),
    },
    { title: 'Importances', blocks: [{ kind: 'charts', charts: importanceCharts(best) }] },
  ];
  return {
    title: `Models on ${evaluation?.data.dataset ?? 'no data'}`,
    lead: evaluation
      ? `${numberCell(evaluation.data.rows)} test rows of the schema ${evaluation.data.schema}, classes ${evaluation.classes.join(', ')}.`
      : 'No model could be trained.',
    sections,
  };
}

import { findDataset } from '../../src/datasets/index.ts';
import {
  averagePrecision,
  DEFAULT_SPLIT,
  harmlessClass,
  hostileScores,
  hostileTruth,
  type Measure,
  rank,
  recordedSplit,
  scoreRows,
  trainModel,
} from '../../src/evaluate/index.ts';
import { numbers, textTable } from '../../src/table/index.ts';
import type { Candidate } from './fit.ts';
import { dataFile, type Settings, steps } from './settings.ts';

const VALIDATION = 0.25;
const BUDGETS = [1, 10] as const;

const CANDIDATES: readonly Omit<Candidate, 'scaled'>[] = [
  { name: 'forest (shipped)', kind: 'forest', parameters: {} },
  { name: 'extra-trees', kind: 'extra-trees', parameters: {} },
  { name: 'boosting', kind: 'boosting', parameters: { l2: 1 } },
  { name: 'tree', kind: 'tree', parameters: {} },
  { name: 'logistic', kind: 'logistic', parameters: {} },
];

/** The highest-scored flows that a budget of alerts an hour lets through. */
export interface AtBudget {
  readonly alertsPerHour: number;
  readonly alerts: number;
  readonly hostile: number;
  readonly precision: number;
  readonly recall: number;
}

interface Line {
  readonly model: string;
  /** Background counted as harmless: the natural share of hostile flows. */
  readonly averagePrecision: number;
  readonly interval: readonly [number, number] | null;
  readonly atThreshold: { readonly precision: number | null; readonly recall: number | null };
  /** Every alert counts against the budget. */
  readonly budgets: readonly AtBudget[];
  /** Only false alerts count against it. */
  readonly falseBudgets: readonly AtBudget[];
  readonly seconds: number;
}

/** Rows by falling score; equal scores in the order that helps least: harmless first. */
export function ranked(scores: Float32Array, truth: Int8Array): Int32Array {
  const order = Int32Array.from(scores.keys());
  return order.sort((a, b) => scores[b]! - scores[a]! || truth[a]! - truth[b]! || a - b);
}

export function atBudget(
  truth: Int8Array,
  order: Int32Array,
  budget: { readonly perHour: number; readonly hours: number; readonly onlyFalse: boolean },
): AtBudget {
  const most = Math.max(1, Math.round(budget.perHour * budget.hours));
  const all = truth.filter((each) => each === 1).length;
  let alerts = 0;
  let hostile = 0;
  for (const row of order) {
    const isHostile = truth[row] === 1;
    const spent = budget.onlyFalse ? alerts - hostile + (isHostile ? 0 : 1) : alerts + 1;
    if (spent > most) break;
    alerts++;
    if (isHostile) hostile++;
  }
  const precision = alerts > 0 ? hostile / alerts : Number.NaN;
  return { alertsPerHour: budget.perHour, alerts, hostile, precision, recall: hostile / all };
}

const plainValue = ({ value }: Measure): number | null => value;

/** CTU-13, scenario 6: the first 60 % of the time trains, the rest is judged with all its background. */
export async function run(settings: Settings): Promise<void> {
  const path = dataFile(settings, 'ctu13/capture20110816.binetflow.gz');
  const data = await findDataset('ctu13').read(path);
  const harmless = harmlessClass(data.classes);
  const plan = { split: DEFAULT_SPLIT, validation: { fraction: VALIDATION, seed: 1 } };
  const { test, detail } = recordedSplit(data, plan);
  // Of unknown label is taken for harmless: that is the natural prevalence, and the harder count.
  const truth = hostileTruth(data.labels, test, harmless).map((each) => (each === 1 ? 1 : 0));
  const times = numbers(data.table, 'StartTime');
  const hours = (times[test.at(-1)!]! - times[test[0]!]!) / 3600e6;
  const list = settings.quick ? CANDIDATES.slice(0, 1) : CANDIDATES;
  const progress = steps('ctu13', list.length);
  const lines: Line[] = [];
  try {
    for (const { name, kind, parameters } of list) {
      const began = performance.now();
      const trained = await trainModel({
        data,
        modelKind: kind,
        parameters,
        background: 'negative',
        seed: 1,
        threads: settings.threads,
      });
      const scores = hostileScores(await scoreRows(trained, data, test), 2, harmless);
      const seconds = (performance.now() - began) / 1000;
      const order = ranked(scores, truth);
      const at = (onlyFalse: boolean) =>
        BUDGETS.map((perHour) => atBudget(truth, order, { perHour, hours, onlyFalse }));
      const view = trained.evaluation.views.at(-1)!;
      const { interval = null } = view.averagePrecision;
      lines.push({
        model: name,
        averagePrecision: averagePrecision(rank(scores, Uint8Array.from(truth))),
        interval: interval && [interval.low, interval.high],
        atThreshold: { precision: plainValue(view.precision), recall: plainValue(view.recall) },
        budgets: at(false),
        falseBudgets: at(true),
        seconds,
      });
      progress.done();
    }
  } finally {
    progress.stop();
  }
  const hostile = truth.filter((each) => each === 1).length;
  print(lines, { text: detail.text, rows: test.length, hostile, hours }, settings);
}

interface Part {
  readonly text: string;
  readonly rows: number;
  readonly hostile: number;
  readonly hours: number;
}

function print(lines: readonly Line[], part: Part, { json }: Settings): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...part, lines }, null, 2)}\n`);
    return;
  }
  const four = (value: number | null): string =>
    value === null || Number.isNaN(value) ? '–' : value.toFixed(4);
  const cell = ({ precision, recall, alerts }: AtBudget): string =>
    `${four(precision)}, ${four(recall)} (${alerts})`;
  const titles = ['model', 'PR AUC', '95 %', 'at the threshold'];
  const budgets = ['1 an hour', '10 an hour', '1 false an hour', '10 false an hour', 's'];
  const table = textTable(
    [...titles, ...budgets].map(
      (title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const,
    ),
    lines.map((line) => [
      line.model,
      four(line.averagePrecision),
      line.interval ? line.interval.map(four).join('–') : '–',
      `${four(line.atThreshold.precision)}, ${four(line.atThreshold.recall)}`,
      ...line.budgets.map(cell),
      ...line.falseBudgets.map(cell),
      line.seconds.toFixed(1),
    ]),
  );
  process.stdout.write(
    `${part.text}\n${part.rows} flows in ${part.hours.toFixed(2)} h, ${part.hostile} hostile ` +
      `(${((100 * part.hostile) / part.rows).toFixed(2)} %). Cells: precision, recall (alerts).\n${table}\n`,
  );
}

import { Random } from '../../base/index.ts';
import type { Matrix } from '../../features/index.ts';
import { type FitInput, modelKind } from '../../models/index.ts';
import type { LabelledTable } from '../../table/index.ts';
import { takeRows } from '../../table/index.ts';
import { type Measure, measure } from '../measure.ts';
import { confusion, macroF1, meanRecall, mostProbable } from '../metrics.ts';
import { averagePrecision, rank, rocAuc } from '../ranking.ts';
import { harmlessClass, hostileScores } from '../truth.ts';
import type { FigureName, Judged, PlannedModel, ReproduceOptions } from './reproduction.ts';

/** Rows made ready one way: what teaches, and what judges. */
export interface Arm {
  readonly train: FitInput;
  readonly test: Matrix;
  /** Class of each test row. */
  readonly truth: Int32Array;
}

/** Every figure of test rows by their probabilities. */
export function figuresOf(
  probabilities: Float32Array,
  truth: Int32Array,
  classes: readonly string[],
): Record<FigureName, Measure> {
  const harmless = harmlessClass(classes);
  const table = confusion(truth, mostProbable(probabilities, classes.length), classes);
  let right = 0;
  classes.forEach((_, c) => {
    right += table.counts[c * classes.length + c]!;
  });
  const ranking = rank(
    hostileScores(probabilities, classes.length, harmless),
    Uint8Array.from(truth, (label) => (label === harmless ? 0 : 1)),
  );
  return {
    accuracy: measure(right / truth.length, 'no rows'),
    'balanced accuracy': measure(meanRecall(table), 'no rows'),
    'macro-F1': measure(macroF1(table), 'no rows'),
    'average precision': measure(averagePrecision(ranking), 'no hostile rows'),
    'ROC AUC': measure(rocAuc(ranking), 'rows of one class only'),
  };
}

/** Fits the model on the arm's training rows and judges its test rows. @throws as the estimator */
export async function judgeArm(
  { train, test, truth }: Arm,
  model: Pick<PlannedModel, 'kind' | 'parameters'>,
  { seed, threads, signal }: ReproduceOptions,
): Promise<Judged> {
  const begin = performance.now();
  const fitted = await modelKind(model.kind)
    .create(model.parameters)
    .fit(train, { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) });
  const fitSeconds = (performance.now() - begin) / 1000;
  const harmless = harmlessClass(train.classes);
  return {
    trained: train.matrix.rows,
    rows: truth.length,
    prevalence: truth.reduce((sum, label) => sum + (label === harmless ? 0 : 1), 0) / truth.length,
    figures: figuresOf(fitted.score(test), truth, train.classes),
    fitSeconds,
  };
}

/** So many rows drawn at random, in their order. */
export function drawn(data: LabelledTable, rows: number, seed: number): LabelledTable {
  const { table } = data;
  if (rows >= table.rows) return data;
  const order = Int32Array.from({ length: table.rows }, (_, row) => row);
  new Random(seed).fork('drawn rows').shuffle(order);
  const chosen = order.slice(0, rows).sort();
  const { codes, dictionary } = data.rawLabel;
  return {
    ...data,
    table: takeRows(table, chosen),
    labels: chosen.map((row) => data.labels[row]!),
    groups: chosen.map((row) => data.groups[row]!),
    rawLabel: { kind: 'text', codes: chosen.map((row) => codes[row]!), dictionary },
  };
}

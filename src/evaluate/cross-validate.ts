import { performance } from 'node:perf_hooks';
import { stopRequested } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import { type FitInput, type ModelKind, modelKind, type Parameters } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { type CrewWork, FitCrew } from './fit-crew.ts';
import { type Preparation, prepareRows } from './prepare.ts';
import { type ScoringMetric, scoringMetric } from './search-metrics.ts';
import { type FoldKind, makeFolds, type Split } from './split.ts';
import { timesOf } from './truth.ts';

/**
 * What is validated, on which folds, by which figure. The preparation is fitted anew in every fold.
 */
export interface FoldOptions extends Preparation {
  readonly data: LabelledTable;
  /** Name in the registry of models: `forest`. */
  readonly modelKind: string;
  /** Default: all rows. Rows of unknown label are left out in any case. */
  readonly rows?: Int32Array;
  /** 2 to 100; default 5. */
  readonly folds?: number;
  /** Default `stratified`. `time` trains on all before the fold it tests. */
  readonly split?: FoldKind;
  /** A name of `scoringMetrics()` or a metric of one's own. Default `balancedAccuracy`. */
  readonly metric?: string | ScoringMetric;
  readonly seed: number;
  /** Threads of the candidates fitted at once, or of each fit; they change no figure. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** How one set of parameters did on one fold. */
export interface FoldScore {
  /** From 0. */
  readonly fold: number;
  /** NaN where the metric is undefined on this fold. */
  readonly score: number;
  /** Time to fit and score the model, without the pipeline. */
  readonly seconds: number;
}

/** What a cross-validation found. */
export interface CrossValidation {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
  readonly folds: readonly (FoldScore & {
    readonly trainRows: number;
    readonly testRows: number;
    readonly text: string;
  })[];
  /** Of the folds where the metric is defined; NaN when it is nowhere. */
  readonly mean: number;
  /** Population standard deviation of the same folds. */
  readonly deviation: number;
}

/** Remembers scores from before and hears of new ones. */
export interface FoldMemory {
  readonly known?: (candidate: number, fold: number) => FoldScore | undefined;
  readonly onScore?: (candidate: number, score: FoldScore) => void | Promise<void>;
}

/** The metric that the options name, or theirs, or balanced accuracy. */
export function metricOf(metric: FoldOptions['metric']): ScoringMetric {
  return typeof metric === 'object' ? metric : scoringMetric(metric ?? 'balancedAccuracy');
}

/** Rows of known label among those asked for. */
export function labelledRows({ data, rows }: FoldOptions): Int32Array {
  const all = rows ?? Int32Array.from({ length: data.table.rows }, (_, row) => row);
  return all.filter((row) => data.labels[row]! >= 0);
}

/** The folds of the options. @throws WiresiftError `SPLIT` when the data cannot be parted so */
export function foldsOf(options: FoldOptions): Split[] {
  const { data, folds = 5, split = 'stratified', seed } = options;
  const times = timesOf(data.table);
  return makeFolds(
    {
      rows: labelledRows(options),
      labels: data.labels,
      groups: data.groups,
      ...(times ? { times } : {}),
    },
    { kind: split, folds, seed },
  );
}

/**
 * Scores every candidate on every fold. Fold by fold: one pipeline and one pair of matrices serve
 * all candidates, and no more than one pair is held at a time. Where it is worth it, as many
 * candidates as there are threads are fitted at once.
 * @returns scores, a list a candidate, in order of the folds
 */
export async function scoreFolds(
  options: FoldOptions,
  candidates: readonly Parameters[],
  memory: FoldMemory = {},
): Promise<FoldScore[][]> {
  const { threads = 1, signal } = options;
  const kind = modelKind(options.modelKind);
  // Made first, so that a wrong parameter is told before any work.
  for (const parameters of candidates) kind.create(parameters);
  const found: FoldScore[][] = candidates.map(() => []);
  const crew = new FitCrew(threads);
  try {
    for (const [fold, { train, test }] of foldsOf(options).entries()) {
      const pending = new Map<number, Parameters>();
      for (const [candidate, parameters] of candidates.entries()) {
        const known = memory.known?.(candidate, fold);
        if (known) found[candidate]!.push(known);
        else pending.set(candidate, parameters);
      }
      if (pending.size === 0) continue;
      const score = scorer(options, test);
      for (const alike of preparedAlike(kind, pending)) {
        if (signal?.aborted) throw stopRequested('cross-validation');
        const [parameters] = alike.values();
        const ready = await foldMatrices({ ...options, parameters: parameters! }, train, test);
        await fitFold(options, crew, {
          ready,
          pending: alike,
          async onFit(candidate, probabilities, seconds) {
            const result = { fold, score: score(probabilities), seconds };
            found[candidate]!.push(result);
            await memory.onScore?.(candidate, result);
          },
        });
      }
    }
  } finally {
    await crew.close();
  }
  return found;
}

/** Candidates that are fitted on the same matrices: those that embed categories, and the others. */
function preparedAlike(
  { embeds }: ModelKind,
  pending: ReadonlyMap<number, Parameters>,
): Map<number, Parameters>[] {
  const sides = [true, false].map(
    (side) => new Map([...pending].filter(([, own]) => (embeds?.(own) ?? false) === side)),
  );
  return sides.filter(({ size }) => size > 0);
}

function scorer(
  { data, metric }: FoldOptions,
  test: Int32Array,
): (probabilities: Float32Array) => number {
  const truth = test.map((row) => data.labels[row]!);
  const { score } = metricOf(metric);
  return (probabilities) => score({ probabilities, truth, classes: data.classes });
}

interface FoldWork {
  readonly ready: FoldMatrices;
  readonly pending: ReadonlyMap<number, Parameters>;
  readonly onFit: CrewWork['onFit'];
}

/** Fits the candidates of one fold, side by side or one after another. */
async function fitFold(options: FoldOptions, crew: FitCrew, work: FoldWork): Promise<void> {
  const { seed, threads, signal } = options;
  const { ready, pending, onFit } = work;
  const { train, test } = ready;
  if (crew.isWorth(pending.size, train.matrix.data.length)) {
    const fold = { kind: options.modelKind, train, test, seed };
    return crew.fitAll({ fold, candidates: pending, signal, onFit });
  }
  for (const [candidate, parameters] of pending) {
    if (signal?.aborted) throw stopRequested('cross-validation');
    const started = performance.now();
    const model = await modelKind(options.modelKind)
      .create(parameters)
      .fit(train, { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) });
    const probabilities = model.score(test);
    await onFit(candidate, probabilities, (performance.now() - started) / 1000);
  }
}

interface FoldMatrices {
  readonly train: FitInput;
  readonly test: Matrix;
}

async function foldMatrices(
  options: FoldOptions & { readonly parameters: Parameters },
  train: Int32Array,
  test: Int32Array,
): Promise<FoldMatrices> {
  const { pipeline, input } = await prepareRows({ ...options, rows: train });
  return { train: input, test: pipeline.transform(options.data.table, test) };
}

/** Mean and population standard deviation of the scores that are defined; NaN without one. */
export function summary(scores: readonly FoldScore[]): { mean: number; deviation: number } {
  const defined = scores.map(({ score }) => score).filter((score) => !Number.isNaN(score));
  const mean = defined.reduce((sum, score) => sum + score, 0) / defined.length;
  const squares = defined.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / defined.length) };
}

/**
 * k-fold cross-validation of one kind of model with its parameters: stratified, by whole groups, or
 * forward in time. Pipeline and model learn from each fold's training rows alone. The same data,
 * options and seed give the same scores, whatever the number of threads.
 *
 * @throws WiresiftError `SPLIT` when the data cannot be parted so, `MODEL_PARAMETER` for wrong
 *   parameters, `SEARCH` for an unknown metric, `ABORTED` when the signal fired
 */
export async function crossValidate(
  options: FoldOptions & {
    readonly parameters?: Parameters;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<CrossValidation> {
  const splits = foldsOf(options);
  const metric = metricOf(options.metric);
  const [scores] = await scoreFolds(options, [options.parameters ?? {}], {
    onScore: (_, { fold }) => options.onProgress?.(fold + 1, splits.length),
  });
  return {
    metric: metric.name,
    better: metric.better,
    folds: scores!.map((score, i) => ({
      ...score,
      trainRows: splits[i]!.train.length,
      testRows: splits[i]!.test.length,
      text: splits[i]!.detail.text,
    })),
    ...summary(scores!),
  };
}

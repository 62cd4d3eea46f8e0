import { createHash } from 'node:crypto';
import { canonicalJson, hasHistory } from '../features/index.ts';
import { modelKinds, type Parameters, saveModel } from '../models/index.ts';
import type { Evaluation } from './evaluation.ts';
import { checkTraining, type Stage, type TrainOptions, trainModel } from './experiment.ts';
import type { LeakVerdict } from './leak/index.ts';
import { readsHistory, specFor } from './prepare.ts';

/** One model of a benchmark: what it takes, and how it did on the rows all are judged on. */
export interface BenchmarkEntry {
  readonly kind: string;
  readonly parameters: Parameters;
  /** Whether a person can read the fitted model: a few coefficients, or one tree. */
  readonly interpretable: boolean;
  /** Preparation and fit, wall clock. */
  readonly fitSeconds: number;
  /** Test rows scored a second, from the table to the probability. */
  readonly rowsPerSecond: number;
  /** Of the saved file. */
  readonly bytes: number;
  readonly evaluation: Evaluation;
  /** Importance a feature, most important first; columns of the preparation. */
  readonly importances: readonly { readonly feature: string; readonly share: number }[];
}

/** A model that could not be trained on these data. */
export interface BenchmarkFailure {
  readonly kind: string;
  readonly reason: string;
}

/** Where finished models are kept, so that a benchmark goes on after a kill. */
export interface BenchmarkJournal {
  find(id: string): BenchmarkEntry | undefined;
  add(id: string, entry: BenchmarkEntry): Promise<void>;
}

/** What to compare. */
export interface BenchmarkOptions extends Omit<TrainOptions, 'modelKind' | 'parameters'> {
  /** Kinds, each with parameters of its own; default: every kind with its defaults. */
  readonly models?: readonly { readonly kind: string; readonly parameters?: Parameters }[];
  readonly journal?: BenchmarkJournal;
  /** Told when a model is done, in order. */
  readonly onEntry?: (entry: BenchmarkEntry | BenchmarkFailure, resumed: boolean) => void;
  readonly onModel?: (kind: string, stage: Stage, done: number, total: number) => void;
}

/** A benchmark's outcome; all entries were judged on the same rows. */
export interface Benchmark {
  /** Of the one split and preparation that all models share. */
  readonly leaks: LeakVerdict;
  readonly entries: readonly BenchmarkEntry[];
  readonly failures: readonly BenchmarkFailure[];
}

const INTERPRETABLE = new Set(['logistic', 'tree', 'naive-bayes', 'linear-svm']);
const IMPORTANCES = 20;
/** Kinds that only wrap others with their defaults: no model of their own. */
const WRAPPERS = new Set(['calibrated']);

/** Says which training it is: the same id, the same model. */
function idOf(
  { data, signal: _s, journal: _j, ...options }: BenchmarkOptions,
  model: { readonly kind: string; readonly parameters?: Parameters },
): string {
  const { onEntry: _e, onModel: _m, onProgress: _p, models: _k, threads: _t, ...rest } = options;
  const own = { ...options, data, modelKind: model.kind, parameters: model.parameters ?? {} };
  const spec = specFor(own);
  const plain = {
    rest: { ...rest, spec },
    model,
    data: [data.hash, data.dataset, data.classes, data.table.rows],
  };
  return createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(plain))))
    .digest('hex');
}

async function entryOf(
  options: BenchmarkOptions,
  { kind, parameters }: { readonly kind: string; readonly parameters?: Parameters },
): Promise<BenchmarkEntry> {
  const begin = performance.now();
  let fitted = begin;
  let scoring = begin;
  let scored = begin;
  const { file, evaluation } = await trainModel({
    ...options,
    modelKind: kind,
    ...(parameters ? { parameters } : {}),
    onProgress(stage, done, total) {
      const now = performance.now();
      if (stage === 'score validation') {
        if (fitted === begin) fitted = now;
        if (done === total) scoring = now;
      }
      if (stage === 'score test' && done === total) scored = now;
      options.onModel?.(kind, stage, done, total);
    },
  });
  const shares = file.model.importances();
  const importances = file.model.features
    .map((feature, index) => ({ feature, share: shares[index]! }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || (a.feature < b.feature ? -1 : 1))
    .slice(0, IMPORTANCES);
  return {
    kind,
    parameters: file.model.parameters,
    interpretable: INTERPRETABLE.has(kind),
    fitSeconds: (fitted - begin) / 1000,
    rowsPerSecond: evaluation.data.rows / Math.max(1e-6, (scored - scoring) / 1000),
    bytes: saveModel(file).length,
    evaluation,
    importances,
  };
}

/**
 * Trains every model on one split and judges all on the same test rows. A model that cannot be trained
 * is told with its reason, and the others go on. Stops when the signal fires.
 * @throws WiresiftError `ABORTED`, and what the data cannot carry whatever the model
 */
export async function benchmark(options: BenchmarkOptions): Promise<Benchmark> {
  const tells = hasHistory(options.data.table);
  const chosen: readonly { readonly kind: string; readonly parameters?: Parameters }[] =
    options.models ??
    modelKinds()
      .filter(({ kind, history }) => !WRAPPERS.has(kind) && (!history || tells))
      .map(({ kind }) => ({ kind }));
  // One verdict serves all: that of a model which looks back, where there is one.
  const strictest = chosen.find(({ kind }) => readsHistory(kind));
  const { kind: asked = 'tree', parameters = {} } = strictest ?? {};
  const leaks =
    options.leaks ?? (await checkTraining({ ...options, modelKind: asked, parameters }));
  const entries: BenchmarkEntry[] = [];
  const failures: BenchmarkFailure[] = [];
  for (const model of chosen) {
    try {
      const id = idOf(options, model);
      const known = options.journal?.find(id);
      const entry = known ?? (await entryOf({ ...options, leaks }, model));
      if (!known) await options.journal?.add(id, entry);
      entries.push(entry);
      options.onEntry?.(entry, known !== undefined);
    } catch (error) {
      options.signal?.throwIfAborted();
      const code = (error as { code?: unknown }).code;
      // What no model can do on these data is not one model's failure.
      if (code === 'SPLIT' || code === 'EXPERIMENT' || code === 'ABORTED') throw error;
      const failure = { kind: model.kind, reason: (error as Error).message };
      failures.push(failure);
      options.onEntry?.(failure, false);
    }
  }
  return { leaks, entries, failures };
}

import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { stopRequested } from '../base/index.ts';
import type { Pipeline } from '../features/index.ts';
import {
  type Estimator,
  type FitOptions,
  type Model,
  type ModelFile,
  modelKind,
  type Parameters,
  scoreInThreads,
} from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { type AbstentionMethod, abstentionOf } from './abstention.ts';
import type { AnswersInput } from './answers.ts';
import { type Baseline, baselines } from './baselines.ts';
import { type Evaluation, type JudgedThreshold, type JudgeOptions, judge } from './evaluation.ts';
import { type GroupChoice, regrouped } from './groups.ts';
import type { AcceptedLeak, LeakVerdict } from './leak/index.ts';
import { modelFileOf } from './model-file.ts';
import { type Preparation, prepareRows } from './prepare.ts';
import type { SearchRecord } from './search-record.ts';
import type { Split, SplitPlan } from './split.ts';
import {
  type ChosenThreshold,
  chooseThreshold,
  type ThresholdMethod,
  type ValidationScores,
} from './threshold.ts';
import { trainingLeaks } from './training-leaks.ts';
import {
  type Background,
  badExperiment,
  calibrate,
  recordedSplit,
  type TrainingRecord,
} from './training-record.ts';
import { harmlessClass, hostColumn, hostileScores, hostileTruth, timeRange } from './truth.ts';

/** Stages of training, in order, as progress tells them. */
export type Stage = 'check' | 'fit' | 'score validation' | 'score test';

/** What to train and how. Its preparation is learned from the training rows alone. */
export interface TrainOptions extends Preparation {
  readonly data: LabelledTable;
  /** Name in the registry of models: `forest`. */
  readonly modelKind: string;
  readonly parameters?: Parameters;
  /** Default: first 60 % of the time span to train. */
  readonly split?: SplitPlan;
  /** Share of the training part that chooses the threshold. Default 0.25. */
  readonly validationFraction?: number;
  /** Default `exclude`. */
  readonly background?: Background;
  /** What grouped splits keep together; default: the data set's own groups. */
  readonly groups?: GroupChoice;
  /** How {@link parameters} were found, for the record. */
  readonly searched?: SearchRecord;
  /** Default best F1. */
  readonly threshold?: ThresholdMethod;
  /**
   * When the model is to abstain. Default: never; for `staged`, where that keeps errors to one answer in
   * a hundred, if it can be kept.
   */
  readonly abstention?: AbstentionMethod;
  /** Leaks that are accepted by name, each with a reason that stands in the model file. */
  readonly acceptedLeaks?: readonly AcceptedLeak[];
  /**
   * The gate's verdict, where the same data, split and preparation were checked before. Absent: the
   * training is checked.
   */
  readonly leaks?: LeakVerdict;
  /**
   * Whether rows of unknown label count as negatives when the threshold is chosen. Default: as
   * {@link background}.
   */
  readonly thresholdBackground?: Background;
  readonly seed: number;
  readonly threads?: number;
  readonly onProgress?: (stage: Stage, done: number, total: number) => void;
  /** Told how a training in passes over the rows goes on. */
  readonly onTraining?: FitOptions['onTraining'];
  /** File that a neural network's training is carried on from when it was stopped. */
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
  readonly judge?: JudgeOptions;
}

/** What training gives: the file to save, its parts, and how the model did on the test part. */
export interface Trained {
  readonly file: ModelFile;
  readonly model: Model;
  readonly pipeline: Pipeline;
  readonly threshold: ChosenThreshold;
  readonly record: TrainingRecord;
  readonly evaluation: Evaluation;
}

/** The default split: no row of the test part starts before any row that trained the model. */
export const DEFAULT_SPLIT: SplitPlan = { kind: 'time', trainFraction: 0.6, by: 'span' };
const VALIDATION_FRACTION = 0.25;
/** Rows scored at once: bounds the memory of the matrix, and lets a stop signal through. */
const SCORE_ROWS = 65_536;

/** A fitted model with the pipeline that feeds it. */
export interface Scorer {
  readonly model: Model;
  readonly pipeline: Pipeline;
}

/** Who watches and may stop the scoring of many rows. */
export interface Watch {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Threads that may score; default: one a core. The scores are the same for any number. */
  readonly threads?: number | undefined;
}

/**
 * Probabilities of the rows named, row-major, rows × classes, block by block; in worker threads
 * where that pays off.
 * @throws WiresiftError `ABORTED` when the signal fired
 */
export async function scoreRows(
  { model, pipeline }: Scorer,
  data: LabelledTable,
  rows: Int32Array,
  watch: Watch = {},
): Promise<Float32Array> {
  const classes = model.classes.length;
  const scores = new Float32Array(rows.length * classes);
  const { signal, onProgress, threads = isMainThread ? availableParallelism() : 1 } = watch;
  // A host's rows must meet in one matrix where the model reads them one after the other.
  const most = model.session ? Math.max(1, rows.length) : SCORE_ROWS;
  for (let start = 0; start < rows.length; start += most) {
    // A turn of the event loop, so that a stop signal can fire between blocks.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw stopRequested('experiment');
    const block = rows.subarray(start, start + most);
    const matrix = pipeline.transform(data.table, block);
    const own = await scoreInThreads(model, matrix, {
      ...{ threads, signal },
      onProgress: (done) => onProgress?.(start + done, rows.length),
    });
    scores.set(own, start * classes);
  }
  return scores;
}

/** Class a row as training sees it: rows of unknown label as harmless. */
function taught(labels: Int32Array, rows: Int32Array, harmless: number): Int32Array {
  return rows.map((row) => (labels[row]! < 0 ? harmless : labels[row]!));
}

/** Labels as training sees them: rows of unknown label as harmless. */
export function taughtLabels({ labels, classes }: LabelledTable): Int32Array {
  const harmless = harmlessClass(classes);
  return labels.map((label) => (label < 0 ? harmless : label));
}

/** The data with the groups asked for, and the split that training makes of them. */
export function splitOf(options: TrainOptions): {
  readonly data: LabelledTable;
  readonly split: Split;
  readonly plan: Pick<TrainingRecord, 'split' | 'validation' | 'groups'>;
} {
  const { groups, seed } = options;
  const plan = {
    split: options.split ?? DEFAULT_SPLIT,
    validation: { fraction: options.validationFraction ?? VALIDATION_FRACTION, seed },
    ...(groups ? { groups } : {}),
  };
  const data = groups ? regrouped(options.data, groups) : options.data;
  return { data, split: recordedSplit(options.data, plan), plan };
}

/**
 * Rows of a split that the model learns from.
 * @throws WiresiftError `EXPERIMENT` when hostile or harmless ones are missing
 */
export function learningRows(options: TrainOptions, split: Split): Int32Array {
  const { labels, classes: names } = options.data;
  const harmless = harmlessClass(names);
  const rows =
    options.background === 'negative'
      ? split.train
      : split.train.filter((row) => labels[row]! >= 0);
  const classes = taught(labels, rows, harmless);
  if (!classes.includes(harmless) || classes.every((label) => label === harmless)) {
    const hostile = classes.filter((label) => label !== harmless).length;
    throw badExperiment(
      `${hostile} hostile and ${rows.length - hostile} harmless training rows (${split.detail.text})`,
      'rows of both',
    );
  }
  return rows;
}

/**
 * Trains one model: splits the data, fits the pipeline and the model on training rows alone,
 * chooses the threshold on a validation part of the training time (or groups), and judges the test
 * part once. The same data, options and seed give the same model, whatever the number of threads.
 *
 * @throws WiresiftError `SPLIT`, `EXPERIMENT` or `THRESHOLD` when the data cannot carry the
 *   experiment, `ABORTED` when the signal fired, and what pipeline and estimator throw
 */
export async function trainModel(options: TrainOptions): Promise<Trained> {
  const { seed, signal, onProgress, searched } = options;
  const harmless = harmlessClass(options.data.classes);
  // Made first, so that a wrong parameter is told before any work.
  const estimator = modelKind(options.modelKind).create(options.parameters ?? {});
  const { data, split, plan } = splitOf(options);
  const rows = learningRows(options, split);
  const leaks = options.leaks ?? (await checkSplit(options, { data, split, rows }));
  const scorer = await fitScorer(options, estimator, rows);
  const { validation, answered } = await validationScores(options, scorer, split, harmless);
  const chosen = chooseThreshold(validation, options.threshold ?? { kind: 'best-f1' });
  const answers = { ...answered, threshold: chosen.value };
  const { warnings, ...own } = abstentionOf(options.modelKind, answers, options.abstention);
  const threshold = { ...chosen, ...own };
  const record: TrainingRecord = {
    version: 1,
    dataset: data.dataset,
    dataHash: data.hash,
    rows: {
      table: data.table.rows,
      train: rows.length,
      validation: split.validation!.length,
      test: split.test.length,
    },
    background: options.background ?? 'exclude',
    ...plan,
    splitText: split.detail.text,
    ...(searched ? { search: searched } : {}),
    harmlessClass: data.classes[harmless]!,
    thresholdDetail: threshold.detail,
    // A row that is told neither way is no alert: only those above its scores are.
    calibration: calibrate(validation, own.abstention?.to ?? threshold.value),
    leaks,
  };
  const evaluation = await evaluateRows({
    scorer,
    data,
    rows: split.test,
    part: `test part of a ${split.detail.text}`,
    threshold,
    record,
    split,
    warnings: [...leakWarnings(leaks), ...warnings],
    watch: { signal, onProgress: (done, total) => onProgress?.('score test', done, total) },
    judge: { seed, ...options.judge },
  });
  const file = modelFileOf({ data, scorer, threshold, record, evaluation, seed });
  return { file, ...scorer, threshold, record, evaluation };
}

/** The leak gate's verdict on a training, before anything is trained. */
export async function checkTraining(options: TrainOptions): Promise<LeakVerdict> {
  const { data, split } = splitOf(options);
  return checkSplit(options, { data, split, rows: learningRows(options, split) });
}

/** As {@link checkTraining}, of a split that is made. */
async function checkSplit(
  options: TrainOptions,
  { data, split, rows }: { data: LabelledTable; split: Split; rows: Int32Array },
): Promise<LeakVerdict> {
  options.onProgress?.('check', 0, 1);
  const verdict = await trainingLeaks({
    ...options,
    data: { ...data, labels: taughtLabels(data) },
    ...(options.groups ? { ownGroups: options.data } : {}),
    split,
    rows,
    searched: options.searched !== undefined,
    accepted: options.acceptedLeaks ?? [],
  });
  options.onProgress?.('check', 1, 1);
  return verdict;
}

/** Open leaks as warnings of the evaluation, before any figure. */
function leakWarnings({ findings, accepted }: LeakVerdict): string[] {
  const names = new Set(accepted.map(({ name }) => name));
  return findings
    .filter(({ weight, name }) => weight === 'leak' && !names.has(name))
    .map(({ name, text }) => `LEAK ${name}: ${text}`);
}

/** Fits pipeline and model on the rows named and no others. */
async function fitScorer(
  options: TrainOptions,
  estimator: Estimator,
  rows: Int32Array,
): Promise<Scorer> {
  const { seed, threads, signal, onProgress, onTraining, checkpoint } = options;
  const data = { ...options.data, labels: taughtLabels(options.data) };
  const { pipeline, input } = await prepareRows({ ...options, data, rows });
  const model = await estimator.fit(input, {
    seed,
    ...(threads ? { threads } : {}),
    ...(signal ? { signal } : {}),
    ...(onTraining ? { onTraining } : {}),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(onProgress ? { onProgress: (done, total) => onProgress('fit', done, total) } : {}),
  });
  return { model, pipeline };
}

async function validationScores(
  options: TrainOptions,
  scorer: Scorer,
  split: Split,
  harmless: number,
): Promise<{ validation: ValidationScores; answered: Omit<AnswersInput, 'threshold'> }> {
  const { data, signal, onProgress } = options;
  const rows = split.validation!;
  const probabilities = await scoreRows(scorer, data, rows, {
    signal,
    onProgress: (done, total) => onProgress?.('score validation', done, total),
  });
  const { first, last } = timeRange(data.table, rows);
  const { classes } = data;
  const scores = hostileScores(probabilities, classes.length, harmless);
  const labels = rows.map((row) => data.labels[row]!);
  return {
    validation: {
      scores,
      truth: hostileTruth(data.labels, rows, harmless),
      spanSeconds: (last - first) / 1e6,
      background: options.thresholdBackground ?? options.background ?? 'exclude',
    },
    answered: { classes, labels, probabilities, harmless, scores },
  };
}

/** What {@link evaluateRows} judges. */
export interface EvaluateRows {
  readonly scorer: Scorer;
  /** Labels must index the model's classes. */
  readonly data: LabelledTable;
  readonly rows: Int32Array;
  readonly part: string;
  readonly threshold: JudgedThreshold;
  readonly record: Pick<TrainingRecord, 'dataset' | 'dataHash' | 'background'>;
  /** The split that trained the model, when `data` are what trained it: baselines learn from it. */
  readonly split?: Split | undefined;
  readonly warnings: readonly string[];
  readonly watch: Watch;
  readonly judge: JudgeOptions;
}

/** Scores and judges rows, with baselines when the training rows are at hand. */
export async function evaluateRows(work: EvaluateRows): Promise<Evaluation> {
  const { scorer, data, rows, record } = work;
  const { model } = scorer;
  const harmless = harmlessClass(model.classes);
  return judge({
    data,
    rows,
    probabilities: await scoreRows(scorer, data, rows, work.watch),
    classes: model.classes,
    harmless,
    threshold: work.threshold,
    part: work.part,
    model: {
      kind: model.kind,
      parameters: model.parameters,
      features: model.features,
      trainedOn: { dataset: record.dataset, hash: record.dataHash },
      background: record.background,
    },
    baselines: await baselinesOf(work, harmless),
    warnings: work.warnings,
    options: work.judge,
  });
}

async function baselinesOf(work: EvaluateRows, harmless: number): Promise<Baseline[]> {
  const { scorer, data, split, record } = work;
  if (!split) return [];
  const trainRows =
    record.background === 'negative'
      ? split.train
      : split.train.filter((row) => data.labels[row]! >= 0);
  const { pipeline } = scorer;
  return baselines({
    train: pipeline.transform(data.table, trainRows),
    test: pipeline.transform(data.table, work.rows),
    sources: pipeline.names.map((_, column) => pipeline.origin(column).from),
    trainLabels: taught(data.labels, trainRows, harmless),
    testLabels: work.rows.map((row) => data.labels[row]!),
    classes: scorer.model.classes,
    harmless,
    host: hostColumn(data),
    trainRows,
    testRows: work.rows,
    seed: work.judge.seed ?? 1,
  });
}

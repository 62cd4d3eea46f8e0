import type { Abstention, Parameters } from '../models/index.ts';
import { type LabelledTable, schemaId } from '../table/index.ts';
import { type AnswersReport, answersReports } from './answers.ts';
import type { Baseline } from './baselines.ts';
import { type BinaryReport, binaryReport } from './binary.ts';
import { type ClassesReport, classesReport } from './classes.ts';
import { countHits, type HitTable } from './hits.ts';
import { type Measure, measure, proportion } from './measure.ts';
import { alertsPerHour } from './metrics.ts';
import { hostColumn, hostileScores, hostileTruth, timeRange, timesOf } from './truth.ts';
import { timeToDetect, type WindowsMetric, windowsMetric } from './windows-metric.ts';

/** What was judged. */
export interface EvaluatedModel {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly features: readonly string[];
  /** Data set and its hash that the model was trained on. */
  readonly trainedOn: { readonly dataset: string; readonly hash: string };
  /** `exclude` or `negative`: what training did with rows of unknown label. */
  readonly background: string;
}

/** Rows of unknown label above the threshold. */
export interface BackgroundReport {
  readonly rows: number;
  readonly above: number;
  readonly share: Measure;
  readonly alertsPerHour: Measure;
}

/**
 * How a model did on some rows: plain data, JSON round-trips it unchanged. Undefined figures are
 * null.
 */
export interface Evaluation {
  readonly version: 1;
  /**
   * What a reader must know before any figure: leaks, small numbers, training rows among the rows.
   */
  readonly warnings: readonly string[];
  readonly data: {
    readonly dataset: string;
    readonly hash: string;
    readonly schema: string;
    readonly rows: number;
    /** Start of the first and last row judged, microseconds. */
    readonly first: number | null;
    readonly last: number | null;
    readonly spanSeconds: number | null;
    /** Rows of the files that could not be read. */
    readonly problems: number;
  };
  /** `test part …`, `all rows …`. */
  readonly part: string;
  readonly model: EvaluatedModel;
  readonly classes: readonly string[];
  readonly harmlessClass: string;
  readonly threshold: { readonly value: number; readonly method: string };
  /** Where the model abstains; null: it always answers. Other figures than `answers` leave it aside. */
  readonly abstention: Omit<Abstention, 'detail'> | null;
  /** How sure it is, and what abstaining gains: on harm, and with more than two classes on the class. */
  readonly answers: readonly AnswersReport[];
  /** Labelled rows only; then, where there is background, the same with it counted as negative. */
  readonly views: readonly BinaryReport[];
  readonly byClass: ClassesReport;
  /** Null when every row has a label. */
  readonly background: BackgroundReport | null;
  readonly rawLabels: HitTable;
  /** By originator. */
  readonly hosts: HitTable & { readonly column: string };
  /** By window and host instead of by flow; null when the rows have no times. */
  readonly windows: WindowsMetric | null;
  /** How long each hostile host went unseen, longest last; empty when the rows have no times. */
  readonly timeToDetect: readonly DetectedHost[];
  readonly baselines: readonly Baseline[];
}

/** When a hostile host was first found. */
export interface DetectedHost {
  readonly host: string;
  /** From its first hostile row to its first one above the threshold; null: never. */
  readonly seconds: number | null;
  /** Hostile rows before that one. */
  readonly rowsBefore: number;
}

/** Choices that change how figures are told, never what was learned. */
export interface JudgeOptions {
  /** Shares of hostile flows at which precision is reckoned. Default 1e-2, 1e-3 and 1e-4. */
  readonly prevalence?: readonly number[];
  /**
   * Flow rate for alerts an hour at a stated prevalence. Default: the rate of the rows, else
   * 100,000.
   */
  readonly flowsPerHour?: number;
  /** Of the bootstrap. Default 1. */
  readonly seed?: number;
  /** Bootstrap draws. Default 200; 0 leaves the intervals of areas out. */
  readonly replicates?: number;
}

/** Where scores become decisions, and where a model makes none. */
export interface JudgedThreshold {
  readonly value: number;
  readonly method: string;
  readonly abstention?: Abstention | undefined;
}

/** What {@link judge} turns into an {@link Evaluation}. */
export interface JudgeInput {
  readonly data: LabelledTable;
  /** Rows judged, in parallel with `probabilities`. */
  readonly rows: Int32Array;
  /** Row-major, rows × classes. */
  readonly probabilities: Float32Array;
  readonly classes: readonly string[];
  readonly harmless: number;
  readonly threshold: JudgedThreshold;
  readonly part: string;
  readonly model: EvaluatedModel;
  readonly baselines: readonly Baseline[];
  readonly warnings: readonly string[];
  readonly options: JudgeOptions;
}

/** Default prevalences: one flow in a hundred, thousand, ten thousand is hostile. */
export const PREVALENCES: readonly number[] = [1e-2, 1e-3, 1e-4];
const FLOWS_PER_HOUR = 100_000;
const REPLICATES = 200;
const LABELS_SHOWN = 40;
const HOSTS_SHOWN = 20;
/** With fewer positives than this, recall moves by more than 2 % at a single row. */
const FEW_POSITIVES = 50;

/** Judges scored rows. @throws WiresiftError `EVALUATE_SCORES` on NaN scores */
export function judge(input: JudgeInput): Evaluation {
  const { data, rows, probabilities, classes, harmless, threshold } = input;
  const scores = hostileScores(probabilities, classes.length, harmless);
  const truth = hostileTruth(data.labels, rows, harmless);
  const { first, last } = timeRange(data.table, rows);
  const spanSeconds = (last - first) / 1e6;
  const column = hostColumn(data);
  const hits = { rows, scores, truth, threshold: threshold.value };
  const answered = {
    ...{ classes, harmless, probabilities, scores, threshold: threshold.value },
    labels: rows.map((row) => data.labels[row]!),
  };
  const views = viewsOf(input, { scores, truth, spanSeconds });
  const hosts = countHits({ ...hits, column, limit: HOSTS_SHOWN });
  return {
    version: 1,
    warnings: [...input.warnings, ...smallNumbers(views[0]!, hosts)],
    data: {
      dataset: data.dataset,
      hash: data.hash,
      schema: schemaId(data.table.schema),
      rows: rows.length,
      first: Number.isNaN(first) ? null : first,
      last: Number.isNaN(last) ? null : last,
      spanSeconds: Number.isNaN(spanSeconds) ? null : spanSeconds,
      problems: data.problemCount,
    },
    part: input.part,
    model: input.model,
    classes,
    harmlessClass: classes[harmless]!,
    threshold: { value: threshold.value, method: threshold.method },
    abstention: limitsOf(threshold),
    answers: answersReports(answered, threshold.abstention),
    views,
    byClass: classesReport({ ...answered, truth: answered.labels }),
    background: backgroundReport(scores, truth, threshold.value, spanSeconds),
    rawLabels: countHits({ ...hits, column: data.rawLabel, limit: LABELS_SHOWN }),
    hosts: { ...hosts, column: column.name },
    ...overTime(input, scores, truth),
    baselines: input.baselines,
  };
}

function limitsOf({ abstention }: JudgedThreshold): Evaluation['abstention'] {
  if (!abstention) return null;
  const { detail: _, ...limits } = abstention;
  return limits;
}

/** Most hosts told by their time to detection. */
const DETECTED_SHOWN = 100;

function overTime(
  { data, rows, threshold }: JudgeInput,
  scores: Float32Array,
  truth: Int8Array,
): Pick<Evaluation, 'windows' | 'timeToDetect'> {
  const times = timesOf(data.table);
  if (!times || rows.every((row) => Number.isNaN(times[row]!))) {
    return { windows: null, timeToDetect: [] };
  }
  const column = hostColumn(data);
  const input = {
    times: Float64Array.from(rows, (row) => times[row]!),
    hosts: rows.map((row) => column.codes[row]!),
    truth,
    above: Uint8Array.from(scores, (score) => Number(score >= threshold.value)),
  };
  const detected = timeToDetect(input).slice(-DETECTED_SHOWN);
  return {
    windows: windowsMetric(input),
    timeToDetect: detected.map(({ host, seconds, rowsBefore }) => ({
      host: column.dictionary[host] ?? '(empty)',
      seconds,
      rowsBefore,
    })),
  };
}

interface Scored {
  readonly scores: Float32Array;
  readonly truth: Int8Array;
  readonly spanSeconds: number;
}

function viewsOf(input: JudgeInput, { scores, truth, spanSeconds }: Scored): BinaryReport[] {
  const { data, rows, options } = input;
  const labelled = new Int32Array(scores.length);
  let count = 0;
  for (let i = 0; i < truth.length; i++) if (truth[i]! >= 0) labelled[count++] = i;
  const hosts = hostColumn(data).codes;
  const rate = spanSeconds > 0 ? (rows.length * 3600) / spanSeconds : FLOWS_PER_HOUR;
  const view = (name: string, kept: Int32Array): BinaryReport =>
    binaryReport({
      name,
      scores: Float32Array.from(kept, (i) => scores[i]!),
      truth: Uint8Array.from(kept, (i) => (truth[i] === 1 ? 1 : 0)),
      groups: kept.map((i) => hosts[rows[i]!]!),
      threshold: input.threshold.value,
      spanSeconds,
      prevalences: options.prevalence ?? PREVALENCES,
      flowsPerHour: options.flowsPerHour ?? rate,
      seed: options.seed ?? 1,
      replicates: options.replicates ?? REPLICATES,
    });
  if (count === scores.length) return [view('all rows are labelled', labelled)];
  return [
    view('labelled only', labelled.subarray(0, count)),
    view(
      'background counted as negative',
      labelled.map((_, i) => i),
    ),
  ];
}

function backgroundReport(
  scores: Float32Array,
  truth: Int8Array,
  threshold: number,
  spanSeconds: number,
): BackgroundReport | null {
  let rows = 0;
  let above = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i]! >= 0) continue;
    rows++;
    if (scores[i]! >= threshold) above++;
  }
  if (rows === 0) return null;
  return {
    rows,
    above,
    share: proportion(above, rows, 'no background rows'),
    alertsPerHour: measure(alertsPerHour(above, spanSeconds), 'the rows cover no time'),
  };
}

function smallNumbers(view: BinaryReport, hosts: HitTable): string[] {
  const warnings: string[] = [];
  if (view.positives < FEW_POSITIVES) {
    warnings.push(
      `Only ${view.positives} hostile rows: one row more or less moves recall visibly.`,
    );
  }
  if (view.positives > 0 && hosts.hostileValues < 5) {
    const hostile = hosts.hostileValues === 1 ? 'one host' : `${hosts.hostileValues} hosts`;
    warnings.push(
      `All hostile rows come from ${hostile}: the figures say little about other infected hosts.`,
    );
  }
  return warnings;
}

import { type CurveBands, curveBands } from './bands.ts';
import { bootstrapRanking } from './bootstrap.ts';
import { type BudgetPoint, budgetCurve, type CostPoint, costCurve } from './budget-curve.ts';
import {
  type CurvePoint,
  expectedCalibrationError,
  prCurve,
  type ReliabilityBin,
  reliability,
  rocCurve,
} from './curve.ts';
import { type Measure, measure, proportion } from './measure.ts';
import {
  alertsPerHour,
  alertsPerHourAt,
  balancedAccuracy,
  brier,
  f1,
  logLoss,
  precisionAtPrevalence,
} from './metrics.ts';
import {
  averagePrecision,
  type Counts,
  countsAt,
  fprAtRecall,
  prAucTrapezoid,
  type Ranking,
  rank,
  recallAtFpr,
  rocAuc,
  type Scores,
} from './ranking.ts';
import { type ThresholdCurve, thresholdCurve } from './threshold-curve.ts';

/** What one view of the rows is judged from. */
export interface BinaryInput {
  /** `labelled only`, `background counted as negative`. */
  readonly name: string;
  /** Score of being hostile, 0 to 1. */
  readonly scores: Scores;
  /** 1 hostile, 0 not. */
  readonly truth: Uint8Array;
  readonly groups?: Int32Array;
  readonly threshold: number;
  /** Time that the rows cover; NaN when unknown. */
  readonly spanSeconds: number;
  readonly prevalences: readonly number[];
  /** Flow rate at which alerts an hour are reckoned for a stated prevalence. */
  readonly flowsPerHour: number;
  readonly seed: number;
  /** Bootstrap draws; 0 leaves the intervals out. */
  readonly replicates: number;
}

/** What the threshold would do where another share of the flows is hostile. */
export interface AtPrevalence {
  readonly prevalence: number;
  /** Its interval comes from the bounds of recall and false-positive rate. */
  readonly precision: Measure;
  readonly alertsPerHour: Measure;
}

/** Every figure of one view of the rows, as plain data. */
export interface BinaryReport {
  readonly name: string;
  readonly rows: number;
  readonly positives: number;
  readonly negatives: number;
  /** Share of positives among these rows: the prevalence that the figures below hold for. */
  readonly prevalence: Measure;
  readonly counts: Counts;
  readonly precision: Measure;
  readonly recall: Measure;
  readonly falsePositiveRate: Measure;
  readonly f1: Measure;
  readonly balancedAccuracy: Measure;
  readonly rocAuc: Measure;
  /** Step-wise area under the precision-recall curve. */
  readonly averagePrecision: Measure;
  /** Trapezoid area under the precision-recall curve: optimistic. */
  readonly prAucTrapezoid: Measure;
  readonly fprAtRecall: readonly { readonly recall: number; readonly fpr: Measure }[];
  readonly recallAtFpr: readonly {
    readonly budget: number;
    readonly recall: Measure;
    /** Null: the budget allows no alert. */
    readonly threshold: number | null;
  }[];
  readonly atPrevalence: readonly AtPrevalence[];
  readonly flowsPerHour: number;
  readonly alertsPerHour: Measure;
  readonly falseAlertsPerHour: Measure;
  readonly brier: Measure;
  readonly logLoss: Measure;
  readonly expectedCalibrationError: Measure;
  readonly roc: readonly CurvePoint[];
  readonly pr: readonly CurvePoint[];
  readonly reliability: readonly ReliabilityBin[];
  /** Counts at every threshold. */
  readonly thresholdCurve: ThresholdCurve;
  /** Of both curves; null without both kinds of rows, or without draws. */
  readonly bands: CurveBands | null;
  /** Recall against alerts an hour; empty when the rows cover no time. */
  readonly budget: readonly BudgetPoint[];
  /** At the first of the stated prevalences; empty without both kinds of rows. */
  readonly cost: readonly CostPoint[];
}

/** Recalls at which the false-positive rate is told. */
export const RECALLS = [0.5, 0.9, 0.95, 0.99];
/** False-positive budgets at which recall is told. */
export const BUDGETS = [1e-2, 1e-3, 1e-4];

const NO_POSITIVES = 'no positive rows';
const NO_NEGATIVES = 'no negative rows';
const NO_TIME = 'the rows cover no time';

function needsBoth(ranking: Ranking): string {
  return ranking.positives === 0 ? NO_POSITIVES : NO_NEGATIVES;
}

/** Judges one view of the rows. @throws WiresiftError `EVALUATE_SCORES` as {@link rank} */
export function binaryReport(input: BinaryInput): BinaryReport {
  const { scores, truth, threshold, spanSeconds } = input;
  const ranking = rank(scores, truth);
  const counts = countsAt(ranking, threshold);
  const { tp, fp, fn, tn } = counts;
  const rows = scores.length;
  return {
    name: input.name,
    rows,
    positives: ranking.positives,
    negatives: ranking.negatives,
    prevalence: proportion(ranking.positives, rows, 'no rows'),
    counts,
    precision: proportion(tp, tp + fp, 'no row is above the threshold'),
    recall: proportion(tp, tp + fn, NO_POSITIVES),
    falsePositiveRate: proportion(fp, fp + tn, NO_NEGATIVES),
    f1: measure(f1(counts), 'no positive rows and no row above the threshold'),
    balancedAccuracy: measure(balancedAccuracy(counts), needsBoth(ranking)),
    ...areas(input, ranking),
    ...budgets(ranking),
    atPrevalence: input.prevalences.map((prevalence) => atPrevalence(input, counts, prevalence)),
    flowsPerHour: input.flowsPerHour,
    alertsPerHour: measure(alertsPerHour(tp + fp, spanSeconds), NO_TIME),
    falseAlertsPerHour: measure(alertsPerHour(fp, spanSeconds), NO_TIME),
    ...calibration(input),
    roc: rocCurve(ranking),
    pr: prCurve(ranking),
    thresholdCurve: thresholdCurve(ranking),
    budget: budgetCurve(ranking, spanSeconds),
    cost: costCurve(
      ranking,
      { recall: tp / (tp + fn), falsePositiveRate: fp / (fp + tn) },
      input.prevalences[0] ?? 0.01,
    ),
  };
}

function areas(input: BinaryInput, ranking: Ranking) {
  const { scores, truth, groups, seed, replicates } = input;
  const both = ranking.positives > 0 && ranking.negatives > 0;
  const grouped = groups ? { groups } : {};
  const draws = { scores, truth, seed, replicates, ...grouped };
  const drawn = both && replicates > 0 ? bootstrapRanking(draws) : undefined;
  return {
    bands: drawn ? curveBands(draws) : null,
    rocAuc: measure(rocAuc(ranking), needsBoth(ranking), drawn?.rocAuc),
    averagePrecision: measure(averagePrecision(ranking), NO_POSITIVES, drawn?.averagePrecision),
    prAucTrapezoid: measure(prAucTrapezoid(ranking), NO_POSITIVES),
  };
}

function budgets(ranking: Ranking) {
  return {
    fprAtRecall: RECALLS.map((recall) => ({
      recall,
      fpr: measure(fprAtRecall(ranking, recall).falsePositiveRate, needsBoth(ranking)),
    })),
    recallAtFpr: BUDGETS.map((budget) => {
      const point = recallAtFpr(ranking, budget);
      return {
        budget,
        recall: measure(point.recall, needsBoth(ranking)),
        threshold: Number.isFinite(point.threshold) ? point.threshold : null,
      };
    }),
  };
}

function atPrevalence(input: BinaryInput, counts: Counts, prevalence: number): AtPrevalence {
  const { tp, fp, fn, tn } = counts;
  const tpr = proportion(tp, tp + fn, NO_POSITIVES);
  const fpr = proportion(fp, fp + tn, NO_NEGATIVES);
  if (tpr.value === null || fpr.value === null) {
    const unknown = { value: null, reason: tpr.reason ?? fpr.reason ?? NO_POSITIVES };
    return { prevalence, precision: unknown, alertsPerHour: unknown };
  }
  const rates = { tpr: tpr.value, fpr: fpr.value };
  const interval = {
    low: precisionAtPrevalence(tpr.interval!.low, fpr.interval!.high, prevalence),
    high: precisionAtPrevalence(tpr.interval!.high, fpr.interval!.low, prevalence),
    method: 'from the Wilson bounds of recall and false-positive rate',
  };
  return {
    prevalence,
    precision: measure(
      precisionAtPrevalence(rates.tpr, rates.fpr, prevalence),
      'no row is above the threshold',
      interval,
    ),
    alertsPerHour: measure(alertsPerHourAt(rates, prevalence, input.flowsPerHour), NO_TIME),
  };
}

function calibration({ scores, truth }: BinaryInput) {
  const bins = reliability(scores, truth);
  return {
    brier: measure(brier(scores, truth), 'no rows'),
    logLoss: measure(logLoss(scores, truth), 'no rows'),
    expectedCalibrationError: measure(expectedCalibrationError(bins), 'no rows'),
    reliability: bins,
  };
}

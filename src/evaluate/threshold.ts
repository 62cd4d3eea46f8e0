import { WiresiftError } from '../base/index.ts';
import { type Measure, proportion } from './measure.ts';
import { type Counts, countsAt, type Ranking, rank, type Scores } from './ranking.ts';

/** How to choose a threshold. */
export type ThresholdMethod =
  | { readonly kind: 'best-f1' }
  /** The lowest threshold whose false-positive rate is at most `budget`. */
  | { readonly kind: 'fpr'; readonly budget: number }
  /** The lowest threshold that at most `perDay` flows a day reach, whatever their label. */
  | { readonly kind: 'alerts'; readonly perDay: number }
  | { readonly kind: 'fixed'; readonly value: number };

/** Scores of rows that neither training nor test has seen. */
export interface ValidationScores {
  readonly scores: Scores;
  /** 1 positive, 0 negative, -1 unknown (background). */
  readonly truth: Int8Array;
  /** Time from the first to the last row; NaN when the rows have no time. */
  readonly spanSeconds: number;
  /** Whether unknown rows count as negatives where a method needs negatives. */
  readonly background: 'exclude' | 'negative';
}

/** A threshold and what it costs on the rows that chose it; plain data, kept in the model file. */
export interface ChosenThreshold {
  /** Rows scoring at least this are called positive. */
  readonly value: number;
  /** `best-f1`, `fpr<=0.001`, `alerts<=50/day`, `fixed`. */
  readonly method: string;
  readonly detail: ThresholdDetail;
}

/** What a threshold does on the validation rows. */
export interface ThresholdDetail {
  /** One sentence for people. */
  readonly text: string;
  readonly recall: Measure;
  /** Over labelled rows. */
  readonly precision: Measure;
  /** Over rows labelled negative. */
  readonly falsePositiveRate: Measure;
  /** Share of unknown rows above the threshold. */
  readonly backgroundRate: Measure;
  /** False-positive rate when unknown rows are taken for negatives. */
  readonly falsePositiveRateWithBackground: Measure;
  /** Flows of any label above the threshold, a day. */
  readonly alertsPerDay: number | null;
}

function badThreshold(saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({ code: 'THRESHOLD', where: 'threshold', saw, expected, todo });
}

/** Ranking with unknown rows left out, taken as negatives, or every row taken as negative. */
function rankAs(validation: ValidationScores, unknown: 'exclude' | 'negative' | 'all'): Ranking {
  const { scores, truth } = validation;
  if (unknown === 'all') return rank(scores, new Uint8Array(scores.length));
  const kept = new Float64Array(scores.length);
  const as = new Uint8Array(scores.length);
  let count = 0;
  for (let i = 0; i < scores.length; i++) {
    if (unknown === 'exclude' && truth[i]! < 0) continue;
    kept[count] = scores[i]!;
    as[count++] = truth[i]! === 1 ? 1 : 0;
  }
  return rank(kept.subarray(0, count), as.subarray(0, count));
}

/**
 * A value that parts entry `index` from the next lower score: halfway, so that small rounding of a
 * score changes nothing. Index -1: above every score.
 */
function valueBelow(ranking: Ranking, index: number): number {
  const { thresholds } = ranking;
  if (index < 0) {
    const top = thresholds.length > 0 ? thresholds[0]! : 0;
    return top < 1 ? (top + 1) / 2 : top + 2 ** -20;
  }
  const upper = thresholds[index]!;
  if (index + 1 >= thresholds.length) return upper;
  const middle = (upper + thresholds[index + 1]!) / 2;
  return middle > thresholds[index + 1]! ? middle : upper;
}

function lastWithin(falsePositives: Float64Array, allowed: number): number {
  let index = -1;
  while (index + 1 < falsePositives.length && falsePositives[index + 1]! <= allowed) index++;
  return index;
}

function bestF1(validation: ValidationScores): { value: number; text: string } {
  const ranking = rankAs(validation, validation.background);
  const { truePositives, falsePositives, positives } = ranking;
  if (positives === 0) {
    throw badThreshold(
      'no positive row in the validation part',
      'positives, to reckon F1 with',
      'Choose a false-positive budget instead, or a larger validation part',
    );
  }
  let best = 0;
  let bestValue = -1;
  for (let i = 0; i < truePositives.length; i++) {
    const value = (2 * truePositives[i]!) / (positives + truePositives[i]! + falsePositives[i]!);
    if (value > bestValue) {
      best = i;
      bestValue = value;
    }
  }
  const text = `F1 is highest here on validation: ${bestValue.toFixed(4)}`;
  return { value: valueBelow(ranking, best), text };
}

function withinBudget(validation: ValidationScores, budget: number) {
  const ranking = rankAs(validation, validation.background);
  if (ranking.negatives === 0 || !(budget >= 0 && budget <= 1)) {
    throw badThreshold(
      `budget ${budget}, ${ranking.negatives} negatives in the validation part`,
      'a budget from 0 to 1 and at least one negative',
      'Choose another budget, or another method',
    );
  }
  const allowed = Math.floor(budget * ranking.negatives + 1e-9);
  const whose = validation.background === 'negative' ? 'negatives and background' : 'negatives';
  const coarse =
    allowed === 0 && budget > 0 ? '; too few rows to tell so small a rate apart from 0' : '';
  const text = `at most ${allowed} of ${ranking.negatives} ${whose} of validation reach it${coarse}`;
  return { value: valueBelow(ranking, lastWithin(ranking.falsePositives, allowed)), text };
}

function withinAlerts(validation: ValidationScores, perDay: number) {
  const { spanSeconds } = validation;
  if (!(spanSeconds > 0) || !(perDay >= 0)) {
    throw badThreshold(
      `${perDay} alerts a day over ${spanSeconds} s`,
      'a number of at least 0, and rows that span some time',
      'Choose another method for data without times',
    );
  }
  const ranking = rankAs(validation, 'all');
  const allowed = Math.floor((perDay * spanSeconds) / 86_400 + 1e-9);
  const text = `at most ${allowed} of ${ranking.negatives} flows in ${Math.round(spanSeconds)} s of validation reach it`;
  return { value: valueBelow(ranking, lastWithin(ranking.falsePositives, allowed)), text };
}

function choose(validation: ValidationScores, method: ThresholdMethod) {
  switch (method.kind) {
    case 'best-f1':
      return bestF1(validation);
    case 'fpr':
      return withinBudget(validation, method.budget);
    case 'alerts':
      return withinAlerts(validation, method.perDay);
    case 'fixed':
      return { value: method.value, text: 'given by the user' };
  }
}

/** Short name of a method with its limit: `fpr<=0.001`. */
export function methodName(method: ThresholdMethod): string {
  if (method.kind === 'fpr') return `fpr<=${method.budget}`;
  if (method.kind === 'alerts') return `alerts<=${method.perDay}/day`;
  return method.kind;
}

/**
 * Chooses a threshold on validation scores and tells what it costs there. Never give it test
 * scores.
 * @throws WiresiftError `THRESHOLD` when the rows cannot decide: no positives for F1, no negatives
 * for a budget, no time for alerts a day
 */
export function chooseThreshold(
  validation: ValidationScores,
  method: ThresholdMethod,
): ChosenThreshold {
  const { value, text } = choose(validation, method);
  const unreachable = value > 1 ? '; it is above 1, so the model alone will never alert' : '';
  const labelled = countsAt(rankAs(validation, 'exclude'), value);
  const all = countsAt(rankAs(validation, 'negative'), value);
  const detail = thresholdCost(labelled, all, validation.spanSeconds);
  return { value, method: methodName(method), detail: { text: text + unreachable, ...detail } };
}

function thresholdCost(
  labelled: Counts,
  all: Counts,
  spanSeconds: number,
): Omit<ThresholdDetail, 'text'> {
  const { tp, fp, fn, tn } = labelled;
  const above = all.tp + all.fp;
  const background = all.fp + all.tn - fp - tn;
  return {
    recall: proportion(tp, tp + fn, 'no positive rows'),
    precision: proportion(tp, tp + fp, 'no labelled row is above the threshold'),
    falsePositiveRate: proportion(fp, fp + tn, 'no negative rows'),
    backgroundRate: proportion(all.fp - fp, background, 'no rows without a label'),
    falsePositiveRateWithBackground: proportion(all.fp, all.fp + all.tn, 'no negative rows'),
    alertsPerDay: spanSeconds > 0 ? (above * 86_400) / spanSeconds : null,
  };
}

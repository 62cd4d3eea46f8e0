import { WiresiftError } from '../base/index.ts';
import {
  brier,
  confusion,
  f1,
  LOG_LOSS_FLOOR,
  macroF1,
  meanRecall,
  mostProbable,
} from './metrics.ts';
import { averagePrecision, rank, rocAuc } from './ranking.ts';
import { harmlessClass, hostileScores } from './truth.ts';

/** What a metric judges: the rows of one test fold. */
export interface ScoredRows {
  /** Row-major, rows × classes. */
  readonly probabilities: Float32Array;
  /** True class a row, never below 0. */
  readonly truth: Int32Array;
  readonly classes: readonly string[];
}

/** A figure to choose models by. */
export interface ScoringMetric {
  readonly name: string;
  readonly meaning: string;
  readonly better: 'higher' | 'lower';
  /** NaN where it is undefined for these rows. */
  readonly score: (scored: ScoredRows) => number;
}

const toldClasses = ({ probabilities, classes }: ScoredRows): Int32Array =>
  mostProbable(probabilities, classes.length);

function hostile(scored: ScoredRows): { scores: Float32Array; truth: Uint8Array } {
  const harmless = harmlessClass(scored.classes);
  return {
    scores: hostileScores(scored.probabilities, scored.classes.length, harmless),
    truth: Uint8Array.from(scored.truth, (label) => (label === harmless ? 0 : 1)),
  };
}

function hostileF1(scored: ScoredRows): number {
  const harmless = harmlessClass(scored.classes);
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  toldClasses(scored).forEach((told, row) => {
    if (scored.truth[row] === harmless) told === harmless ? tn++ : fp++;
    else told === harmless ? fn++ : tp++;
  });
  return f1({ tp, fp, fn, tn });
}

/** Share of rows whose most probable class is the true one. NaN without rows. */
function accuracy(scored: ScoredRows): number {
  const told = toldClasses(scored);
  const right = told.reduce((sum, each, row) => sum + (each === scored.truth[row] ? 1 : 0), 0);
  return right / told.length;
}

/** Mean of −ln p(true class), p not below the step of 32-bit floats. */
function classLogLoss({ probabilities, truth, classes }: ScoredRows): number {
  let sum = 0;
  truth.forEach((label, row) => {
    sum -= Math.log(Math.max(LOG_LOSS_FLOOR, probabilities[row * classes.length + label]!));
  });
  return sum / truth.length;
}

const table = (scored: ScoredRows) => confusion(scored.truth, toldClasses(scored), scored.classes);
const ranking = (scored: ScoredRows) => {
  const { scores, truth } = hostile(scored);
  return rank(scores, truth);
};

const METRICS: readonly ScoringMetric[] = [
  {
    name: 'balancedAccuracy',
    meaning: 'mean recall of the classes present',
    better: 'higher',
    score: (scored) => meanRecall(table(scored)),
  },
  {
    name: 'macroF1',
    meaning: 'mean F1 of the classes present or told',
    better: 'higher',
    score: (scored) => macroF1(table(scored)),
  },
  { name: 'accuracy', meaning: 'share of rows told right', better: 'higher', score: accuracy },
  { name: 'f1', meaning: 'F1 of hostile against harmless', better: 'higher', score: hostileF1 },
  {
    name: 'averagePrecision',
    meaning: 'area under precision over recall, hostile against harmless',
    better: 'higher',
    score: (scored) => averagePrecision(ranking(scored)),
  },
  {
    name: 'rocAuc',
    meaning: 'chance that a hostile row scores above a harmless one',
    better: 'higher',
    score: (scored) => rocAuc(ranking(scored)),
  },
  {
    name: 'brier',
    meaning: 'mean squared distance of the hostile score from the truth',
    better: 'lower',
    score: (scored) => {
      const { scores, truth } = hostile(scored);
      return brier(scores, truth);
    },
  },
  {
    name: 'logLoss',
    meaning: 'mean -ln of the probability of the true class',
    better: 'lower',
    score: classLogLoss,
  },
];

/** Every metric that cross-validation and search know by name. */
export function scoringMetrics(): readonly ScoringMetric[] {
  return METRICS;
}

/** @throws WiresiftError `SEARCH` when there is no metric of that name */
export function scoringMetric(name: string): ScoringMetric {
  const found = METRICS.find((each) => each.name === name);
  if (found) return found;
  throw new WiresiftError({
    code: 'SEARCH',
    where: 'metric',
    saw: name.slice(0, 80),
    expected: `one of ${METRICS.map((each) => each.name).join(', ')}`,
    todo: 'Check the spelling',
    exitCode: 2,
  });
}

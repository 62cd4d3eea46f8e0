import { Random } from '../base/index.ts';
import { percentiles, sortRows, unitsToDraw, weightedRanking } from './bootstrap.ts';
import type { Interval } from './measure.ts';
import type { Scores } from './ranking.ts';

/** Two models on the same rows. */
export interface PairedInput {
  /** 1 hostile, 0 not. */
  readonly truth: Uint8Array;
  readonly a: { readonly scores: Scores; readonly threshold: number };
  readonly b: { readonly scores: Scores; readonly threshold: number };
  readonly groups?: Int32Array;
  readonly seed: number;
  readonly replicates: number;
}

/** Whether two models differ by more than luck. */
export interface PairedTest {
  readonly rows: number;
  /** Rows that only one of them gets right at its own threshold. */
  readonly onlyA: number;
  readonly onlyB: number;
  /**
   * McNemar's test, two-sided, exact for few rows (McNemar 1947). Takes rows as independent, so it
   * flatters where flows come from few hosts.
   */
  readonly mcnemar: number;
  /** Average precision of A less B's, with its interval over draws of groups. */
  readonly averagePrecision: { readonly difference: number; readonly interval: Interval };
  /** Two-sided: how often a draw would turn the difference round. */
  readonly p: number;
}

/** ln(n!) by Stirling's series past a table's reach; exact enough for tail sums. */
function logFactorial(n: number): number {
  let sum = 0;
  if (n < 32) {
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  return (
    (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
  );
}

/** Two-sided binomial test of `k` against `n - k` at one half. */
export function signTest(k: number, n: number): number {
  if (n === 0) return 1;
  const least = Math.min(k, n - k);
  let tail = 0;
  for (let i = 0; i <= least; i++) {
    tail += Math.exp(logFactorial(n) - logFactorial(i) - logFactorial(n - i) - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Compares two models on the same rows: McNemar's test of their decisions, and a paired bootstrap of
 * average precision that draws whole groups where there are enough.
 */
export function pairedTest(input: PairedInput): PairedTest {
  const { truth, a, b, seed, replicates } = input;
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < truth.length; i++) {
    const rightA = Number(a.scores[i]! >= a.threshold) === truth[i];
    const rightB = Number(b.scores[i]! >= b.threshold) === truth[i];
    if (rightA && !rightB) onlyA++;
    if (rightB && !rightA) onlyB++;
  }
  const grouped = input.groups ? { groups: input.groups } : {};
  const shape = { truth, seed, replicates, ...grouped };
  const { unit, units, method } = unitsToDraw({ scores: a.scores, ...shape });
  const ranked = [a, b].map(({ scores }) => sortRows({ scores, ...shape }, unit));
  const difference = (weights: Int32Array): number =>
    weightedRanking(ranked[0]!, weights).averagePrecision -
    weightedRanking(ranked[1]!, weights).averagePrecision;
  const weights = new Int32Array(units).fill(1);
  const whole = difference(weights);
  const random = new Random(seed).fork('paired');
  const drawn = new Float64Array(replicates);
  let below = 0;
  let above = 0;
  for (let draw = 0; draw < replicates; draw++) {
    weights.fill(0);
    for (let i = 0; i < units; i++) weights[random.int(units)]! += 1;
    drawn[draw] = difference(weights);
    if (drawn[draw]! <= 0) below++;
    if (drawn[draw]! >= 0) above++;
  }
  return {
    rows: truth.length,
    onlyA,
    onlyB,
    mcnemar: signTest(onlyA, onlyA + onlyB),
    averagePrecision: { difference: whole, interval: percentiles(drawn, method) },
    // One is added to both, so that a finite number of draws never claims certainty.
    p: Math.min(1, (2 * (Math.min(below, above) + 1)) / (replicates + 1)),
  };
}

/** Slope and intercept on the log-odds of the score. */
export interface Sigmoid {
  readonly slope: number;
  readonly intercept: number;
}

/** Scores are kept this far from 0 and 1 before their log-odds are taken. */
export const LOG_ODDS_EDGE = 1e-3;
/** Newton's method on two numbers converges in a handful of steps. */
const MAX_STEPS = 100;

/** Log-odds of a probability, bounded. */
export function logOdds(score: number): number {
  const inside =
    score < LOG_ODDS_EDGE ? LOG_ODDS_EDGE : score > 1 - LOG_ODDS_EDGE ? 1 - LOG_ODDS_EDGE : score;
  return Math.log(inside / (1 - inside));
}

/**
 * A sigmoid over the log-odds of the scores (Platt 1999), by Newton's method with step halving (Lin,
 * Lin, Weng 2007). Targets are moved from 0 and 1 by Platt's rule, so few rows cannot make it steep.
 *
 * @param truth 1 for rows of the class, else 0
 */
export function fitPlatt(scores: Float64Array, truth: Uint8Array, weights: Float64Array): Sigmoid {
  const odds = scores.map(logOdds);
  let positive = 0;
  let negative = 0;
  truth.forEach((one, i) => {
    if (one === 1) positive += weights[i]!;
    else negative += weights[i]!;
  });
  const high = (positive + 1) / (positive + 2);
  const low = 1 / (negative + 2);
  const targets = Float64Array.from(truth, (one) => (one === 1 ? high : low));
  const loss = (slope: number, intercept: number): number => {
    let sum = 0;
    for (let i = 0; i < odds.length; i++) {
      const z = slope * odds[i]! + intercept;
      const softplus = z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
      sum += weights[i]! * (softplus - targets[i]! * z);
    }
    return sum;
  };
  let slope = 1;
  let intercept = 0;
  let now = loss(slope, intercept);
  for (let step = 0; step < MAX_STEPS; step++) {
    const [ds, di] = newtonStep(odds, targets, weights, { slope, intercept });
    let share = 1;
    let next = loss(slope + ds, intercept + di);
    while (!(next <= now) && share > 1e-10) {
      share /= 2;
      next = loss(slope + share * ds, intercept + share * di);
    }
    if (!(next <= now)) break;
    slope += share * ds;
    intercept += share * di;
    if (Math.abs(ds) + Math.abs(di) < 1e-12 * (1 + Math.abs(slope) + Math.abs(intercept))) break;
    now = next;
  }
  return { slope, intercept };
}

function newtonStep(
  odds: Float64Array,
  targets: Float64Array,
  weights: Float64Array,
  { slope, intercept }: Sigmoid,
): [number, number] {
  // A trace on the diagonal: scores that are all alike leave the slope open.
  let ss = 1e-12;
  let si = 0;
  let ii = 1e-12;
  let gs = 0;
  let gi = 0;
  for (let i = 0; i < odds.length; i++) {
    const x = odds[i]!;
    const share = 1 / (1 + Math.exp(-(slope * x + intercept)));
    const weight = weights[i]!;
    const curve = weight * share * (1 - share);
    const error = weight * (share - targets[i]!);
    ss += curve * x * x;
    si += curve * x;
    ii += curve;
    gs += error * x;
    gi += error;
  }
  const det = ss * ii - si * si;
  if (!(det > 0)) return [0, -gi / ii];
  return [-(ii * gs - si * gi) / det, -(ss * gi - si * gs) / det];
}

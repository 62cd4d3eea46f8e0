/** A step towards probabilities: scores ascending, and the probability at each. */
export interface Calibration {
  readonly scores: Float64Array;
  readonly shares: Float64Array;
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer and others 1955): the non-decreasing
 * function of the score that comes closest to the truth, in squares weighted by `weights`.
 *
 * @param truth 1 for rows of the class, else 0
 * @returns both ends of every pool; linear in between, flat outside
 */
export function fitIsotonic(
  scores: Float64Array,
  truth: Uint8Array,
  weights: Float64Array,
): Calibration {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  // Pools from the left: first and last score, weight, mean.
  const first: number[] = [];
  const last: number[] = [];
  const mass: number[] = [];
  const mean: number[] = [];
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!]!;
    let sum = 0;
    let positive = 0;
    // Rows of one score share one probability from the start.
    for (; i < order.length && scores[order[i]!] === score; i++) {
      sum += weights[order[i]!]!;
      positive += truth[order[i]!]! * weights[order[i]!]!;
    }
    if (sum === 0) continue;
    first.push(score);
    last.push(score);
    mass.push(sum);
    mean.push(positive / sum);
    settle(first, last, mass, mean);
  }
  const count = mass.length;
  const points: Calibration = {
    scores: new Float64Array(2 * count),
    shares: new Float64Array(2 * count),
  };
  for (let i = 0; i < count; i++) {
    points.scores[2 * i] = first[i]!;
    points.scores[2 * i + 1] = last[i]!;
    points.shares[2 * i] = mean[i]!;
    points.shares[2 * i + 1] = mean[i]!;
  }
  return points;
}

/** Pools the last two while they are out of order. */
function settle(first: number[], last: number[], mass: number[], mean: number[]): void {
  for (let top = mass.length - 1; top > 0 && mean[top - 1]! >= mean[top]!; top--) {
    const sum = mass[top - 1]! + mass[top]!;
    mean[top - 1] = (mean[top - 1]! * mass[top - 1]! + mean[top]! * mass[top]!) / sum;
    mass[top - 1] = sum;
    last[top - 1] = last[top]!;
    first.pop();
    last.pop();
    mass.pop();
    mean.pop();
  }
}

/** The probability at a score: linear between points, flat outside. */
export function isotonicShare({ scores, shares }: Calibration, score: number): number {
  const count = scores.length;
  if (!(score > scores[0]!)) return shares[0]!;
  if (score >= scores[count - 1]!) return shares[count - 1]!;
  let low = 0;
  let high = count - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (scores[middle]! <= score) low = middle;
    else high = middle;
  }
  const width = scores[high]! - scores[low]!;
  return shares[low]! + ((shares[high]! - shares[low]!) * (score - scores[low]!)) / width;
}

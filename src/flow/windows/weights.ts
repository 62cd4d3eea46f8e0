/** Weights are whole numbers of 2^-24, so that sums of them have no error and no order. */
const SCALE = 2 ** 24;
/** As many as one item has in a window at most. */
const TABLE = 2 ** 16;

function exactWeight(count: number): number {
  return count < 2 ? 0 : Math.round(count * Math.log2(count) * SCALE);
}

const WEIGHTS = Float64Array.from({ length: TABLE }, (_, count) => exactWeight(count));
const LOGS = Float64Array.from({ length: TABLE }, (_, n) => Math.log2(n));

/**
 * n log2 n, what an item seen n times takes off the entropy, times 2^24 and rounded. With counts that
 * sum to m the entropy is log2 m - (sum of n log2 n) / m, so a count that changes by one changes the sum
 * by the difference of two weights.
 */
export function weight(count: number): number {
  return count < TABLE ? WEIGHTS[count]! : exactWeight(count);
}

/** log2 of a whole number. */
export function log2(n: number): number {
  return n < TABLE ? LOGS[n]! : Math.log2(n);
}

/** Shannon entropy in bits of items whose counts sum to `mass` and whose weights sum to `weights`. */
export function entropyOfWeights(mass: number, weights: number): number {
  const entropy = log2(mass) - weights / (mass * SCALE);
  // What rounding leaves of one item alone.
  return entropy < 1e-6 ? 0 : entropy;
}

/**
 * The sum of weights with `flows` more, spread evenly over `items` more: what is known to have been
 * there, but not as which.
 */
export function withSpread(weights: number, flows: number, items: number): number {
  return flows > items ? weights + flows * (log2(flows) - log2(items)) * SCALE : weights;
}

/** Terms smaller than this share of the sum no longer change a double. */
const NEGLIGIBLE = 1e-17;

/** Natural logarithm of the gamma function for x > 0: Stirling's series after shifting x above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let value = x;
  while (value < 10) {
    shift -= Math.log(value);
    value += 1;
  }
  const inverse = 1 / value;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680))));
  return shift + (value - 0.5) * Math.log(value) - value + 0.5 * Math.log(2 * Math.PI) + series;
}

/**
 * P(X >= k) for X binomial(n, p): the chance of so many hits or more by luck. Summed from the term next to k outward, on the side of k away from the mean.
 * @param n whole, 0 or more. @param p in (0, 1)
 */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  const upper = k > n * p;
  const from = upper ? k : k - 1;
  const odds = p / (1 - p);
  let term = Math.exp(
    logGamma(n + 1) -
      logGamma(from + 1) -
      logGamma(n - from + 1) +
      from * Math.log(p) +
      (n - from) * Math.log1p(-p),
  );
  let sum = 0;
  for (let i = from; i >= 0 && i <= n && term > sum * NEGLIGIBLE; ) {
    sum += term;
    if (upper) {
      term *= ((n - i) / (i + 1)) * odds;
      i++;
    } else {
      term *= i / (n - i + 1) / odds;
      i--;
    }
  }
  return Math.min(1, Math.max(0, upper ? sum : 1 - sum));
}

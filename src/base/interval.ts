/** An interval that should hold the true value in 95 of 100 repetitions. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** `Wilson`, `bootstrap of rows`, `bootstrap of groups`; with what to beware of. */
  readonly method: string;
}

/** Two-sided 95 % quantile of the standard normal. */
const Z95 = 1.959963984540054;

/**
 * Wilson's score interval for a proportion (E. B. Wilson, JASA 22, 1927), 95 %. Unlike the usual
 * approximation it stays within 0 and 1 and does not shrink to nothing at 0 of n.
 * @returns NaN bounds when `total` is 0
 */
export function wilson(hits: number, total: number): Interval {
  if (total === 0) return { low: Number.NaN, high: Number.NaN, method: 'Wilson' };
  const share = hits / total;
  const z2 = Z95 * Z95;
  const scale = 1 + z2 / total;
  const middle = (share + z2 / (2 * total)) / scale;
  const half = (Z95 * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total))) / scale;
  return {
    low: hits === 0 ? 0 : Math.max(0, middle - half),
    high: hits === total ? 1 : Math.min(1, middle + half),
    method: 'Wilson',
  };
}

/** Sums of units fit 32 bits. */
const MOST_UNITS = 2 ** 31;
/** Units of a row of mean weight, where weights are no multiples of one another. */
const MEAN_UNITS = 2 ** 14;

/** Weights of rows as whole numbers. */
export interface WeighedUnits {
  /** One a row; undefined: 1 each. */
  readonly units: Uint32Array | undefined;
  /** Weight of a unit. */
  readonly unit: number;
  /** Sum of the units. */
  readonly most: number;
}

/**
 * Weights as whole units: of 1 or of the least weight where all weights are multiples of it, else
 * so fine that a row of mean weight has thousands. Sums of units are exact in any order.
 *
 * @param weights finite, 0 or more, one a row; undefined: 1 each
 */
export function weighUnits(rows: number, weights: Float32Array | undefined): WeighedUnits {
  if (!weights) return { units: undefined, unit: 1, most: rows };
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights[i]!;
    if (weight > 0 && weight < least) least = weight;
    sum += weight;
  }
  const exact = [1, least].find(
    (unit) => sum / unit <= MOST_UNITS && weights.every((each) => Number.isInteger(each / unit)),
  );
  const unit = exact ?? sum / Math.min(MOST_UNITS, MEAN_UNITS * rows);
  let most = 0;
  const units = new Uint32Array(new SharedArrayBuffer(rows * 4));
  for (let i = 0; i < rows; i++) {
    units[i] = weights[i]! > 0 ? Math.max(1, Math.round(weights[i]! / unit)) : 0;
    most += units[i]!;
  }
  return { units, unit, most };
}

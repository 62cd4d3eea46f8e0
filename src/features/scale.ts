import type { FittedStep, QuantileStep } from './step.ts';

/** A scaling step as learned. */
export type FittedScale = Extract<FittedStep, { kind: 'robust' | 'minMax' | 'quantile' }>;

/** Most reference points of a quantile step: 0.1 % apart, 8 kilobytes a column in the file. */
export const MAX_QUANTILES = 1000;

/**
 * Shares this close to 0 or 1 count as this close, so that a normal output stays within 5.2 of 0:
 * the bound of scikit-learn's `QuantileTransformer`.
 */
export const NORMAL_EDGE = 1e-7;

/** Cells that are finite, ascending: dividing by a tiny spread may have left the range. */
function ascending(cells: Float64Array): Float64Array {
  return cells.filter((cell) => Number.isFinite(cell)).sort();
}

/** Quantile `share` of sorted values, linear between neighbours (Hyndman and Fan 1996, type 7). */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const from = sorted[low]!;
  const to = sorted[Math.min(low + 1, sorted.length - 1)]!;
  const part = place - low;
  // Weighted, not by difference: the distance of two numbers may be beyond the largest one.
  return from === to ? from : from * (1 - part) + to * part;
}

const usable = (scale: number): number => (scale > 0 && Number.isFinite(scale) ? scale : 1);

/** Median and distance of the quartiles. 0 and 1 without a cell; 1 when the quartiles are equal. */
export function robustOf(cells: Float64Array): FittedScale {
  const sorted = ascending(cells);
  if (sorted.length === 0) return { kind: 'robust', median: 0, scale: 1 };
  const scale = usable(quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25));
  return { kind: 'robust', median: quantileOf(sorted, 0.5) + 0, scale };
}

/** Smallest cell and the distance to the largest. 0 and 1 without a cell; 1 when all are equal. */
export function minMaxOf(cells: Float64Array, clip: boolean): FittedScale {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < cells.length; i++) {
    if (!Number.isFinite(cells[i])) continue;
    if (cells[i]! < min) min = cells[i]!;
    if (cells[i]! > max) max = cells[i]!;
  }
  if (min > max) return { kind: 'minMax', min: 0, scale: 1, clip };
  return { kind: 'minMax', min: min + 0, scale: usable(max - min), clip };
}

/** Values at evenly spaced shares of the sorted cells; one point, 0, without a cell. */
export function quantilesOf(step: QuantileStep, cells: Float64Array): FittedScale {
  const sorted = ascending(cells);
  const points = Math.max(1, Math.min(step.quantiles ?? MAX_QUANTILES, sorted.length));
  const values: number[] = [];
  for (let i = 0; i < points; i++) {
    const value = sorted.length === 0 ? 0 : quantileOf(sorted, points === 1 ? 0 : i / (points - 1));
    // Rounding of the weights may undo the order by a unit in the last place.
    values.push(Math.max(value, values.at(-1) ?? Number.NEGATIVE_INFINITY) + 0);
  }
  return { kind: 'quantile', output: step.output ?? 'uniform', values };
}

/** Applies a scaling step in place; empty cells stay NaN. */
export function applyScale(step: FittedScale, cells: Float64Array, count: number): void {
  if (step.kind === 'robust') {
    const { median, scale } = step;
    for (let i = 0; i < count; i++) cells[i] = (cells[i]! - median) / scale;
  } else if (step.kind === 'minMax') {
    const { min, scale, clip } = step;
    for (let i = 0; i < count; i++) {
      const value = (cells[i]! - min) / scale;
      cells[i] = clip ? Math.min(1, Math.max(0, value)) : value;
    }
  } else {
    const values = Float64Array.from(step.values);
    const normal = step.output === 'normal';
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(cells[i])) continue;
      const share = shareOf(values, cells[i]!);
      cells[i] = normal
        ? normalQuantile(Math.min(1 - NORMAL_EDGE, Math.max(NORMAL_EDGE, share)))
        : share;
    }
  }
}

/** First index whose value is at least (`above` false) or more than `value` (`above` true). */
function firstFrom(values: Float64Array, value: number, above: boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value || (above && values[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Share of the training cells below `value`: the middle of its steps where many are equal. */
function shareOf(values: Float64Array, value: number): number {
  const last = values.length - 1;
  if (value <= values[0]!) return 0;
  if (value >= values[last]!) return 1;
  const from = firstFrom(values, value, false);
  const to = firstFrom(values, value, true) - 1;
  if (to >= from) return (from + to) / 2 / last;
  const low = values[from - 1]!;
  return (from - 1 + (value - low) / (values[from]! - low)) / last;
}

/** Σ coefficients[i] · x^i. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/**
 * Terms of {@link normalQuantile}, from the constant on: `near` polynomials in `nearSquare - q²` while
 * |q| is at most `nearEnd`, `far` ones in √-log(tail) - `farShift`.
 */
export const NORMAL_TERMS = {
  nearEnd: 0.425,
  nearSquare: 0.180625,
  farShift: 1.6,
  nearTop: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946,
    45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  nearBottom: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597,
    39307.89580009271, 28729.085735721943, 5226.495278852854,
  ],
  farTop: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045,
    1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  farBottom: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
    0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
  ],
};

/**
 * The number below which a share `p` of a standard normal lies: Wichura's algorithm AS 241 (PPND16,
 * Applied Statistics 37, 1988), to 1e-14. @param p 1e-10 to 1 - 1e-10
 */
export function normalQuantile(p: number): number {
  const terms = NORMAL_TERMS;
  const q = p - 0.5;
  if (Math.abs(q) <= terms.nearEnd) {
    const r = terms.nearSquare - q * q;
    return (q * polynomial(terms.nearTop, r)) / polynomial(terms.nearBottom, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p)) - terms.farShift;
  const size = polynomial(terms.farTop, r) / polynomial(terms.farBottom, r);
  return q < 0 ? -size : size;
}

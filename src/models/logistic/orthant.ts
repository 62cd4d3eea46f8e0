import {
  direction,
  dot,
  type MinimiseOptions,
  type Minimum,
  type Objective,
  type Pair,
  type Place,
  remember,
} from './minimise.ts';

/** Sufficient decrease of a step, and how often it is halved. */
const DECREASE = 1e-4;
const MAX_HALVINGS = 40;

/** The penalty on absolute values: `l1` for each of the first `free` numbers of a point. */
export interface AbsolutePenalty {
  readonly l1: number;
  readonly free: number;
}

/**
 * Minimises a smooth convex function plus a penalty on absolute values by orthant-wise L-BFGS
 * (Andrew and Gao 2007): for so many coefficients that second derivatives do not pay off.
 */
export async function minimiseOrthant(
  objective: Objective,
  start: Float64Array,
  { l1, free }: AbsolutePenalty,
  options: MinimiseOptions & { readonly violation: NonNullable<MinimiseOptions['violation']> },
): Promise<Minimum> {
  const whole = ({ point, value }: Place): number => {
    let sum = 0;
    for (let i = 0; i < free; i++) sum += Math.abs(point[i]!);
    return value + l1 * sum;
  };
  const placeAt = (point: Float64Array<ArrayBuffer>): Place => {
    const gradient = new Float64Array(point.length);
    const value = objective(point, gradient);
    return { point, gradient, value };
  };
  /** The slope on the side where the function falls; 0 where it falls on neither. */
  const steepest = ({ point, gradient }: Place): Float64Array =>
    gradient.map((slope, i) => {
      if (i >= free) return slope;
      if (point[i] !== 0) return slope + l1 * Math.sign(point[i]!);
      return Math.sign(slope) * Math.max(0, Math.abs(slope) - l1);
    });
  const step = (from: Place, pairs: readonly Pair[]): Place | undefined => {
    const slope = steepest(from);
    const d = direction(slope, pairs).map((each, i) => (each * slope[i]! < 0 ? each : 0));
    const decrease = dot(d, slope);
    if (!(decrease < 0)) return undefined;
    const before = whole(from);
    let length = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(slope, slope)));
    for (let half = 0; half < MAX_HALVINGS; half++, length /= 2) {
      const point = from.point.map((each, i) => {
        const after = each + length * d[i]!;
        const side = each === 0 ? -Math.sign(slope[i]!) : Math.sign(each);
        // Beyond 0 the penalty has another slope: there the coefficient stops.
        return i < free && after * side < 0 ? 0 : after;
      });
      const next = placeAt(point);
      if (whole(next) <= before + DECREASE * length * decrease) return next;
    }
    return undefined;
  };

  let here = placeAt(start.slice());
  const pairs: Pair[] = [];
  let iterations = 0;
  const isDone = (): boolean => options.violation(here.point, here.gradient) <= options.tolerance;
  while (iterations < options.maxIterations && !isDone()) {
    let next = step(here, pairs);
    if (!next && pairs.length > 0) {
      pairs.length = 0;
      next = step(here, pairs);
    }
    if (!next) break;
    remember(pairs, here, next);
    here = next;
    iterations++;
    await options.onIteration?.(iterations);
  }
  return { point: here.point, iterations, converged: isDone() };
}

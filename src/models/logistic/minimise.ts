/** Value of a smooth function at `point`; writes its gradient. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

/** When to stop, and who listens. */
export interface MinimiseOptions {
  readonly maxIterations: number;
  /** Stops when the violation is no larger. */
  readonly tolerance: number;
  /** How far a point is from the minimum; by default the largest component of the gradient. */
  readonly violation?: (point: Float64Array, gradient: Float64Array) => number;
  /** Called after each iteration; a throw ends the work. */
  readonly onIteration?: (done: number) => void | Promise<void>;
}

/** Where the search ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Steps remembered: the usual choice (Nocedal and Wright 2006, section 7.2). */
const MEMORY = 10;
/**
 * Sufficient decrease and curvature of the Wolfe conditions, the usual constants for quasi-Newton.
 */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Trial steps in one line search; each halves or doubles, so more would be below rounding. */
const MAX_TRIALS = 40;

/** Inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Largest absolute value. */
export function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/** One remembered step: change of the point, change of the gradient, 1 / their product. */
export interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly factor: number;
}

/** The two-loop recursion (Nocedal 1980): an approximate Newton direction, downhill. */
export function direction(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const d = gradient.map((value) => -value);
  const alphas = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { step, change, factor } = pairs[p]!;
    const alpha = factor * dot(step, d);
    alphas[p] = alpha;
    for (let i = 0; i < d.length; i++) d[i]! -= alpha * change[i]!;
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.factor * dot(last.change, last.change));
    for (let i = 0; i < d.length; i++) d[i]! *= scale;
  }
  for (let p = 0; p < pairs.length; p++) {
    const { step, change, factor } = pairs[p]!;
    const beta = alphas[p]! - factor * dot(change, d);
    for (let i = 0; i < d.length; i++) d[i]! += beta * step[i]!;
  }
  return d;
}

type Known = Pick<Place, 'point' | 'gradient'>;

/** Adds a step to those remembered, unless the function does not curve upward along it. */
export function remember(pairs: Pair[], from: Known, to: Known): void {
  const step = to.point.map((each, i) => each - from.point[i]!);
  const change = to.gradient.map((each, i) => each - from.gradient[i]!);
  const curvature = dot(step, change);
  if (!(curvature > 1e-300)) return;
  pairs.push({ step, change, factor: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/**
 * Minimises a smooth convex function by L-BFGS with a bisecting search for the weak Wolfe
 * conditions. Deterministic. The start is not changed.
 */
export async function minimise(
  objective: Objective,
  start: Float64Array,
  options: MinimiseOptions,
): Promise<Minimum> {
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = objective(point, gradient);
  const pairs: Pair[] = [];
  const violation = options.violation ?? ((_, own) => largest(own));
  let iterations = 0;
  while (iterations < options.maxIterations && violation(point, gradient) > options.tolerance) {
    let d = direction(gradient, pairs);
    if (!(dot(d, gradient) < 0)) {
      pairs.length = 0;
      d = gradient.map((component) => -component);
    }
    const first = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    const found = search(objective, { point, gradient, value, d, first });
    if (!found) break;
    remember(pairs, { point, gradient }, found);
    ({ point, gradient, value } = found);
    iterations++;
    await options.onIteration?.(iterations);
  }
  return { point, iterations, converged: violation(point, gradient) <= options.tolerance };
}

/** A point with the function's value and gradient there. */
export interface Place {
  readonly point: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
}

/**
 * Searches along `d`, which must lead downhill, for the weak Wolfe conditions.
 * @returns the place that meets them, the last decrease found, or undefined when stuck
 */
function search(
  objective: Objective,
  from: Place & { readonly d: Float64Array; readonly first: number },
): Place | undefined {
  const slope = dot(from.d, from.gradient);
  if (!(slope < 0)) return undefined;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let length = from.first;
  let best: Place | undefined;
  for (let trial = 0; trial < MAX_TRIALS; trial++) {
    const point = from.point.map((each, i) => each + length * from.d[i]!);
    const gradient = new Float64Array(point.length);
    const value = objective(point, gradient);
    if (!(value <= from.value + DECREASE * length * slope)) {
      high = length;
    } else {
      best = { point, gradient, value };
      if (dot(from.d, gradient) >= CURVATURE * slope) return best;
      low = length;
    }
    length = high === Number.POSITIVE_INFINITY ? length * 2 : (low + high) / 2;
  }
  return best && best.value < from.value ? best : undefined;
}

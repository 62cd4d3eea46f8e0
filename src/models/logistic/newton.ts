import { solveFactor } from '../cholesky.ts';
import { descend } from './descend.ts';
import type { MinimiseOptions, Minimum } from './minimise.ts';
import type { LogisticObjective } from './objective.ts';

/** Points that second derivatives are taken at to begin with. */
const FIRST_SAMPLE = 131_072;
/** A step that leaves less than this share of the violation was so good that its matrix stays. */
const GOOD = 0.2;
/**
 * Near the minimum, a new matrix that leaves more than this needs more points; anywhere, one whose
 * step shrank to a twentieth.
 */
const POOR = 0.5;
const NEAR = 1e-3;
/**
 * With absolute values, where a step had to be shortened, the diagonal of the next matrix is raised by this share of
 * itself, tenfold each time; a full step lowers it again, below the least of it to nothing.
 */
const DAMPING = 1e-3;
const LEAST_DAMPING = 1e-7;
/** With absolute values it never ends: nothing else curves the loss where all outputs rise alike. */
const ABSOLUTE_DAMPING = 1e-7;
/** Sufficient decrease, as usual for line searches. */
const DECREASE = 1e-4;
/** Halvings of a step; below it, steps are lost to rounding. */
const MAX_HALVINGS = 30;
/** Differences of the value that are rounding. */
const ROUNDING = 1e-14;

interface Place {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  /** The smooth part, and with the penalty on absolute values. */
  readonly whole: number;
  readonly violation: number;
  /** Share of the step that led here. */
  readonly length: number;
}

function placeAt(objective: LogisticObjective, point: Float64Array, length: number): Place {
  const gradient = new Float64Array(point.length);
  const value = objective.evaluate(point, gradient);
  const violation = objective.violation(point, gradient);
  return { point, gradient, whole: value + objective.absolute(point), violation, length };
}

/**
 * Minimises by Newton steps with a line search; with a penalty on absolute values, by proximal
 * Newton steps (Lee, Sun, Saunders 2014). Second derivatives come from a sample of the points that
 * grows when it no longer does (Byrd, Chin, Neveitt, Nocedal 2011), and serve again while steps are
 * good; value and gradient are always exact, so the minimum is. Stops early, not converged, when
 * rounding leaves no step downhill.
 */
export async function minimiseNewton(
  objective: LogisticObjective,
  options: MinimiseOptions,
): Promise<Minimum> {
  const { size, points } = objective.task;
  let sample = Math.min(points, FIRST_SAMPLE);
  let here = placeAt(objective, new Float64Array(size), 1);
  let step: Stepper | undefined;
  const leastDamping = objective.task.l1 > 0 ? ABSOLUTE_DAMPING : 0;
  let damping = leastDamping;
  let iterations = 0;
  while (iterations < options.maxIterations && here.violation > options.tolerance) {
    const fresh = step === undefined;
    step ??= prepareStep(objective, here.point, { sample, damping });
    const d = step?.(here.point, here.gradient, here.violation);
    const next = d && search(objective, here, d);
    if (!next) {
      if (!fresh) {
        step = undefined;
        continue;
      }
      if (sample >= points) break;
      sample = Math.min(points, sample * 4);
      step = undefined;
      continue;
    }
    const left = next.violation / here.violation;
    if (left > GOOD) step = undefined;
    if (objective.task.l1 === 0) damping = 0;
    else if (next.length < 0.5) damping = Math.max(DAMPING, damping * 10);
    else if (next.length === 1) damping = damping > LEAST_DAMPING ? damping / 8 : leastDamping;
    const poor = next.length < 0.05 || (left > POOR && here.violation < NEAR);
    if (fresh && poor) sample = Math.min(points, sample * 2);
    here = next;
    iterations++;
    await options.onIteration?.(iterations);
  }
  return { point: here.point, iterations, converged: here.violation <= options.tolerance };
}

type Stepper = (
  point: Float64Array,
  gradient: Float64Array,
  violation: number,
) => Float64Array | undefined;

/** What turns a gradient into a step, by the second derivatives at `point`. */
function prepareStep(
  objective: LogisticObjective,
  point: Float64Array,
  { sample, damping }: { sample: number; damping: number },
): Stepper | undefined {
  const { l1, size, stride } = objective.task;
  objective.curve(point, sample);
  for (let i = 0; i < size; i++) objective.matrix[i * stride + i]! *= 1 + damping;
  if (l1 > 0) {
    const model = objective.matrix.slice();
    return (at, gradient, violation) => descend(objective, { model, at, gradient, violation });
  }
  if (!objective.factorise(size)) return undefined;
  return (_, gradient) => {
    const d = gradient.map((each) => -each);
    solveFactor(objective.matrix, stride, d);
    return d.every(Number.isFinite) ? d : undefined;
  };
}

/** The first of the steps 1, 1/2, 1/4 … along `d` that decreases enough; undefined when stuck. */
function search(objective: LogisticObjective, from: Place, d: Float64Array): Place | undefined {
  let slope = -objective.absolute(from.point);
  for (let i = 0; i < d.length; i++) slope += from.gradient[i]! * d[i]!;
  slope += objective.absolute(from.point.map((each, i) => each + d[i]!));
  if (!(slope < 0)) return undefined;
  const rounding = ROUNDING * Math.max(1, Math.abs(from.whole));
  let length = 1;
  for (let half = 0; half < MAX_HALVINGS; half++, length /= 2) {
    const point = from.point.map((each, i) => each + length * d[i]!);
    const next = placeAt(objective, point, length);
    if (next.whole <= from.whole + DECREASE * length * slope) return next;
    // At the minimum the value no longer tells steps apart, but the gradient does.
    if (next.whole <= from.whole + rounding && next.violation < from.violation / 2) return next;
  }
  return undefined;
}

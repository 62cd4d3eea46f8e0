import { solveFactor } from '../cholesky.ts';
import type { LogisticObjective } from './objective.ts';

/** Passes over the coefficients before those that are not 0 are solved for together. */
const PASSES = 8;
/** Times that this is done; more would mean that signs go back and forth. */
const ROUNDS = 20;
/** Halvings of the way to that solution, signs kept, until the model falls. */
const MAX_HALVINGS = 12;
/** What rounding leaves of a coefficient that becomes 0. */
const TINY = 1e-14;
/** The step is solved to this share of how far the point is from the minimum. */
const EXACTNESS = 0.02;

/** A quadratic model of the smooth part around a point. */
export interface QuadraticModel {
  /** Second derivatives, lower triangle, rows of the task's stride. */
  readonly model: Float64Array;
  readonly at: Float64Array;
  readonly gradient: Float64Array;
  readonly violation: number;
}

/**
 * The step to the minimum of the model plus the penalty on absolute values: coordinate descent
 * (Friedman, Hastie, Tibshirani 2010) finds which coefficients are 0, a system of equations over
 * the others the rest.
 */
export function descend(
  objective: LogisticObjective,
  { model, at, gradient, violation }: QuadraticModel,
): Float64Array | undefined {
  const { size, stride, cols, outputs, l1 } = objective.task;
  const free = cols * outputs;
  // Full rows, so that the inner loop runs forwards.
  const rows = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      rows[i * size + j] = model[i * stride + j]!;
      rows[j * size + i] = model[i * stride + j]!;
    }
  }
  const goal = EXACTNESS * violation;
  const point = at.slice();
  let slope = gradient.slice();
  for (let round = 0; round < ROUNDS; round++) {
    let most = 0;
    for (let pass = 0; pass < PASSES; pass++) {
      most = 0;
      for (let i = 0; i < size; i++) {
        const curve = rows[i * size + i]!;
        if (!(curve > 0)) continue;
        const before = point[i]!;
        const target = before - slope[i]! / curve;
        const cut = i < free ? l1 / curve : 0;
        const after = Math.sign(target) * Math.max(0, Math.abs(target) - cut);
        const change = after - before;
        if (change === 0) continue;
        most = Math.max(most, Math.abs(change) * curve);
        point[i] = after;
        const row = i * size;
        for (let j = 0; j < size; j++) slope[j]! += change * rows[row + j]!;
      }
      if (most <= goal) break;
    }
    if (most <= goal) break;
    const found = solveActive(objective, { rows, at, gradient, point });
    if (!found) continue;
    point.set(found.point);
    slope = found.slope;
  }
  const d = point.map((each, i) => each - at[i]!);
  return d.every(Number.isFinite) ? d : undefined;
}

interface ActiveSet {
  readonly rows: Float64Array;
  readonly at: Float64Array;
  readonly gradient: Float64Array;
  readonly point: Float64Array;
}

/** Slope of the smooth model at `point`. */
function slopeAt(
  rows: Float64Array,
  { at, gradient, point }: Omit<ActiveSet, 'rows'>,
): Float64Array<ArrayBuffer> {
  const size = point.length;
  return Float64Array.from(gradient, (own, i) => {
    let sum = own;
    for (let j = 0; j < size; j++) sum += rows[i * size + j]! * (point[j]! - at[j]!);
    return sum;
  });
}

/** Value of the model with its penalty, less a constant, where its smooth part has this slope. */
function valueAt(
  { at, gradient, point }: Omit<ActiveSet, 'rows'>,
  slope: Float64Array,
  { free, l1 }: { free: number; l1: number },
): number {
  let value = 0;
  for (let i = 0; i < point.length; i++) {
    value += 0.5 * (slope[i]! + gradient[i]!) * (point[i]! - at[i]!);
    if (i < free) value += l1 * Math.abs(point[i]!);
  }
  return value;
}

/**
 * Toward the minimum over the coefficients that are not 0; those whose sign would change become 0.
 * @returns where the model is lower than at `point`, and the slope there; undefined for nowhere
 */
function solveActive(objective: LogisticObjective, set: ActiveSet) {
  const { size, stride, cols, outputs, l1 } = objective.task;
  const { rows, at, gradient, point } = set;
  const free = cols * outputs;
  const active = [...point.keys()].filter((i) => {
    return (i >= free || point[i] !== 0) && rows[i * size + i]! > 0;
  });
  const { matrix } = objective;
  active.forEach((i, a) => {
    for (let b = 0; b <= a; b++) matrix[a * stride + b] = rows[i * size + active[b]!]!;
  });
  if (!objective.factorise(active.length)) return undefined;
  const from = slopeAt(rows, set);
  const right = Float64Array.from(active, (i) => {
    return -from[i]! - (i < free ? l1 * Math.sign(point[i]!) : 0);
  });
  solveFactor(matrix, stride, right);
  const before = valueAt(set, from, { free, l1 });
  // Last of all as far as the first sign allows: that way the model is sure to fall.
  let first = 1;
  active.forEach((i, a) => {
    const toZero = -point[i]! / right[a]!;
    if (i < free && toZero > 0 && toZero < first) first = toZero;
  });
  for (let half = 0; half <= MAX_HALVINGS; half++) {
    const length = half < MAX_HALVINGS ? 0.5 ** half : first;
    const found = point.slice();
    active.forEach((i, a) => {
      const after = point[i]! + length * right[a]!;
      const turns = Math.sign(after) !== Math.sign(point[i]!) || Math.abs(after) < TINY;
      found[i] = i < free && turns ? 0 : after;
    });
    const there = { at, gradient, point: found };
    const slope = slopeAt(rows, there);
    if (valueAt(there, slope, { free, l1 }) < before) return { point: found, slope };
  }
  return undefined;
}

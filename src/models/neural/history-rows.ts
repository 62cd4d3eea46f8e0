import type { FitInput } from '../model.ts';
import type { Rows } from './prepare.ts';
import { type Scaling, standardise } from './standardise.ts';
import { pastOf, type WindowPlan } from './windows.ts';

/** What rows of a matrix with a history are made of. */
export interface HistoryPlan {
  readonly windows: WindowPlan;
  readonly scaling: Scaling;
  /** Where each column stands in the matrix, in the order of names. */
  readonly order: Int32Array;
  /** Position of each class among those present, and what its rows weigh. */
  readonly place: Int32Array;
  readonly factors: Float64Array;
}

/**
 * Rows to learn from, every row of the matrix being the past of those after it: also rows of weight 0
 * and those marked 1, which are not learned from. A weight says how often a row is learned from, not
 * how often it happened.
 */
export function rowsWithPast(
  { matrix, labels, weights }: FitInput,
  skip: ArrayLike<number> | undefined,
  { windows, scaling, order, place, factors }: HistoryPlan,
): Rows {
  const cells = new Float32Array(matrix.data.length);
  standardise(matrix.data, cells, scaling, order);
  const point: number[] = [];
  const weight: number[] = [];
  for (let row = 0; row < matrix.rows; row++) {
    const own = weights ? weights[row]! : 1;
    if (own === 0 || skip?.[row] === 1) continue;
    const copies = Math.max(1, Math.ceil(own - 1e-9));
    for (let n = 0; n < copies; n++) {
      point.push(row);
      weight.push((own / copies) * factors[labels[row]!]!);
    }
  }
  return {
    cells,
    point: Int32Array.from(point),
    label: Int32Array.from(point, (row) => place[labels[row]!]!),
    weight: Float64Array.from(weight),
    windows: { ...windows, ...pastOf(matrix.history, matrix.rows) },
  };
}

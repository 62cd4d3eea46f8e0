import { fitPlatt, type Sigmoid } from '../calibrated/platt.ts';
import type { SvmTask } from './task.ts';

/** Says what a distance says by itself. */
const PLAIN: Sigmoid = { slope: 1, intercept: 0 };

/**
 * Platt's sigmoid for class `k` over the distances of the entries tested; plain where one side is
 * missing.
 * @param distance of an entry of `tested`
 */
export function fitSigmoid(
  { tested, marks }: SvmTask,
  k: number,
  distance: (entry: number) => number,
): Sigmoid {
  const taken = Int32Array.from(tested.label.keys()).filter((e) => !marks || marks[e] === 1);
  const truth = Uint8Array.from(taken, (e) => (tested.label[e] === k ? 1 : 0));
  if (!truth.includes(0) || !truth.includes(1)) return PLAIN;
  const scores = Float64Array.from(taken, (e) => 1 / (1 + Math.exp(-distance(e))));
  const weights = Float64Array.from(taken, (e) => tested.weight[e]!);
  const sigmoid = fitPlatt(scores, truth, weights);
  // Too few rows may say that the wrong side is the right one.
  return sigmoid.slope > 0 ? sigmoid : PLAIN;
}

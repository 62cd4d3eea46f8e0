import type { Sigmoid } from '../calibrated/platt.ts';
import type { FoldedRows } from '../fold-rows.ts';
import { Decider, type Decision, joinCoefficients } from './decision.ts';
import { fitSigmoid } from './sigmoid.ts';
import { type SmoFit, separateSmo } from './smo.ts';
import { costWithout, gammaOf, type Separator, type SvmTask, sidesOf } from './task.ts';

/** Below it, steps are lost to rounding. */
const LEAST_TOLERANCE = 1e-10;

/** The dual by pairs over the whole kernel; landmarks are the support vectors of all classes. */
export function exactSeparator(task: SvmTask): Separator {
  const { folded, cost, marks, parameters } = task;
  const { points, cols, cells, start, label } = folded;
  const gamma = gammaOf(task);
  const pointOf = new Int32Array(label.length);
  for (let i = 0; i < points; i++) pointOf.fill(i, start[i]!, start[i + 1]!);
  const limits = {
    tolerance: Math.max(LEAST_TOLERANCE, parameters.tolerance),
    maxSteps: parameters.maxIterations * label.length,
  };
  const learned = marks ? costWithout(task) : cost;
  const separations: SmoFit[] = [];
  return {
    separate(k) {
      const all = { points, cols, cells, pointOf, side: sidesOf(folded, k), cost, gamma };
      const own = separateSmo(all, limits);
      separations.push(own);
      const part = marks ? separateSmo({ ...all, cost: learned }, limits) : own;
      return sigmoidOf(task, k, decisionOf(folded, [part], gamma));
    },
    decision: () => decisionOf(folded, separations, gamma),
  };
}

/** One decision over all points that support any of the separations (one point where none does). */
function decisionOf(
  { points, cols, cells }: FoldedRows,
  separations: readonly SmoFit[],
  gamma: number,
): Decision {
  const taken = Int32Array.from({ length: points }, (_, i) => i).filter(
    (i) => i === 0 || separations.some(({ coefficients }) => coefficients[i] !== 0),
  );
  const landmarks = new Float64Array(taken.length * cols);
  taken.forEach((point, j) => {
    landmarks.set(cells.subarray(point * cols, (point + 1) * cols), j * cols);
  });
  return {
    outputs: separations.length,
    coefficients: joinCoefficients(
      separations.map(({ coefficients }) => Float64Array.from(taken, (i) => coefficients[i]!)),
    ),
    intercepts: Float64Array.from(separations, ({ intercept }) => intercept),
    landmarks,
    gamma,
  };
}

function sigmoidOf(task: SvmTask, k: number, decision: Decision): Sigmoid {
  const { points, cols, cells, start, label } = task.tested;
  const decider = new Decider(decision);
  const distance = new Float64Array(1);
  const distances = new Float64Array(label.length);
  for (let i = 0; i < points; i++) {
    decider.decide(Float64Array.from(cells.subarray(i * cols, (i + 1) * cols)), distance);
    distances.fill(distance[0]!, start[i]!, start[i + 1]!);
  }
  return fitSigmoid(task, k, (e) => distances[e]!);
}

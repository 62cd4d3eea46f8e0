import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { runWorkers } from '../workers.ts';
import { minimise } from './minimise.ts';
import { minimiseNewton } from './newton.ts';
import { LogisticObjective } from './objective.ts';
import { minimiseOrthant } from './orthant.ts';
import type { LogisticTask } from './task.ts';
import type { LogisticWorkerStart } from './worker.ts';

const WHAT = 'fit logistic';

/**
 * The minimum: Newton steps where second derivatives pay off, then L-BFGS for the rest of the way,
 * if any is left.
 * @param onIteration called after each step; a throw ends the work
 */
export async function minimiseTask(
  task: LogisticTask,
  onIteration: (done: number) => void | Promise<void>,
): Promise<Float64Array> {
  const { size, stride, tolerance, maxIterations, l1, cols, outputs } = task;
  const objective = new LogisticObjective(task);
  try {
    let start: Float64Array = new Float64Array(size);
    let before = 0;
    if (stride > 0) {
      const found = await minimiseNewton(objective, { maxIterations, tolerance, onIteration });
      if (found.converged) return found.point;
      start = found.point;
      before = found.iterations;
    }
    const rest = {
      maxIterations: maxIterations - before,
      tolerance,
      violation: objective.violation,
      onIteration: (done: number) => onIteration(before + done),
    };
    const found =
      l1 > 0
        ? await minimiseOrthant(objective.evaluate, start, { l1, free: cols * outputs }, rest)
        : await minimise(objective.evaluate, start, rest);
    return found.point;
  } finally {
    objective.dismiss();
  }
}

/**
 * Fits in this thread, or with `task.threads` workers of which one leads; either way the same point
 * comes out, bit by bit.
 * @throws WiresiftError `ABORTED`
 */
export async function fitTask(
  task: LogisticTask,
  { signal, onProgress }: FitOptions,
): Promise<Float64Array> {
  if (task.threads === 1) {
    return await minimiseTask(task, async (done) => {
      onProgress?.(done, task.maxIterations);
      // Lets the signal have its turn.
      await nextTurn();
      if (signal?.aborted) throw stopRequested(WHAT);
    });
  }
  const threads = Array.from({ length: task.threads }, (_, thread) => thread);
  return await runWorkers<{ done?: number; point?: Float64Array }, Float64Array>({
    what: WHAT,
    file: new URL('worker', import.meta.url),
    starts: threads.map((thread): LogisticWorkerStart => ({ task, thread })),
    onMessage: ({ done, point }, finish) => {
      if (point) finish(point);
      else if (done !== undefined) onProgress?.(done, task.maxIterations);
    },
    signal,
  });
}

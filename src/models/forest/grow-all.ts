import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { type GrownTree, type GrowTask, TreeGrower } from '../tree/grow.ts';
import { runWorkers } from '../workers.ts';
import type { WorkerStart } from './worker.ts';

/** More threads than any machine this is meant for has cores. */
const MAX_THREADS = 256;

/** Threads worth starting for that many trees. */
export function threadCount({ threads = 1 }: FitOptions, treeCount: number): number {
  return Math.min(Math.max(1, threads), treeCount, MAX_THREADS);
}

/**
 * Grows trees 0 to `treeCount` - 1, in this thread or in one worker a room of the task. A tree depends on the task and
 * its index only, so the number of threads cannot change the result.
 * @throws WiresiftError `ABORTED`
 */
export async function growAll(
  kind: string,
  task: GrowTask,
  treeCount: number,
  options: FitOptions,
): Promise<GrownTree[]> {
  const threads = task.rooms.length;
  return threads === 1
    ? await growHere(kind, task, treeCount, options)
    : await growInWorkers(kind, { task, treeCount, threads }, options);
}

async function growHere(
  kind: string,
  task: GrowTask,
  treeCount: number,
  { signal, onProgress }: FitOptions,
): Promise<GrownTree[]> {
  const grower = new TreeGrower(task, 0);
  const trees: GrownTree[] = [];
  for (let i = 0; i < treeCount; i++) {
    // Lets the signal and the progress display have their turn.
    await nextTurn();
    if (signal?.aborted) throw stopRequested(`fit ${kind}`);
    trees.push(grower.grow(i));
    onProgress?.(i + 1, treeCount);
  }
  return trees;
}

interface Plan {
  readonly task: GrowTask;
  readonly treeCount: number;
  readonly threads: number;
}

async function growInWorkers(
  kind: string,
  { task, treeCount, threads }: Plan,
  { signal, onProgress }: FitOptions,
): Promise<GrownTree[]> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const trees: GrownTree[] = new Array(treeCount);
  let done = 0;
  return await runWorkers<{ index: number; tree: GrownTree }, GrownTree[]>({
    what: `fit ${kind}`,
    file: new URL('worker', import.meta.url),
    starts: Array.from({ length: threads }, (_, thread): WorkerStart => {
      return { task, treeCount, next, thread };
    }),
    onMessage: ({ index, tree }, finish) => {
      trees[index] = tree;
      done++;
      onProgress?.(done, treeCount);
      if (done === treeCount) finish(trees);
    },
    signal,
  });
}

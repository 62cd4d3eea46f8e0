import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { type GrownTree, type GrowTask, TreeGrower } from '../tree/grow.ts';
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
  if (signal?.aborted) throw stopRequested(`fit ${kind}`);
  const next = new Int32Array(new SharedArrayBuffer(4));
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  const url = new URL(name, import.meta.url);
  const trees: GrownTree[] = new Array(treeCount);
  const workers: Worker[] = [];
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      let done = 0;
      stop = () => reject(stopRequested(`fit ${kind}`));
      signal?.addEventListener('abort', stop, { once: true });
      for (let i = 0; i < threads; i++) {
        const workerData: WorkerStart = { task, treeCount, next, thread: i };
        const worker = new Worker(url, { workerData });
        workers.push(worker);
        worker.on('message', (message: { index: number; tree: GrownTree }) => {
          trees[message.index] = message.tree;
          done++;
          onProgress?.(done, treeCount);
          if (done === treeCount) resolve();
        });
        worker.on('error', reject);
        worker.on('exit', (code) => {
          if (code !== 0) reject(new Error(`a worker thread of fit ${kind} ended with ${code}`));
        });
      }
    });
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return trees;
}

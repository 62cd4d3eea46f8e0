import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { Boosting, type BoostStart } from './boost.ts';
import type { BoostedTree } from './trees.ts';
import type { BoostWorkerStart } from './worker.ts';

/**
 * Boosts in this thread, or with `task.threads` workers of which one leads; either way the same
 * trees come out.
 * @throws WiresiftError `ABORTED`
 */
export async function boost(start: BoostStart, options: FitOptions): Promise<BoostedTree[]> {
  if (options.signal?.aborted) throw stopRequested('fit boosting');
  if (start.task.threads > 1) return await boostInWorkers(start, options);
  const boosting = new Boosting(start);
  const total = start.task.limits.iterations;
  for (let more = true; more; ) {
    more = boosting.step();
    options.onProgress?.(boosting.done, total);
    // Lets the signal and the progress display have their turn.
    await nextTurn();
    if (options.signal?.aborted) throw stopRequested('fit boosting');
  }
  return boosting.finish();
}

async function boostInWorkers(
  start: BoostStart,
  { signal, onProgress }: FitOptions,
): Promise<BoostedTree[]> {
  const name = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  const url = new URL(name, import.meta.url);
  const total = start.task.limits.iterations;
  const workers: Worker[] = [];
  let stop: (() => void) | undefined;
  try {
    return await new Promise<BoostedTree[]>((resolve, reject) => {
      stop = () => reject(stopRequested('fit boosting'));
      signal?.addEventListener('abort', stop, { once: true });
      for (let thread = 0; thread < start.task.threads; thread++) {
        const workerData: BoostWorkerStart = { start, thread };
        const worker = new Worker(url, { workerData });
        workers.push(worker);
        worker.on('message', (message: { done?: number; trees?: BoostedTree[] }) => {
          if (message.trees) resolve(message.trees);
          else if (message.done !== undefined) onProgress?.(message.done, total);
        });
        worker.on('error', reject);
        worker.on('exit', (code) => {
          if (code !== 0) reject(new Error(`a worker thread of fit boosting ended with ${code}`));
        });
      }
    });
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { runWorkers } from '../workers.ts';
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
  const total = start.task.limits.iterations;
  const threads = Array.from({ length: start.task.threads }, (_, thread) => thread);
  return await runWorkers<{ done?: number; trees?: BoostedTree[] }, BoostedTree[]>({
    what: 'fit boosting',
    file: new URL('worker', import.meta.url),
    starts: threads.map((thread): BoostWorkerStart => ({ start, thread })),
    onMessage: ({ done, trees }, finish) => {
      if (trees) finish(trees);
      else if (done !== undefined) onProgress?.(done, total);
    },
    signal,
  });
}

import { Worker } from 'node:worker_threads';
import { stopRequested } from '../base/index.ts';

/** Worker threads of one fit. */
export interface WorkerPlan<Message, Result> {
  /** `fit forest`: what is stopped, or ends too soon. */
  readonly what: string;
  /** The file that each worker runs, without its ending. */
  readonly file: URL;
  /** What each worker starts with; one worker an entry. */
  readonly starts: readonly unknown[];
  /** Called for each message; calls `finish` when there is nothing more to wait for. */
  readonly onMessage: (message: Message, finish: (result: Result) => void) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Starts workers, waits until one of their messages ends the work, and ends them all.
 * @throws WiresiftError `ABORTED` when the signal fires; whatever a worker threw
 */
export async function runWorkers<Message, Result>(
  plan: WorkerPlan<Message, Result>,
): Promise<Result> {
  const { what, file, starts, onMessage, signal } = plan;
  if (signal?.aborted) throw stopRequested(what);
  const url = new URL(file.href + (import.meta.url.endsWith('.ts') ? '.ts' : '.js'));
  const workers: Worker[] = [];
  let stop: (() => void) | undefined;
  try {
    return await new Promise<Result>((resolve, reject) => {
      stop = () => reject(stopRequested(what));
      signal?.addEventListener('abort', stop, { once: true });
      for (const workerData of starts) {
        const worker = new Worker(url, { workerData });
        workers.push(worker);
        worker.on('message', (message: Message) => onMessage(message, resolve));
        worker.on('error', reject);
        worker.on('exit', (code) => {
          if (code !== 0) reject(new Error(`a worker thread of ${what} ended with ${code}`));
        });
      }
    });
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

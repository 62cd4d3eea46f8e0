import { Worker } from 'node:worker_threads';
import { stopRequested, WiresiftError } from '../base/index.ts';
import type { Parameters } from '../models/index.ts';
import type { FitAnswer, FitMessage, FoldMessage } from './fit-worker.ts';

/** Cells to fit all together below which starting threads costs more than it saves. */
const WORTH_CELLS = 200_000_000;

/** One fold with its candidates. */
export interface CrewWork {
  readonly fold: Omit<FoldMessage, 'is' | 'threads'>;
  /** Candidates by number. */
  readonly candidates: ReadonlyMap<number, Parameters>;
  readonly signal?: AbortSignal | undefined;
  /** Told in the order in which the fits end; the next answer waits for it. */
  readonly onFit: (
    candidate: number,
    probabilities: Float32Array,
    seconds: number,
  ) => Promise<void>;
}

/** Threads that fit several candidates at once, over the same matrices. */
export class FitCrew {
  readonly #threads: number;
  readonly #workers: Worker[] = [];

  /** @param threads at most; they start when there is work for them */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Whether so many candidates of so many cells each are worth threads of their own. */
  isWorth(candidates: number, cells: number): boolean {
    return this.#threads > 1 && candidates > 1 && candidates * cells >= WORTH_CELLS;
  }

  /**
   * Fits and scores all candidates; the threads end with the last.
   * @throws what a fit threw, and WiresiftError `ABORTED` when the signal fired
   */
  async fitAll({ fold, candidates, signal, onFit }: CrewWork): Promise<void> {
    const size = Math.min(this.#threads, candidates.size);
    const name = import.meta.url.endsWith('.ts') ? './fit-worker.ts' : './fit-worker.js';
    for (let i = 0; i < size; i++) this.#workers.push(new Worker(new URL(name, import.meta.url)));
    const workers = [...this.#workers];
    const begin: FoldMessage = { is: 'fold', ...fold, threads: Math.floor(this.#threads / size) };
    const queue = [...candidates];
    let told: Promise<void> = Promise.resolve();
    let stop = (): void => {};
    try {
      await new Promise<void>((resolve, reject) => {
        let left = queue.length;
        stop = () => reject(stopRequested('cross-validation'));
        signal?.addEventListener('abort', stop, { once: true });
        const give = (worker: Worker): void => {
          const next = queue.shift();
          if (!next) return;
          const message: FitMessage = { is: 'fit', candidate: next[0], parameters: next[1] };
          worker.postMessage(message);
        };
        for (const worker of workers) {
          worker.on('error', reject);
          worker.on('message', (answer: FitAnswer) => {
            if (answer.is === 'failed') return reject(failure(answer));
            give(worker);
            const { candidate, probabilities, seconds } = answer;
            told = told.then(() => onFit(candidate, probabilities, seconds));
            told.then(() => {
              left--;
              if (left === 0) resolve();
            }, reject);
          });
          worker.postMessage(begin);
          give(worker);
        }
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.close();
    }
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }
}

function failure({ facts, text }: Extract<FitAnswer, { is: 'failed' }>): Error {
  return facts ? new WiresiftError(facts) : new Error(text);
}

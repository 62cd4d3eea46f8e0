import { Worker } from 'node:worker_threads';
import { WiresiftError } from '../../base/index.ts';
import type { Alert } from '../../detect/index.ts';
import type { NewPart } from '../../store/index.ts';
import type { AnalysisRequest, AnalysisResult, FromAnalysis, ToAnalysis } from './analysis.ts';

/** How an analysis ended. */
export type Outcome =
  | { readonly end: 'done'; readonly result: AnalysisResult }
  | { readonly end: 'stopped' }
  | { readonly end: 'failed'; readonly code: string; readonly message: string };

/** What an analysis tells of on its way. */
export interface AnalysisListener {
  /** Puts files of flows on the list; the thread waits for it. */
  readonly onParts: (parts: readonly NewPart[]) => Promise<void>;
  readonly onProgress: (bytes: number, openFlows: number) => void;
  /** Keeps alerts of an analysis that goes on; no more are told before it has settled. Never fails. */
  readonly onEarly: (alerts: readonly Alert[]) => Promise<void>;
}

/** Heap of the thread: its tables lie outside, so more is a fault. */
const HEAP_MEGABYTES = 2048;
/** A thread that does not stop when asked is ended. */
const STOP_MILLIS = 5000;

/** One analysis in a thread of its own. */
export class Analysis {
  readonly #worker: Worker;
  readonly outcome: Promise<Outcome>;
  #ended = false;
  #keeping: Promise<void> = Promise.resolve();

  /** @param module what calls `runAnalysis` */
  constructor(module: URL, request: AnalysisRequest, listener: AnalysisListener) {
    this.#worker = new Worker(module, {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    this.outcome = this.#run(listener);
  }

  /** Says how far the file has come. */
  grown(bytes: number, complete: boolean): void {
    this.#post({ type: 'grown', bytes, complete });
  }

  /** Asks it to stop, and ends it if it does not. */
  stop(): void {
    this.#post({ type: 'stop' });
    setTimeout(() => void this.#worker.terminate(), STOP_MILLIS).unref();
  }

  /** Settles when no files of it are being put on the list. */
  get idle(): Promise<void> {
    return this.#keeping;
  }

  #post(message: ToAnalysis): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  #run({ onParts, onProgress, onEarly }: AnalysisListener): Promise<Outcome> {
    return new Promise((resolve) => {
      const end = (outcome: Outcome): void => {
        this.#ended = true;
        resolve(outcome);
      };
      this.#worker.on('message', (message: FromAnalysis) => {
        switch (message.type) {
          case 'parts':
            this.#keeping = onParts(message.parts).then(
              () => this.#post({ type: 'kept' }),
              (error: unknown) => {
                end({ end: 'failed', ...toldOf(error) });
                void this.#worker.terminate();
              },
            );
            return;
          case 'progress':
            return onProgress(message.bytes, message.openFlows);
          case 'early':
            void onEarly(message.alerts).then(() => this.#post({ type: 'noted' }));
            return;
          case 'done':
            return end({ end: 'done', result: message.result });
          case 'stopped':
            return end({ end: 'stopped' });
          case 'failed':
            return end({ end: 'failed', code: message.code, message: message.message });
        }
      });
      this.#worker.on('error', (error) => end({ end: 'failed', ...toldOf(error) }));
      this.#worker.on('exit', () =>
        end({ end: 'failed', code: 'SERVE_FAULT', message: 'the thread that analysed ended' }),
      );
    });
  }
}

/** An error as code and message. */
export function toldOf(error: unknown): { code: string; message: string } {
  if (error instanceof WiresiftError) return { code: error.code, message: error.message };
  return { code: 'SERVE_FAULT', message: error instanceof Error ? error.message : String(error) };
}

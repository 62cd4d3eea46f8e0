import { parentPort } from 'node:worker_threads';
import { type ErrorFacts, WiresiftError } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import { type FitInput, modelKind, type Parameters } from '../models/index.ts';

/** What a thread fits on until the next of these comes; the matrices are shared, not copied. */
export interface FoldMessage {
  readonly is: 'fold';
  readonly kind: string;
  readonly train: FitInput;
  readonly test: Matrix;
  readonly seed: number;
  /** Threads that each fit may use. */
  readonly threads: number;
}

/** One candidate to fit and score on the fold. */
export interface FitMessage {
  readonly is: 'fit';
  readonly candidate: number;
  readonly parameters: Parameters;
}

/** What comes back: probabilities of the test rows, or what went wrong. */
export type FitAnswer =
  | {
      readonly is: 'done';
      readonly candidate: number;
      readonly probabilities: Float32Array<ArrayBuffer>;
      readonly seconds: number;
    }
  | { readonly is: 'failed'; readonly facts?: ErrorFacts; readonly text: string };

async function fit(fold: FoldMessage, { candidate, parameters }: FitMessage): Promise<void> {
  const started = performance.now();
  const estimator = modelKind(fold.kind).create(parameters);
  const { seed, threads } = fold;
  const model = await estimator.fit(fold.train, { seed, threads });
  const probabilities = new Float32Array(model.score(fold.test));
  const seconds = (performance.now() - started) / 1000;
  const answer: FitAnswer = { is: 'done', candidate, probabilities, seconds };
  parentPort!.postMessage(answer, [probabilities.buffer]);
}

let fold: FoldMessage | undefined;
parentPort?.on('message', (message: FoldMessage | FitMessage) => {
  if (message.is === 'fold') fold = message;
  else {
    fit(fold!, message).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const facts = error instanceof WiresiftError ? { facts: error.facts } : {};
      const answer: FitAnswer = { is: 'failed', text, ...facts };
      parentPort!.postMessage(answer);
    });
  }
});

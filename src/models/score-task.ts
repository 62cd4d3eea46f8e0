import type { ErrorFacts } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import type { ModelFacts, Tensor } from './model.ts';

/** A model as worker threads get it: its tensors lie in shared memory. */
export interface SharedModel extends ModelFacts {
  readonly id: number;
  readonly tensors: readonly Tensor[];
}

/** Rows to score: threads take blocks of them in turn until there are none, or `stop` is set. */
export interface ScoreTask {
  readonly model: SharedModel;
  readonly matrix: Matrix;
  /** Rows × classes. */
  readonly out: Float32Array;
  readonly blockRows: number;
  /** The next block, and other than 0 to stop. */
  readonly control: Int32Array;
}

/** What a worker says: rows done, that it takes no more, or what went wrong. */
export type ScoreAnswer =
  | { readonly is: 'rows'; readonly rows: number }
  | { readonly is: 'end' }
  | { readonly is: 'failed'; readonly facts?: ErrorFacts; readonly text: string };

/** Places of the counters of {@link ScoreTask.control}. */
export const NEXT = 0;
export const STOP = 1;

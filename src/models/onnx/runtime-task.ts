import type { MessagePort } from 'node:worker_threads';

/** What the worker that holds the runtime starts with. */
export interface RuntimeStart {
  /** File of the runtime's package. */
  readonly runtime: string;
  readonly model: Uint8Array;
  readonly columns: number;
  readonly classes: number;
  readonly port: MessagePort;
}

/** Rows to score; the worker counts `done` up when it has answered. */
export interface RuntimeTask {
  readonly data: Float32Array;
  readonly rows: number;
  readonly done: Int32Array;
}

/** Probabilities, or what went wrong. */
export type RuntimeAnswer = { readonly scores: Float32Array } | { readonly problem: string };

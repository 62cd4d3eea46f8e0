import type { MeterOptions, MeterStats } from '../meter-options.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly meter: MeterOptions;
}

/** To a worker: a block of frames, or the end. */
export type ToWorker =
  | {
      readonly type: 'block';
      readonly chunk: number;
      readonly bytes: Uint8Array;
      readonly block: SharedArrayBuffer;
      readonly count: number;
      /** Number of the last packet up to this chunk, whoever has it. */
      readonly through: number;
    }
  | { readonly type: 'finish' };

/** A batch on its way: the shared memory of its columns, as `FlowBatch` lays it out, all rows used. */
export interface PackedBatch {
  readonly memory: SharedArrayBuffer;
  readonly rows: number;
}

/** From a worker: records as they leave, what was done with a chunk, at the end what was counted. */
export type FromWorker =
  | { readonly type: 'batch'; readonly batch: PackedBatch }
  | { readonly type: 'done'; readonly chunk: number; readonly through: number }
  | {
      readonly type: 'finished';
      readonly stats: MeterStats;
      readonly packets: number;
      readonly anomalies: Float64Array;
      readonly linkTypes: ReadonlyMap<number, number>;
    };

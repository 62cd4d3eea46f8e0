import type { FlowBatch } from '../flow.ts';
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
    }
  | { readonly type: 'finish' };

/** The columns of a batch as they travel; {@link FlowBatch} without its methods. */
export type PackedBatch = Omit<FlowBatch, never>;

/** From a worker: what left with a block, or at the end with what was counted. */
export type FromWorker =
  | { readonly type: 'done'; readonly chunk: number; readonly batches: PackedBatch[] }
  | {
      readonly type: 'finished';
      readonly batches: PackedBatch[];
      readonly stats: MeterStats;
      readonly packets: number;
      readonly anomalies: Float64Array;
      readonly linkTypes: ReadonlyMap<number, number>;
    };

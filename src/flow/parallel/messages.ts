import type { MeterOptions } from '../meter-options.ts';
import type { PackedRecords, RecordForm } from './records.ts';
import type { ShareSummary } from './share.ts';

/** The shared memory of a block: the frames' bytes, and the thread's lanes. */
export interface BlockMemory {
  readonly bytes: Uint8Array;
  readonly lanes: SharedArrayBuffer;
}

/** To a thread: a meter begins, a block of frames for it, its end. */
export type ToWorker =
  | { readonly type: 'begin'; readonly meter: MeterOptions; readonly form: RecordForm }
  | {
      readonly type: 'block';
      readonly block: number;
      /** Only when the thread does not have it yet: to pass it on costs more than all else. */
      readonly memory: BlockMemory | undefined;
      readonly count: number;
      /** Number of the last packet up to the end of this block, whoever has it. */
      readonly through: number;
    }
  | { readonly type: 'finish' };

/** From a thread: a block that is done with its records, records at the end, what was counted. */
export type FromWorker =
  | {
      readonly type: 'done';
      readonly block: number;
      readonly through: number;
      readonly records: readonly PackedRecords[];
    }
  | { readonly type: 'records'; readonly records: readonly PackedRecords[] }
  | { readonly type: 'finished'; readonly summary: ShareSummary };

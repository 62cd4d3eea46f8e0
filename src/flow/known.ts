import { LANE_KEY, type Lanes } from './lanes.ts';
import {
  BITS,
  FLOAT_STRIDE,
  KEY,
  QUEUE_MASK,
  QUEUE_SHIFT,
  QUEUE_TIME,
  STRIDE,
  WRITTEN,
} from './slot.ts';
import type { FlowTable } from './table.ts';
import { STATUS } from './timeout.ts';

/** BITS of a flow in the queue for its status record. */
const IN_STATUS = (STATUS + 1) << QUEUE_SHIFT;

/**
 * Finds the flow of a plain lane where the burst guessed it. @param statusMicros the status interval
 * @returns its slot; -1 when it is elsewhere, new, or not in the normal course of a flow
 */
export function findKnown(
  table: FlowTable,
  lanes: Lanes,
  lane: number,
  statusMicros: number,
): number {
  const { words, floats } = table;
  let slot = lanes.slot[lane]!;
  if (table.removals !== lanes.removals) slot = table.guess(lanes.hash[lane]!);
  if (slot < 0) return -1;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  const time = lanes.time[lane]!;
  const key = lanes.key;
  const at = lane * LANE_KEY;
  if (
    words[base + KEY] !== key[at] ||
    words[base + KEY + 1] !== key[at + 1] ||
    words[base + KEY + 2] !== key[at + 2] ||
    words[base + KEY + 3] !== key[at + 3] ||
    words[base + KEY + 4] !== key[at + 4] ||
    (words[base + BITS]! & (QUEUE_MASK | WRITTEN)) !== IN_STATUS ||
    time - floats[fields + QUEUE_TIME]! >= statusMicros
  )
    return -1;
  return slot;
}

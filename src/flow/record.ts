import {
  ANOMALY_HIGH,
  ANOMALY_LOW,
  BITS,
  DST_BYTES,
  DST_END,
  DST_PACKETS,
  DST_START,
  DST_TOS,
  FIRST,
  FLOAT_STRIDE,
  MAPPED,
  QUEUE_TIME,
  SIDES,
  SRC_BYTES,
  SRC_END,
  SRC_PACKETS,
  SRC_START,
  SRC_TOS,
  STRIDE,
  TURNED,
  WRITTEN,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/** A time below this reads as "not seen", as in Argus, which looks at whole seconds. */
export const FIRST_SECOND = 1e6;

/**
 * Takes a packet's time; a record that was written begins anew.
 * @param turned whether the packet runs against the order of the key
 * @returns true when the originator sent it
 */
export function stampRecord(
  table: FlowTable,
  slot: number,
  time: number,
  turned: boolean,
): boolean {
  const { words, floats } = table;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  if ((words[base + BITS]! & WRITTEN) !== 0) clearRecord(table, slot);
  const forward = ((words[base + BITS]! & TURNED) !== 0) === turned;
  const startAt = fields + (forward ? SRC_START : DST_START);
  const started = floats[startAt]!;
  if (started < FIRST_SECOND && started > -FIRST_SECOND) floats[startAt] = time;
  else floats[fields + (forward ? SRC_END : DST_END)] = time;
  return forward;
}

/** Forgets what the record said; the state of the connection stays. */
export function clearRecord(table: FlowTable, slot: number): void {
  const { words, floats } = table;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  for (let i = SRC_START; i <= DST_BYTES; i++) floats[fields + i] = 0;
  words[base + BITS]! &= ~(WRITTEN | FIRST | MAPPED);
  words[base + SIDES]! &= 0xffff0000;
  words[base + ANOMALY_LOW] = 0;
  words[base + ANOMALY_HIGH] = 0;
}

/** Notes the ToS of a side: the last one counts. */
export function setTos(words: Int32Array, base: number, tos: number, forward: boolean): void {
  const shift = forward ? 16 : 24;
  words[base + SIDES] = (words[base + SIDES]! & ~(0xff << shift)) | (tos << shift);
  words[base + BITS]! |= forward ? SRC_TOS : DST_TOS;
}

/** Counts a packet for one side. */
export function tally(table: FlowTable, slot: number, forward: boolean, bytes: number): void {
  const floats = table.floats;
  const fields = slot * FLOAT_STRIDE;
  floats[fields + (forward ? SRC_PACKETS : DST_PACKETS)]! += 1;
  floats[fields + (forward ? SRC_BYTES : DST_BYTES)]! += bytes;
}

/** Time of the newest packet of the flow's last record; when it entered its queue if it has none. */
export function lastSeen(table: FlowTable, slot: number): number {
  const { floats } = table;
  const fields = slot * FLOAT_STRIDE;
  let last = floats[fields + QUEUE_TIME]!;
  for (let i = SRC_START; i <= DST_END; i++) last = Math.max(last, floats[fields + i]!);
  return last;
}

import type { Packet } from '../decode/index.ts';
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

/** Where a word that counts packets begins anew. */
const WRAP = 2 ** 32;

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
  for (let i = SRC_START; i <= DST_END; i++) floats[fields + i] = 0;
  clearCounts(table, slot);
  words[base + BITS]! &= ~(WRITTEN | FIRST | MAPPED);
  words[base + SIDES]! &= 0xffff0000;
  words[base + ANOMALY_LOW] = 0;
  words[base + ANOMALY_HIGH] = 0;
}

/** Adds a packet's oddities to its flow's. */
export function noteAnomalies(words: Int32Array, base: number, packet: Packet): void {
  const { anomalyLow, anomalyHigh } = packet;
  if ((anomalyLow | anomalyHigh) === 0) return;
  words[base + ANOMALY_LOW]! |= anomalyLow;
  words[base + ANOMALY_HIGH]! |= anomalyHigh;
}

/** Notes the ToS of a side: the last one counts. */
export function setTos(words: Int32Array, base: number, tos: number, forward: boolean): void {
  const shift = forward ? 16 : 24;
  words[base + SIDES] = (words[base + SIDES]! & ~(0xff << shift)) | (tos << shift);
  words[base + BITS]! |= forward ? SRC_TOS : DST_TOS;
}

/** Counts a packet for one side. */
export function tally(table: FlowTable, slot: number, forward: boolean, bytes: number): void {
  const { words, floats } = table;
  const at = slot * STRIDE + (forward ? SRC_PACKETS : DST_PACKETS);
  const count = (words[at]! + 1) | 0;
  words[at] = count;
  if (count === 0) table.carry(at, 1);
  floats[slot * FLOAT_STRIDE + (forward ? SRC_BYTES : DST_BYTES)]! += bytes;
}

/** Packets of one side. @param side {@link SRC_PACKETS} or {@link DST_PACKETS} */
export function countOf(table: FlowTable, slot: number, side: number): number {
  const at = slot * STRIDE + side;
  const low = table.words[at]! >>> 0;
  return table.carries === 0 ? low : low + table.carried(at) * WRAP;
}

/** Adds so many packets to one side. */
export function addCount(table: FlowTable, slot: number, side: number, count: number): void {
  const at = slot * STRIDE + side;
  const sum = (table.words[at]! >>> 0) + count;
  table.words[at] = sum % WRAP;
  if (sum >= WRAP) table.carry(at, Math.floor(sum / WRAP));
}

/** Sets packets and bytes of both sides to none. */
export function clearCounts(table: FlowTable, slot: number): void {
  const { words, floats } = table;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  words[base + SRC_PACKETS] = 0;
  words[base + DST_PACKETS] = 0;
  floats[fields + SRC_BYTES] = 0;
  floats[fields + DST_BYTES] = 0;
  if (table.carries > 0) table.dropCarries(slot);
}

/** Time of the newest packet of the flow's last record; when it entered its queue if it has none. */
export function lastSeen(table: FlowTable, slot: number): number {
  const { floats } = table;
  const fields = slot * FLOAT_STRIDE;
  let last = floats[fields + QUEUE_TIME]!;
  for (let i = SRC_START; i <= DST_END; i++) last = Math.max(last, floats[fields + i]!);
  return last;
}

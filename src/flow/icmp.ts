import type { Packet } from '../decode/index.ts';
import type { FlowKey } from './key.ts';
import { isIcmpQuery } from './key-icmp.ts';
import { countOf, FIRST_SECOND } from './record.ts';
import {
  BITS,
  DST_PACKETS,
  FLOAT_STRIDE,
  ICMP,
  MAPPED,
  SRC_END,
  SRC_PACKETS,
  SRC_START,
  STRIDE,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/** Header and the quoted IP header of an ICMP error. */
const SHORTEST_QUOTE = 28;

/** Keeps the type that the record shows: that of its first packet, or of a later request. */
export function noteIcmp(table: FlowTable, slot: number, key: FlowKey, start: boolean): void {
  const { words } = table;
  const at = slot * STRIDE + ICMP;
  const type = key.icmpType;
  if (start) {
    words[at] = type | (key.icmpCode << 8);
    return;
  }
  if (!isIcmpQuery(type)) return;
  const empty = countOf(table, slot, SRC_PACKETS) === 0 && countOf(table, slot, DST_PACKETS) === 0;
  const asks = type === 8 || type === 13 || type === 15 || type === 17;
  if (empty || asks) words[at] = (words[at]! & ~0xff) | type;
}

/** True for an ICMP error whose quoted IP header was captured. */
export function quotesPacket(key: FlowKey): boolean {
  return !isIcmpQuery(key.icmpType) && key.upper + SHORTEST_QUOTE <= key.end;
}

/**
 * An ICMP error is also noted with the flow that it is about, and prolongs that flow's record.
 * @param quoted a key to read the quoted packet into
 */
export function mapIcmpError(
  table: FlowTable,
  quoted: FlowKey,
  key: FlowKey,
  packet: Packet,
): void {
  if (!quoted.readQuoted(packet.bytes, key.upper + 8, packet.end)) return;
  const slot = table.find(quoted.words, table.hash(quoted.words));
  if (slot < 0) return;
  const { words, floats } = table;
  const base = slot * STRIDE;
  const type = key.icmpType;
  if (type === 3 || type === 5 || type === 11) {
    const error = (type << 16) | (key.icmpCode << 24);
    words[base + ICMP] = (words[base + ICMP]! & 0xffff) | error;
    words[base + BITS]! |= MAPPED;
  }
  const startAt = slot * FLOAT_STRIDE + SRC_START;
  if (floats[startAt]! < FIRST_SECOND) floats[startAt] = packet.time;
  else floats[slot * FLOAT_STRIDE + SRC_END] = packet.time;
}

import type { Packet } from '../decode/index.ts';

/** Greatest value of the type field that is a length (IEEE 802.3). */
export const LONGEST_802_3 = 1500;

/**
 * True for Ethernet frames whose encapsulation our decoder opens and Argus 3.0.8 does not: it follows
 * 802.1Q, MPLS, PPPoE and LLC alone, and takes the rest for a flow between MAC addresses.
 */
export function hidesFromArgus(packet: Packet): boolean {
  const { bytes, start } = packet;
  if (start + 14 > packet.end) return false;
  const type = (bytes[start + 12]! << 8) | bytes[start + 13]!;
  if (type === 0x0800 || type === 0x86dd || type <= LONGEST_802_3) return false;
  return !FOLLOWED.has(type);
}

const FOLLOWED: ReadonlySet<number> = new Set([
  0x0806, 0x8035, 0x8100, 0x8847, 0x8848, 0x8863, 0x8864, 0x880b,
]);

/** Link headers that Argus leaves out of its counts: null, PPP, PPP in HDLC, Cisco HDLC, loop, SLL. */
const UNCOUNTED: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [9, 4],
  [50, 4],
  [104, 4],
  [108, 4],
  [113, 16],
]);

/** Bytes of the link header that Argus leaves out of its counts. */
export function linkHeader(packet: Packet): number {
  const { bytes, start, linkType } = packet;
  if (linkType !== 127) return UNCOUNTED.get(linkType) ?? 0;
  return start + 4 <= packet.end ? bytes[start + 2]! | (bytes[start + 3]! << 8) : 0;
}

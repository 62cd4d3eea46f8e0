import type { Packet } from '../packet.ts';
import { DONE, ETHERNET, type Level, NETWORK, type Walk } from '../walk.ts';

/** VXLAN (RFC 7348): only the I flag is set, and both reserved fields are zero. */
export function decodeVxlan(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8 + 14) return DONE;
  // Group policy (draft-smith-vxlan-group-policy) adds flags 0x80 and, in the next byte, 0x48.
  const policy = (bytes[at] & 0x80) !== 0;
  if ((bytes[at] & 0x7f) !== 0x08 || bytes[at + 7] !== 0) return DONE;
  if (!policy && (bytes[at + 1] | bytes[at + 2] | bytes[at + 3]) !== 0) return DONE;
  walk.offset = at + 8;
  return ETHERNET;
}

/** Geneve (RFC 8926): version 0, options of at most 252 bytes, then an EtherType or 0x6558. */
export function decodeGeneve(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8) return DONE;
  if (bytes[at] >> 6 !== 0 || (bytes[at + 1] & 0x3f) !== 0 || bytes[at + 7] !== 0) return DONE;
  const length = 8 + ((bytes[at] & 0x3f) << 2);
  if (walk.end - at < length) return DONE;
  const type = (bytes[at + 2] << 8) | bytes[at + 3];
  walk.offset = at + length;
  if (type === 0x6558) return ETHERNET;
  walk.code = type;
  return type === 0x0800 || type === 0x86dd ? NETWORK : DONE;
}

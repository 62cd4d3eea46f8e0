import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, NETWORK, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const VERSION = anomalyBit('ip_version');
const LINK_MALFORMED = anomalyBit('link_malformed');

/** No link header at all: the first nibble tells IPv4 from IPv6 (LINKTYPE_RAW and its variants). */
export function decodeRaw(packet: Packet, walk: Walk): Level {
  if (walk.offset >= walk.end) return tooShort(packet, walk, 1, LINK_SHORTAGE);
  const version = packet.bytes[walk.offset] >> 4;
  if (version === 4) walk.code = 0x0800;
  else if (version === 6) walk.code = 0x86dd;
  else return refuse(packet, walk, VERSION);
  return NETWORK;
}

/** LINKTYPE_IPV4. */
export function decodeRawIpv4(_packet: Packet, walk: Walk): Level {
  walk.code = 0x0800;
  return NETWORK;
}

/** LINKTYPE_IPV6. */
export function decodeRawIpv6(_packet: Packet, walk: Walk): Level {
  walk.code = 0x86dd;
  return NETWORK;
}

/**
 * LINKTYPE_NULL and LINKTYPE_LOOP: four bytes of address family, in the byte order of the host that
 * captured, so both are tried. AF_INET6 is 24 (NetBSD), 28 (FreeBSD), 30 (macOS) or 10 (Linux).
 */
export function decodeNull(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
  const little = bytes[at] | (bytes[at + 1] << 8);
  const big = bytes[at + 3] | (bytes[at + 2] << 8);
  const upper = bytes[at] | bytes[at + 1];
  walk.offset = at + 4;
  if (upper !== 0 && (bytes[at + 2] | bytes[at + 3]) !== 0) {
    return refuse(packet, walk, LINK_MALFORMED);
  }
  switch (upper === 0 ? big : little) {
    case 2:
      walk.code = 0x0800;
      return NETWORK;
    case 10:
    case 24:
    case 28:
    case 30:
      walk.code = 0x86dd;
      return NETWORK;
    default:
      packet.network = 'other';
      packet.networkOffset = walk.offset;
      return DONE;
  }
}

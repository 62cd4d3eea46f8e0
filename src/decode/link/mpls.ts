import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, ETHERNET, type Level, NETWORK, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const LIMIT = anomalyBit('mpls_limit');

/** Segment routing stacks some ten labels (RFC 8662 speaks of such depths); more is a way to hide. */
export const MAX_MPLS_LABELS = 16;

/** Ethernet header and the smallest LLC behind it: less cannot be a pseudowire. */
const MIN_ETHERNET = 17;

/** MPLS label stack (RFC 3032), then IP, or an Ethernet pseudowire (RFC 4448) by its looks. */
export function decodeMpls(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  for (let i = 0; i < MAX_MPLS_LABELS; i++) {
    const at = walk.offset;
    if (walk.end - at < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
    if (packet.ipCount === 0) {
      const label = (bytes[at] << 12) | (bytes[at + 1] << 4) | (bytes[at + 2] >> 4);
      if (packet.mplsCount === 0) packet.mplsLabel = label;
      packet.mplsCount++;
    }
    walk.offset = at + 4;
    if ((bytes[at + 2] & 1) !== 0) return bottom(packet, walk);
  }
  raise(packet, LIMIT);
  return DONE;
}

/** No field says what follows the last label: IP if it can be, else Ethernet, else unknown. */
function bottom(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (packet.ipCount === 0) packet.networkOffset = at;
  if (at >= walk.end) return tooShort(packet, walk, 1, LINK_SHORTAGE);
  const nibble = bytes[at] >> 4;
  if (nibble === 4 && looksIpv4(packet, walk)) return network(walk, 0x0800);
  if (nibble === 6 && looksIpv6(packet, walk)) return network(walk, 0x86dd);
  const control = nibble === 0 && bytes[at] === 0 && bytes[at + 1] === 0 ? 4 : 0;
  // First nibble 1 is an associated channel (RFC 4385): management, no traffic.
  if (nibble === 1 || walk.end - at < MIN_ETHERNET + control) return DONE;
  walk.offset = at + control;
  walk.guessed = true;
  return ETHERNET;
}

function network(walk: Walk, type: number): Level {
  walk.code = type;
  return NETWORK;
}

function looksIpv4({ bytes }: Packet, walk: Walk): boolean {
  const at = walk.offset;
  if ((bytes[at] & 15) < 5) return false;
  return walk.end - at < 20 || (bytes[at + 8] !== 0 && bytes[at + 9] !== 0);
}

function looksIpv6({ bytes }: Packet, walk: Walk): boolean {
  const at = walk.offset;
  if (walk.end - at < 40) return true;
  return 40 + ((bytes[at + 4] << 8) | bytes[at + 5]) <= walk.wireEnd - at;
}

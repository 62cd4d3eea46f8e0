import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, ETHERNET, type Level, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const LINK_MALFORMED = anomalyBit('link_malformed');

/** Magic number, flags. */
const HEADER = 4;
/** Flags: the link header is left out; extensions follow, preceded by their length. */
const NO_LINK_HEADER = 2;
const EXTENSIONS = 0x80;

/** Ethernet as Juniper's routers capture it (LINKTYPE_JUNIPER_ETHER): their own header before the frame. */
export function decodeJuniperEthernet(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < HEADER + 2) return tooShort(packet, walk, HEADER + 2, LINK_SHORTAGE);
  const magic = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
  if (magic !== 0x4d4743) return refuse(packet, walk, LINK_MALFORMED);
  const flags = bytes[at + 3];
  if ((flags & NO_LINK_HEADER) !== 0) return DONE;
  const extended = (flags & EXTENSIONS) !== 0;
  const length = extended ? HEADER + 2 + ((bytes[at + 4] << 8) | bytes[at + 5]) : HEADER;
  if (walk.end - at < length) return tooShort(packet, walk, length, LINK_SHORTAGE);
  walk.offset = at + length;
  return ETHERNET;
}

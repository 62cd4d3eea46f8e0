import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, LINK, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const LINK_MALFORMED = anomalyBit('link_malformed');

/** The kernel writes some fifteen kinds of attribute, each once. */
const MAX_ATTRIBUTES = 64;
const HARDWARE_ADDRESS = 8;
const PAYLOAD = 9;
const RAW_IP = 101;

/** Linux netfilter log (LINKTYPE_NFLOG): attributes in host byte order, in practice little-endian. */
export function decodeNflog(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  if (walk.end - walk.offset < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
  walk.offset += 4;
  for (let i = 0; i < MAX_ATTRIBUTES && walk.offset < walk.wireEnd; i++) {
    const at = walk.offset;
    if (walk.end - at < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
    const length = bytes[at] | (bytes[at + 1] << 8);
    const type = (bytes[at + 2] | (bytes[at + 3] << 8)) & 0x7fff;
    if (length < 4) return refuse(packet, walk, LINK_MALFORMED);
    if (type === PAYLOAD) {
      if (at + length > walk.wireEnd) return refuse(packet, walk, LINK_MALFORMED);
      walk.offset = at + 4;
      walk.wireEnd = at + length;
      if (walk.end > walk.wireEnd) walk.end = walk.wireEnd;
      walk.code = RAW_IP;
      return LINK;
    }
    if (walk.end - at < length) return tooShort(packet, walk, length, LINK_SHORTAGE);
    const hasMac = type === HARDWARE_ADDRESS && length >= 14 && bytes[at + 5] === 6;
    if (hasMac) packet.sourceMacOffset = at + 8;
    walk.offset = at + ((length + 3) & ~3);
  }
  return DONE;
}

import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, LINK, refuse, tooShort, type Walk } from '../walk.ts';
import { TUNNEL_SHORTAGE } from './shortage.ts';

const MALFORMED = anomalyBit('tunnel_malformed');

/** 3GPP TS 29.281 names a handful of extension headers; no packet needs more than a few. */
export const MAX_GTP_EXTENSIONS = 8;

const T_PDU = 255;
const RAW_IP = 101;

/** GTP-U version 1 (3GPP TS 29.281), message T-PDU: the user's IP packet. */
export function decodeGtp(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8 || bytes[at] >> 4 !== 3 || bytes[at + 1] !== T_PDU) return DONE;
  const wireEnd = at + 8 + ((bytes[at + 2] << 8) | bytes[at + 3]);
  if (wireEnd > walk.wireEnd && !walk.fragment) return DONE;
  if (wireEnd < walk.wireEnd) walk.wireEnd = wireEnd;
  if (wireEnd < walk.end) walk.end = wireEnd;
  // Version, type and length agree: from here on it is the protocol.
  walk.guessed = false;
  walk.offset = at + 8;
  if ((bytes[at] & 7) !== 0) {
    if (walk.end - walk.offset < 4) return tooShort(packet, walk, 4, TUNNEL_SHORTAGE);
    walk.offset = at + 12;
    if ((bytes[at] & 4) !== 0 && !skipExtensions(packet, walk)) return DONE;
  }
  if (walk.offset >= walk.end) return DONE;
  const version = bytes[walk.offset] >> 4;
  // Ethernet and unstructured sessions (TS 29.281, 5G) carry no IP version to go by.
  if (version !== 4 && version !== 6) return DONE;
  walk.guessed = true;
  walk.code = RAW_IP;
  return LINK;
}

/** Each extension counts its length in words; its last byte is the type of the next. */
function skipExtensions(packet: Packet, walk: Walk): boolean {
  const { bytes } = packet;
  for (let i = 0; i < MAX_GTP_EXTENSIONS; i++) {
    const at = walk.offset;
    if (bytes[at - 1] === 0) return true;
    if (at >= walk.end) {
      tooShort(packet, walk, 4, TUNNEL_SHORTAGE);
      return false;
    }
    const length = bytes[at] << 2;
    if (length === 0) {
      refuse(packet, walk, MALFORMED);
      return false;
    }
    if (walk.end - at < length) {
      tooShort(packet, walk, length, TUNNEL_SHORTAGE);
      return false;
    }
    walk.offset = at + length;
  }
  refuse(packet, walk, MALFORMED);
  return false;
}

import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { type Level, LINK, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const MALFORMED = anomalyBit('radio_malformed');

/** LINKTYPE_IEEE802_11, and the decoder's own number for the same with a padded header. */
export const WLAN = 105;
export const WLAN_PADDED = -2;

const FCS_LENGTH = 4;
/** Presence words of one radiotap header: radiotap.org knows two or three. */
const MAX_PRESENT_WORDS = 16;
/** Fields of one PPI header that are searched; the registry names some fifteen. */
const MAX_PPI_FIELDS = 32;

/** radiotap (radiotap.org): little-endian; only its flags matter here. */
export function decodeRadiotap(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8) return tooShort(packet, walk, 8, LINK_SHORTAGE);
  const length = bytes[at + 2] | (bytes[at + 3] << 8);
  if (bytes[at] !== 0 || length < 8) return refuse(packet, walk, MALFORMED);
  if (walk.end - at < length) return tooShort(packet, walk, length, LINK_SHORTAGE);
  const flags = radiotapFlags(packet, at, at + length);
  walk.offset = at + length;
  if ((flags & 0x10) !== 0) dropFcs(walk);
  walk.code = (flags & 0x20) !== 0 ? WLAN_PADDED : WLAN;
  return LINK;
}

/** Value of the flags field (bit 1), which may stand behind the eight-byte time (bit 0). */
function radiotapFlags({ bytes }: Packet, start: number, end: number): number {
  const present = bytes[start + 4];
  if ((present & 2) === 0) return 0;
  let at = start + 8;
  for (let i = 0; i < MAX_PRESENT_WORDS && at <= end && (bytes[at - 1] & 0x80) !== 0; i++) at += 4;
  if ((present & 1) !== 0) at = start + ((at - start + 7) & ~7) + 8;
  return at < end ? bytes[at] : 0;
}

/** The frame check sequence behind the frame is no payload. */
function dropFcs(walk: Walk): void {
  if (walk.wireEnd - walk.offset < FCS_LENGTH) return;
  walk.wireEnd -= FCS_LENGTH;
  if (walk.end > walk.wireEnd) walk.end = walk.wireEnd;
}

/** PPI (CACE Technologies, 2008): little-endian, with its own link type. */
export function decodePpi(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8) return tooShort(packet, walk, 8, LINK_SHORTAGE);
  const length = bytes[at + 2] | (bytes[at + 3] << 8);
  if (bytes[at] !== 0 || length < 8) return refuse(packet, walk, MALFORMED);
  if (walk.end - at < length) return tooShort(packet, walk, length, LINK_SHORTAGE);
  walk.code = bytes[at + 4] | (bytes[at + 5] << 8) | (bytes[at + 6] << 16);
  walk.offset = at + length;
  if (walk.code === WLAN && ppiHasFcs(packet, at + 8, at + length)) dropFcs(walk);
  return LINK;
}

/** Field type 2 (802.11-Common): time of eight bytes, then flags whose lowest bit says FCS. */
function ppiHasFcs({ bytes }: Packet, from: number, end: number): boolean {
  let at = from;
  for (let i = 0; i < MAX_PPI_FIELDS && at + 4 <= end; i++) {
    const type = bytes[at] | (bytes[at + 1] << 8);
    const length = bytes[at + 2] | (bytes[at + 3] << 8);
    if (type === 2 && length >= 10 && at + 13 < end) return (bytes[at + 12] & 1) !== 0;
    at += 4 + length;
  }
  return false;
}

/** AVS header (LINKTYPE_IEEE802_11_AVS): big-endian magic 0x8021100x and length. */
export function decodeAvs(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8) return tooShort(packet, walk, 8, LINK_SHORTAGE);
  const length = (bytes[at + 6] << 8) | bytes[at + 7];
  const known = bytes[at] === 0x80 && bytes[at + 1] === 0x21 && bytes[at + 2] === 0x10;
  if (!known || (bytes[at + 4] | bytes[at + 5]) !== 0 || length < 8) {
    return refuse(packet, walk, MALFORMED);
  }
  if (walk.end - at < length) return tooShort(packet, walk, length, LINK_SHORTAGE);
  walk.offset = at + length;
  walk.code = WLAN;
  return LINK;
}

/** Prism header (LINKTYPE_IEEE802_11_PRISM): 144 bytes, unless an AVS header stands in its place. */
export function decodePrism(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (walk.end - at >= 4 && packet.bytes[at] === 0x80) return decodeAvs(packet, walk);
  if (walk.end - at < 144) return tooShort(packet, walk, 144, LINK_SHORTAGE);
  walk.offset = at + 144;
  walk.code = WLAN;
  return LINK;
}

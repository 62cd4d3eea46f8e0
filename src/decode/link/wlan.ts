import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, LLC, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const PROTECTED = anomalyBit('wlan_protected');
const FRAGMENT = anomalyBit('wlan_fragment');
const AMSDU = anomalyBit('wlan_amsdu');

const DATA = 2;
/** Subtype bits of data frames: no payload, and QoS control present. */
const NO_DATA = 4;
const QOS = 8;
const TO_DS = 1;
const FROM_DS = 2;
const MORE_FRAGMENTS = 4;
const PROTECTED_FRAME = 64;
const ORDER = 128;

/** IEEE 802.11 header (802.11-2020, 9.2 and 9.3.2); data frames go on to LLC, others end here. */
export function decodeWlan(packet: Packet, walk: Walk): Level {
  return decode(packet, walk, false);
}

/** As {@link decodeWlan} where the radio pads the header to a multiple of four bytes. */
export function decodePaddedWlan(packet: Packet, walk: Walk): Level {
  return decode(packet, walk, true);
}

function decode(packet: Packet, walk: Walk, padded: boolean): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 2) return tooShort(packet, walk, 2, LINK_SHORTAGE);
  if (((bytes[at] >> 2) & 3) !== DATA) return DONE;
  const subtype = bytes[at] >> 4;
  const flags = bytes[at + 1];
  const bridged = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  const qos = (subtype & QOS) !== 0;
  const fixed = bridged ? 30 : 24;
  const header = fixed + (qos ? 2 : 0) + (qos && (flags & ORDER) !== 0 ? 4 : 0);
  if (walk.end - at < header) return tooShort(packet, walk, header, LINK_SHORTAGE);
  if (packet.ipCount === 0) {
    packet.destinationMacOffset = at + ((flags & TO_DS) !== 0 ? 16 : 4);
    packet.sourceMacOffset = at + sourceAddress(flags);
  }
  if ((subtype & NO_DATA) !== 0) return DONE;
  if ((flags & PROTECTED_FRAME) !== 0) return refuse(packet, walk, PROTECTED);
  if ((bytes[at + 22] & 15) !== 0) return refuse(packet, walk, FRAGMENT);
  walk.offset = at + (padded ? (header + 3) & ~3 : header);
  if (walk.offset > walk.end) {
    walk.offset = at;
    return tooShort(packet, walk, header + 3, LINK_SHORTAGE);
  }
  walk.fragment = (flags & MORE_FRAGMENTS) !== 0;
  return qos && (bytes[at + fixed] & 0x80) !== 0 ? firstOfMany(packet, walk) : LLC;
}

/** Where the source address stands: address 2, 3 or 4. */
function sourceAddress(flags: number): number {
  if ((flags & FROM_DS) === 0) return 10;
  return (flags & TO_DS) === 0 ? 16 : 24;
}

/** A-MSDU: each subframe has destination, source and length; the first is followed. */
function firstOfMany(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 14) return tooShort(packet, walk, 14, LINK_SHORTAGE);
  if (packet.ipCount === 0) {
    packet.destinationMacOffset = at;
    packet.sourceMacOffset = at + 6;
  }
  const length = (bytes[at + 12] << 8) | bytes[at + 13];
  const wireEnd = at + 14 + length;
  walk.offset = at + 14;
  // Subframes are padded to four bytes, so a little is left over behind the last one.
  if (walk.wireEnd - wireEnd > 3) raise(packet, AMSDU);
  if (wireEnd < walk.wireEnd) walk.wireEnd = wireEnd;
  if (wireEnd < walk.end) walk.end = wireEnd;
  return LLC;
}

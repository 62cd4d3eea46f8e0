import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import {
  DONE,
  ETHERNET,
  type Level,
  LINK,
  NETWORK,
  PPP,
  refuse,
  tooShort,
  type Walk,
} from '../walk.ts';
import { TUNNEL_SHORTAGE } from './shortage.ts';

const MALFORMED = anomalyBit('tunnel_malformed');

/** LINKTYPE_IEEE802_11. */
const WLAN = 105;

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGEMENT = 0x0080;

/** GRE (RFC 2784, 2890), and its version 1 that PPTP uses (RFC 2637). */
export function decodeGre(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 4) return tooShort(packet, walk, 4, TUNNEL_SHORTAGE);
  const flags = (bytes[at] << 8) | bytes[at + 1];
  const protocol = (bytes[at + 2] << 8) | bytes[at + 3];
  const version = flags & 7;
  if (version === 1) return enhanced(packet, walk, flags, protocol);
  if (version > 1) return refuse(packet, walk, MALFORMED);
  // Source routes (RFC 1701) were withdrawn; what follows them is not searched.
  if ((flags & ROUTING) !== 0) return DONE;
  const length =
    4 +
    ((flags & CHECKSUM) !== 0 ? 4 : 0) +
    ((flags & KEY) !== 0 ? 4 : 0) +
    ((flags & SEQUENCE) !== 0 ? 4 : 0);
  if (walk.end - at < length) return tooShort(packet, walk, length, TUNNEL_SHORTAGE);
  walk.offset = at + length;
  return payload(packet, walk, protocol, (flags & SEQUENCE) !== 0);
}

/** GRE protocol types: EtherTypes, and those that mean something else here. */
function payload(packet: Packet, walk: Walk, protocol: number, sequenced: boolean): Level {
  switch (protocol) {
    case 0x6558:
      return ETHERNET;
    case 0x880b:
      return PPP;
    case 0x88be:
      // ERSPAN type I has no header, type II eight bytes (draft-foschiano-erspan).
      return mirrored(packet, walk, sequenced ? 8 : 0);
    case 0x22eb:
      return erspan3(packet, walk);
    case 0x883e:
      return wccp(packet, walk);
    default:
      if (isAruba(protocol)) {
        walk.code = WLAN;
        return LINK;
      }
      walk.code = protocol;
      return walk.offset < walk.end ? NETWORK : DONE;
  }
}

/** Aruba access points send 802.11 frames under 0x8200 to 0x8370, one type a virtual access point. */
function isAruba(protocol: number): boolean {
  return protocol >= 0x8200 && protocol <= 0x8370 && (protocol & 15) === 0;
}

function mirrored(packet: Packet, walk: Walk, length: number): Level {
  if (walk.end - walk.offset < length) return tooShort(packet, walk, length, TUNNEL_SHORTAGE);
  walk.offset += length;
  return ETHERNET;
}

/** ERSPAN type III: twelve bytes, eight more when the lowest bit is set. */
function erspan3(packet: Packet, walk: Walk): Level {
  if (walk.end - walk.offset < 12) return tooShort(packet, walk, 12, TUNNEL_SHORTAGE);
  return mirrored(packet, walk, (packet.bytes[walk.offset + 11] & 1) !== 0 ? 20 : 12);
}

/** WCCP version 2 puts four bytes before the IPv4 header, version 1 none. */
function wccp(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (at < walk.end && packet.bytes[at] >> 4 !== 4) {
    if (walk.end - at < 4) return tooShort(packet, walk, 4, TUNNEL_SHORTAGE);
    walk.offset = at + 4;
  }
  walk.code = 0x0800;
  return NETWORK;
}

function enhanced(packet: Packet, walk: Walk, flags: number, protocol: number): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (protocol !== 0x880b || (flags & KEY) === 0) return refuse(packet, walk, MALFORMED);
  const sequenced = (flags & SEQUENCE) !== 0;
  const length = 8 + (sequenced ? 4 : 0) + ((flags & ACKNOWLEDGEMENT) !== 0 ? 4 : 0);
  if (walk.end - at < length) return tooShort(packet, walk, length, TUNNEL_SHORTAGE);
  const payloadLength = (bytes[at + 4] << 8) | bytes[at + 5];
  walk.offset = at + length;
  const wireEnd = walk.offset + payloadLength;
  if (wireEnd < walk.wireEnd) walk.wireEnd = wireEnd;
  if (wireEnd < walk.end) walk.end = wireEnd;
  // Without a sequence number it is a bare acknowledgement.
  return sequenced && payloadLength > 0 ? PPP : DONE;
}

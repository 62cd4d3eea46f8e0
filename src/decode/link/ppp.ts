import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, NETWORK, PPP, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const PPPOE_MALFORMED = anomalyBit('pppoe_malformed');
const LINK_MALFORMED = anomalyBit('link_malformed');

/** EtherType under which PPP that carries no IP is noted (IANA "IEEE 802 Numbers"). */
const ETHERTYPE_PPP = 0x880b;
const PPPOE_DISCOVERY = 0x8863;
const PPPOE_SESSION = 0x8864;
const MIN_TYPE = 0x600;

/**
 * PPP (RFC 1661, 1662): address and control bytes ff 03 may be left out, and the protocol may be one
 * byte, odd, by compression.
 */
export function decodePpp(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  let at = walk.offset;
  if (walk.end - at >= 2 && bytes[at] === 0xff && bytes[at + 1] === 3) at += 2;
  const short = at < walk.end && (bytes[at] & 1) === 1;
  const needed = at - walk.offset + (short ? 1 : 2);
  if (walk.end - walk.offset < needed) return tooShort(packet, walk, needed, LINK_SHORTAGE);
  const protocol = short ? bytes[at] : (bytes[at] << 8) | bytes[at + 1];
  walk.offset += needed;
  walk.code = pppEtherType(protocol);
  return NETWORK;
}

/** PPP protocol numbers (IANA) of what is followed. */
function pppEtherType(protocol: number): number {
  switch (protocol) {
    case 0x0021:
      return 0x0800;
    case 0x0057:
      return 0x86dd;
    case 0x0281:
      return 0x8847;
    case 0x0283:
      return 0x8848;
    default:
      return ETHERTYPE_PPP;
  }
}

/** PPP, or Cisco HDLC where the address byte is 0x0f or 0x8f (LINKTYPE_PPP and LINKTYPE_PPP_HDLC). */
export function decodePppHdlc(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  const cisco = walk.end > at && (bytes[at] === 0x0f || bytes[at] === 0x8f);
  return cisco ? decodeCiscoHdlc(packet, walk) : decodePpp(packet, walk);
}

/** PPP with a leading byte of direction (LINKTYPE_PPP_PPPD). */
export function decodePppd(packet: Packet, walk: Walk): Level {
  if (walk.end - walk.offset < 1) return tooShort(packet, walk, 1, LINK_SHORTAGE);
  walk.offset++;
  return decodePpp(packet, walk);
}

/** Cisco HDLC (LINKTYPE_C_HDLC): address, control, EtherType. */
export function decodeCiscoHdlc(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
  walk.offset = at + 4;
  walk.code = (bytes[at + 2] << 8) | bytes[at + 3];
  if (walk.code < MIN_TYPE) return refuse(packet, walk, LINK_MALFORMED);
  return NETWORK;
}

/** PPPoE discovery and session (RFC 2516); also a link type of its own. */
export function decodePppoe(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  const outer = packet.ipCount === 0;
  if (outer) {
    packet.network = 'other';
    packet.networkOffset = at;
  }
  if (walk.end - at < 6) return tooShort(packet, walk, 6, LINK_SHORTAGE);
  if (bytes[at] !== 0x11) return refuse(packet, walk, PPPOE_MALFORMED);
  if (outer) packet.pppoeSession = (bytes[at + 2] << 8) | bytes[at + 3];
  const code = bytes[at + 1];
  if (outer) packet.etherType = code === 0 ? PPPOE_SESSION : PPPOE_DISCOVERY;
  const wireEnd = at + 6 + ((bytes[at + 4] << 8) | bytes[at + 5]);
  walk.offset = at + 6;
  if (wireEnd <= walk.wireEnd) {
    walk.wireEnd = wireEnd;
    if (walk.end > wireEnd) walk.end = wireEnd;
  } else if (!walk.fragment) raise(packet, PPPOE_MALFORMED);
  return code === 0 ? PPP : DONE;
}

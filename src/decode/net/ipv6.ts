import { anomalyBit, raise } from '../anomaly.ts';
import { type IpLayer, MAX_IP_LAYERS, type Packet } from '../packet.ts';
import { DONE, type Level, refuse, TRANSPORT, tooShort, type Walk } from '../walk.ts';
import { skipExtensions } from './ipv6-extension.ts';
import { freshLayer, setPayload } from './layer.ts';

const SHORTAGE = {
  truncated: anomalyBit('ipv6_truncated'),
  malformed: anomalyBit('ipv6_header'),
};
const VERSION = anomalyBit('ip_version');
const LENGTH = anomalyBit('ipv6_length');
const LENGTH_ZERO = anomalyBit('ipv6_length_zero');
const JUMBOGRAM = anomalyBit('ipv6_jumbogram');
const PAYLOAD_TRUNCATED = anomalyBit('ip_payload_truncated');
const TUNNEL_LIMIT = anomalyBit('tunnel_limit');
const CARRIER_FRAGMENT = anomalyBit('carrier_fragment');

const HEADER = 40;
const HOP_BY_HOP = 0;
const NO_NEXT_HEADER = 59;
/** Longest frame whose rest may be padding: 64 bytes of Ethernet and a few of tags. */
const MAX_PADDED = 80;
/** Options of one hop-by-hop header that are searched: it has at most 2,048 bytes, real ones few. */
const MAX_OPTIONS = 64;

/** IPv6 (RFC 8200) with its extension headers. */
export function decodeIpv6(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const captured = walk.end - start;
  if (captured > 0 && bytes[start] >> 4 !== 6) return refuse(packet, walk, VERSION);
  if (captured < HEADER) return tooShort(packet, walk, HEADER, SHORTAGE);
  if (packet.ipCount >= MAX_IP_LAYERS) {
    raise(packet, TUNNEL_LIMIT);
    return DONE;
  }
  const wire = walk.wireEnd - start;
  const declared = (bytes[start + 4] << 8) | bytes[start + 5];
  const next = bytes[start + 6];
  let length = HEADER + declared;
  if (walk.guessed && length > wire && !walk.fragment) return DONE;
  walk.guessed = false;
  if (declared === 0 && next !== NO_NEXT_HEADER && walk.wireEnd - packet.start > MAX_PADDED) {
    length = wire;
    raise(packet, next === HOP_BY_HOP && hasJumbo(packet, walk) ? JUMBOGRAM : LENGTH_ZERO);
  }

  const layer = freshLayer(packet);
  packet.ipCount++;
  layer.version = 6;
  layer.headerStart = start;
  layer.headerLength = HEADER;
  layer.sourceOffset = start + 8;
  layer.destinationOffset = start + 24;
  layer.protocol = next;
  layer.tos = ((bytes[start] & 15) << 4) | (bytes[start + 1] >> 4);
  layer.ttl = bytes[start + 7];
  layer.identification = 0;
  layer.totalLength = length;
  layer.dontFragment = false;
  layer.moreFragments = false;
  layer.fragmentOffset = 0;

  if (length > captured) {
    if (walk.fragment) raise(packet, CARRIER_FRAGMENT);
    else raise(packet, length > wire ? LENGTH : PAYLOAD_TRUNCATED);
  }
  // Bytes behind the declared length are padding of the link.
  if (length < captured) walk.end = start + length;
  if (length < wire) walk.wireEnd = start + length;
  walk.offset = start + HEADER;
  walk.code = next;
  const level = isExtension(next) ? skipExtensions(packet, walk, layer) : TRANSPORT;
  finish(layer, walk);
  return level;
}

/** Hop-by-hop, routing, fragment, AH, destination, mobility, HIP, shim6 (IANA registry). */
function isExtension(next: number): boolean {
  switch (next) {
    case 0:
    case 43:
    case 44:
    case 51:
    case 60:
    case 135:
    case 139:
    case 140:
      return true;
    default:
      return false;
  }
}

function finish(layer: IpLayer, walk: Walk): void {
  layer.headerLength = walk.offset - layer.headerStart;
  const rest = layer.totalLength - layer.headerLength;
  setPayload(layer, walk.offset, walk.end, Math.max(rest, 0));
}

/** Jumbo Payload option (RFC 2675) in the hop-by-hop header behind the IPv6 header. */
function hasJumbo(packet: Packet, walk: Walk): boolean {
  const { bytes } = packet;
  const from = walk.offset + HEADER;
  if (walk.end - from < 8) return false;
  const end = Math.min(walk.end, from + (bytes[from + 1] + 1) * 8);
  let at = from + 2;
  for (let i = 0; i < MAX_OPTIONS && at + 1 < end; i++) {
    if (bytes[at] === 0xc2) return true;
    at += bytes[at] === 0 ? 1 : 2 + bytes[at + 1];
  }
  return false;
}

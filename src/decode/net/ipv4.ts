import { anomalyBit, raise } from '../anomaly.ts';
import { MAX_IP_LAYERS, type Packet } from '../packet.ts';
import { DONE, type Level, refuse, TRANSPORT, tooShort, type Walk } from '../walk.ts';
import { freshLayer, setPayload } from './layer.ts';

const SHORTAGE = {
  truncated: anomalyBit('ipv4_truncated'),
  malformed: anomalyBit('ipv4_header'),
};
const VERSION = anomalyBit('ip_version');
const HEADER = anomalyBit('ipv4_header');
const LENGTH = anomalyBit('ipv4_length');
const LENGTH_ZERO = anomalyBit('ipv4_length_zero');
const PAYLOAD_TRUNCATED = anomalyBit('ip_payload_truncated');
const OPTIONS = anomalyBit('ipv4_options');
const OVERRUN = anomalyBit('ip_fragment_overrun');
const TUNNEL_LIMIT = anomalyBit('tunnel_limit');
const CARRIER_FRAGMENT = anomalyBit('carrier_fragment');

const MAX_DATAGRAM = 65_535;

/** IPv4 (RFC 791). */
export function decodeIpv4(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const captured = walk.end - start;
  if (captured > 0 && bytes[start] >> 4 !== 4) return refuse(packet, walk, VERSION);
  if (captured < 20) return tooShort(packet, walk, 20, SHORTAGE);
  if (packet.ipCount >= MAX_IP_LAYERS) {
    raise(packet, TUNNEL_LIMIT);
    return DONE;
  }
  const wire = walk.wireEnd - start;
  const headerLength = (bytes[start] & 15) << 2;
  if (headerLength < 20 || headerLength > wire) return refuse(packet, walk, HEADER);
  const declared = (bytes[start + 2] << 8) | bytes[start + 3];
  const length = declared === 0 ? wire : declared;
  if (walk.guessed && (declared < headerLength || (length > wire && !walk.fragment))) return DONE;
  walk.guessed = false;

  const layer = freshLayer(packet);
  packet.ipCount++;
  const fragment = (bytes[start + 6] << 8) | bytes[start + 7];
  const protocol = bytes[start + 9];
  layer.version = 4;
  layer.headerStart = start;
  layer.headerLength = headerLength;
  layer.sourceOffset = start + 12;
  layer.destinationOffset = start + 16;
  layer.protocol = protocol;
  layer.tos = bytes[start + 1];
  layer.ttl = bytes[start + 8];
  layer.identification = (bytes[start + 4] << 8) | bytes[start + 5];
  layer.totalLength = length;
  layer.dontFragment = (fragment & 0x4000) !== 0;
  layer.moreFragments = (fragment & 0x2000) !== 0;
  layer.fragmentOffset = (fragment & 0x1fff) << 3;

  if (declared === 0) raise(packet, LENGTH_ZERO);
  if (length > captured) raise(packet, excess(walk, length > wire));
  // Bytes behind the declared length are padding of the link.
  if (length < captured) walk.end = start + length;
  if (length < wire) walk.wireEnd = start + length;
  if (length < headerLength || headerLength > captured) {
    raise(packet, length < headerLength ? LENGTH : SHORTAGE.truncated);
    const rest = length < headerLength ? 0 : length - headerLength;
    const at = headerLength > captured ? start + captured : start + headerLength;
    setPayload(layer, at, at, rest);
    return DONE;
  }
  const payloadLength = length - headerLength;
  setPayload(layer, start + headerLength, walk.end, payloadLength);
  if (headerLength > 20) checkOptions(packet, start + 20, start + headerLength);
  if ((fragment & 0x3fff) !== 0) {
    if (layer.fragmentOffset + payloadLength > MAX_DATAGRAM - headerLength) raise(packet, OVERRUN);
    if (layer.fragmentOffset !== 0) return DONE;
    walk.fragment = layer.moreFragments;
  }
  walk.offset = start + headerLength;
  walk.code = protocol;
  return TRANSPORT;
}

function excess(walk: Walk, beyondWire: boolean): number {
  if (walk.fragment) return CARRIER_FRAGMENT;
  return beyondWire ? LENGTH : PAYLOAD_TRUNCATED;
}

/** Options end within the header, of at most 40 bytes; each moves on by at least one byte. */
function checkOptions(packet: Packet, from: number, to: number): void {
  const { bytes } = packet;
  for (let at = from; at < to; ) {
    const kind = bytes[at];
    if (kind === 0) return;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < to ? bytes[at + 1] : 0;
    if (length < 2 || at + length > to) {
      raise(packet, OPTIONS);
      return;
    }
    at += length;
  }
}

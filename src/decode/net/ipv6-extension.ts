import { anomalyBit, raise } from '../anomaly.ts';
import type { IpLayer, Packet } from '../packet.ts';
import { DONE, type Level, TRANSPORT, tooShort, type Walk } from '../walk.ts';
import { setPayload } from './layer.ts';

const SHORTAGE = {
  truncated: anomalyBit('ipv6_extension_truncated'),
  malformed: anomalyBit('ipv6_extension'),
};
const LIMIT = anomalyBit('ipv6_extension_limit');
const OVERRUN = anomalyBit('ip_fragment_overrun');

/** RFC 8200, 4.1 has eight in its fullest order; twelve leaves room for repeats that hosts accept. */
export const MAX_EXTENSION_HEADERS = 12;

const FRAGMENT = 44;
const AUTHENTICATION = 51;
const MAX_DATAGRAM = 65_535;

/**
 * Moves `walk` behind the extension headers, starting with number `walk.code`, and notes protocol and
 * fragment in the layer. Later fragments end here.
 */
export function skipExtensions(packet: Packet, walk: Walk, layer: IpLayer): Level {
  const { bytes } = packet;
  for (let i = 0; i < MAX_EXTENSION_HEADERS; i++) {
    const at = walk.offset;
    if (walk.end - at < 8) return tooShort(packet, walk, 8, SHORTAGE);
    const kind = walk.code;
    const length = extensionLength(kind, bytes[at + 1]);
    if (length === 0) return TRANSPORT;
    if (walk.end - at < length) return tooShort(packet, walk, length, SHORTAGE);
    walk.code = bytes[at];
    walk.offset = at + length;
    layer.protocol = walk.code;
    if (kind === FRAGMENT && noteFragment(packet, walk, layer)) return DONE;
    if (extensionLength(walk.code, 0) === 0) return TRANSPORT;
  }
  raise(packet, LIMIT);
  return DONE;
}

/** Authentication header (RFC 4302) behind IPv4: what it protects follows in the clear. */
export function skipAuthentication(packet: Packet, walk: Walk): Level {
  const layer = packet.ip[packet.ipCount - 1];
  const level = skipExtensions(packet, walk, layer);
  setPayload(layer, walk.offset, walk.end, layer.totalLength - (walk.offset - layer.headerStart));
  return level;
}

/** Bytes of an extension header with the given length field; 0 when `kind` is none. */
function extensionLength(kind: number, field: number): number {
  switch (kind) {
    case 0:
    case 43:
    case 60:
    case 135:
    case 139:
    case 140:
      return (field + 1) << 3;
    case FRAGMENT:
      return 8;
    case AUTHENTICATION:
      return (field + 2) << 2;
    default:
      return 0;
  }
}

/** @returns true when the packet is a later fragment */
function noteFragment(packet: Packet, walk: Walk, layer: IpLayer): boolean {
  const { bytes } = packet;
  const at = walk.offset - 8;
  const field = (bytes[at + 2] << 8) | bytes[at + 3];
  layer.fragmentOffset = field & 0xfff8;
  layer.moreFragments = (field & 1) !== 0;
  layer.identification =
    ((bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]) >>> 0;
  const rest = layer.totalLength - (walk.offset - layer.headerStart);
  if (layer.fragmentOffset + rest > MAX_DATAGRAM) raise(packet, OVERRUN);
  if (layer.fragmentOffset !== 0) return true;
  walk.fragment = layer.moreFragments;
  return false;
}

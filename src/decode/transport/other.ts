import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, tooShort, type Walk } from '../walk.ts';
import { notePorts } from './ports.ts';

const HEADER = anomalyBit('transport_header');
const SHORTAGE = { truncated: anomalyBit('transport_truncated'), malformed: HEADER };

/** SCTP (RFC 9260): common header of 12 bytes; chunks are payload. */
export function decodeSctp(packet: Packet, walk: Walk): Level {
  return portsAndData(packet, walk, 12);
}

/** UDP-Lite (RFC 3828): as UDP, with the checksum coverage in place of the length. */
export function decodeUdpLite(packet: Packet, walk: Walk): Level {
  return portsAndData(packet, walk, 8);
}

/** DCCP (RFC 4340): generic header of 12 or 16 bytes; the data offset counts words. */
export function decodeDccp(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (walk.end - at < 12) return portsAndData(packet, walk, 12);
  const length = packet.bytes[at + 4] << 2;
  if (length >= 12 && at + length <= walk.wireEnd) return portsAndData(packet, walk, length);
  portsAndData(packet, walk, 12);
  raise(packet, HEADER);
  return DONE;
}

/** IGMP (RFC 3376): eight bytes; it has no ports, so only its data is set apart. */
export function decodeIgmp(packet: Packet, walk: Walk): Level {
  const layer = packet.ip[packet.ipCount - 1];
  if (walk.end - walk.offset < 8) return tooShort(packet, walk, 8, SHORTAGE);
  layer.hasTransport = true;
  layer.dataStart = walk.offset + 8;
  layer.dataLength = layer.payloadLength - 8;
  return DONE;
}

/** A header of `length` bytes that begins with two ports; at least its first 8 must be captured. */
function portsAndData(packet: Packet, walk: Walk, length: number): Level {
  const layer = packet.ip[packet.ipCount - 1];
  notePorts(packet, walk, layer);
  layer.hasTransport = walk.end - walk.offset >= 8;
  const rest = layer.payloadLength - length;
  layer.dataLength = Math.max(rest, 0);
  if (walk.end - walk.offset < length) {
    layer.dataStart = walk.end;
    return tooShort(packet, walk, length, SHORTAGE);
  }
  layer.dataStart = walk.offset + length;
  return DONE;
}

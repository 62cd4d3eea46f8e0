import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DATAGRAM, DONE, type Level, tooShort, type Walk } from '../walk.ts';
import { notePorts } from './ports.ts';

const SHORTAGE = { truncated: anomalyBit('udp_truncated'), malformed: anomalyBit('udp_header') };
const HEADER = anomalyBit('udp_header');
const LENGTH = anomalyBit('udp_length');
const TRAILING = anomalyBit('udp_trailing');
const TINY = anomalyBit('ip_fragment_tiny');

/** UDP (RFC 768). */
export function decodeUdp(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const layer = packet.ip[packet.ipCount - 1];
  if (walk.end - start < 8) {
    notePorts(packet, walk, layer);
    if (walk.fragment && walk.end === walk.wireEnd) raise(packet, TINY);
    else tooShort(packet, walk, 8, SHORTAGE);
    return DONE;
  }
  const source = (bytes[start] << 8) | bytes[start + 1];
  const destination = (bytes[start + 2] << 8) | bytes[start + 3];
  const length = (bytes[start + 4] << 8) | bytes[start + 5];
  layer.hasTransport = true;
  layer.sourcePort = source;
  layer.destinationPort = destination;
  layer.dataStart = start + 8;
  layer.dataLength = layer.payloadLength - 8;
  if (length !== layer.payloadLength && !walk.fragment) {
    if (length > layer.payloadLength) raise(packet, LENGTH);
    else if (length >= 8) {
      raise(packet, TRAILING);
      layer.dataLength = length - 8;
      if (start + length < walk.end) walk.end = start + length;
      if (start + length < walk.wireEnd) walk.wireEnd = start + length;
      layer.dataEnd = walk.end;
    } else if (length !== 0 || layer.version === 4) raise(packet, HEADER);
  }
  walk.offset = start + 8;
  walk.code = destination;
  walk.alternative = source;
  return DATAGRAM;
}

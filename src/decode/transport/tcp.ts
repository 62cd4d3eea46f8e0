import { anomalyBit, raise } from '../anomaly.ts';
import type { IpLayer, Packet } from '../packet.ts';
import { DONE, type Level, tooShort, type Walk } from '../walk.ts';
import { notePorts } from './ports.ts';

const SHORTAGE = { truncated: anomalyBit('tcp_truncated'), malformed: anomalyBit('tcp_header') };
const TINY = anomalyBit('ip_fragment_tiny');
const HEADER = anomalyBit('tcp_header');
const OPTIONS = anomalyBit('tcp_options');
const NO_NAME = -1;

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const URG = 32;

/** The anomaly of every combination of the six old flags, or -1: one look-up a segment. */
const ODD_FLAGS = Int8Array.from({ length: 64 }, (_, flags) => oddFlags(flags));

function oddFlags(flags: number): number {
  const has = (bits: number): boolean => (flags & bits) === bits;
  if (flags === 0) return anomalyBit('tcp_null');
  if (has(SYN | FIN)) return anomalyBit('tcp_syn_fin');
  if (has(SYN | RST)) return anomalyBit('tcp_syn_rst');
  if (has(FIN | PSH | URG) && !has(ACK)) return anomalyBit('tcp_xmas');
  if (has(FIN | RST)) return anomalyBit('tcp_fin_rst');
  if (has(FIN) && !has(ACK)) return anomalyBit('tcp_fin_only');
  return NO_NAME;
}

/** TCP (RFC 9293). */
export function decodeTcp(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const end = walk.end;
  const layer = packet.ip[packet.ipCount - 1];
  if (end - start < 20) {
    notePorts(packet, walk, layer);
    if (walk.fragment && walk.end === walk.wireEnd) raise(packet, TINY);
    else tooShort(packet, walk, 20, SHORTAGE);
    return DONE;
  }
  const flags = bytes[start + 13];
  const headerLength = (bytes[start + 12] >> 4) << 2;
  layer.hasTransport = true;
  layer.sourcePort = (bytes[start] << 8) | bytes[start + 1];
  layer.destinationPort = (bytes[start + 2] << 8) | bytes[start + 3];
  layer.tcpSequence = word(bytes, start + 4);
  layer.tcpAcknowledgement = word(bytes, start + 8);
  layer.tcpHeaderLength = headerLength;
  layer.tcpFlags = flags;
  layer.tcpWindow = (bytes[start + 14] << 8) | bytes[start + 15];
  const odd = ODD_FLAGS[flags & 63];
  if (odd >= 0) raise(packet, odd);

  const dataStart = start + headerLength;
  if (headerLength < 20 || dataStart > walk.wireEnd) {
    raise(packet, walk.fragment && headerLength >= 20 ? TINY : HEADER);
    layer.dataStart = end;
    layer.dataLength = 0;
    return DONE;
  }
  layer.dataLength = layer.payloadLength - headerLength;
  layer.dataStart = Math.min(dataStart, end);
  if (dataStart > end) raise(packet, SHORTAGE.truncated);
  if (headerLength > 20) readOptions(packet, layer, start + 20, dataStart);
  return DONE;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** At most 40 bytes; each option moves on by at least one. `to` may lie past the captured bytes. */
function readOptions(packet: Packet, layer: IpLayer, from: number, to: number): void {
  const { bytes } = packet;
  const end = Math.min(to, layer.payloadEnd);
  for (let at = from; at < end; ) {
    const kind = bytes[at];
    if (kind === 0) return;
    if (kind === 1) {
      at++;
      continue;
    }
    if (at + 1 >= end) {
      if (end === to) raise(packet, OPTIONS);
      return;
    }
    const length = bytes[at + 1];
    if (length < 2 || at + length > to) {
      raise(packet, OPTIONS);
      return;
    }
    if (at + length > end) return;
    // RFC 9293 (2), RFC 7323 (3, 8), RFC 2018 (4).
    if (kind === 8 && length === 10) {
      layer.tcpTimestamp = word(bytes, at + 2);
      layer.tcpTimestampEcho = word(bytes, at + 6);
    } else if (kind === 2 && length === 4) {
      layer.tcpMss = (bytes[at + 2] << 8) | bytes[at + 3];
    } else if (kind === 3 && length === 3) {
      layer.tcpWindowScale = bytes[at + 2];
    } else if (kind === 4 && length === 2) {
      layer.tcpSackPermitted = true;
    } else if (kind <= 4 || kind === 8) {
      raise(packet, OPTIONS);
    }
    at += length;
  }
}

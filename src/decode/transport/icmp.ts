import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, tooShort, type Walk } from '../walk.ts';

const SHORTAGE = { truncated: anomalyBit('icmp_truncated'), malformed: anomalyBit('icmp_header') };

const NONE = 0;
const ECHO = 1;

/** ICMP types with identifier and sequence: echo, timestamp, information, address mask. */
const ICMP_KIND = Uint8Array.from({ length: 256 }, (_, type) =>
  [0, 8, 13, 14, 15, 16, 17, 18].includes(type) ? ECHO : NONE,
);

/** ICMPv6 echo request and reply. */
const ICMPV6_KIND = Uint8Array.from({ length: 256 }, (_, type) =>
  type === 128 || type === 129 ? ECHO : NONE,
);

/** ICMP (RFC 792). */
export function decodeIcmp(packet: Packet, walk: Walk): Level {
  return decode(packet, walk, ICMP_KIND);
}

/** ICMPv6 (RFC 4443). */
export function decodeIcmpv6(packet: Packet, walk: Walk): Level {
  return decode(packet, walk, ICMPV6_KIND);
}

/** Type and code need four bytes; the header has eight. */
function decode(packet: Packet, walk: Walk, kinds: Uint8Array): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const layer = packet.ip[packet.ipCount - 1];
  const captured = walk.end - start;
  if (captured >= 4) {
    layer.hasTransport = true;
    layer.icmpType = bytes[start];
    layer.icmpCode = bytes[start + 1];
  }
  if (captured < 8) {
    layer.dataStart = walk.end;
    layer.dataLength = layer.payloadLength > 8 ? layer.payloadLength - 8 : 0;
    return tooShort(packet, walk, 8, SHORTAGE);
  }
  if (kinds[bytes[start]] === ECHO) {
    layer.icmpIdentifier = (bytes[start + 4] << 8) | bytes[start + 5];
    layer.icmpSequence = (bytes[start + 6] << 8) | bytes[start + 7];
  }
  layer.dataStart = start + 8;
  layer.dataLength = layer.payloadLength - 8;
  return DONE;
}

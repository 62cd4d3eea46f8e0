import { parseAddress } from '../../src/base/index.ts';

/** A machine in the scene. Those outside the site are reached through the gateway's MAC. */
export interface Host {
  readonly address: string;
  readonly bytes: Uint8Array;
  readonly mac: Uint8Array;
  /** Time to live of its packets as the capture sees them. */
  readonly ttl: number;
}

/** A host of the scene. @param mac where its frames come from; default made from its address */
export function createHost(address: string, ttl: number, mac?: Uint8Array): Host {
  const bytes = parseAddress(address)!;
  return { address, bytes, ttl, mac: mac ?? Uint8Array.of(2, 0, ...bytes) };
}

const EMPTY = new Uint8Array(0);
/** Frames are padded to this length, without the check sequence (IEEE 802.3). */
const SHORTEST_FRAME = 60;

/** Ones' complement sum of 16-bit words (RFC 1071), folded and inverted. */
function checksum(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let sum = start;
  for (let i = from; i + 1 < to; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if ((to - from) % 2 === 1) sum += bytes[to - 1]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function put32(bytes: Uint8Array, at: number, value: number): void {
  put16(bytes, at, value >>> 16);
  put16(bytes, at + 2, value & 0xffff);
}

/** An Ethernet frame. @param etherType the protocol of its payload */
export function ethernet(
  from: Uint8Array,
  to: Uint8Array,
  etherType: number,
  payload: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(Math.max(SHORTEST_FRAME, 14 + payload.length));
  frame.set(to, 0);
  frame.set(from, 6);
  put16(frame, 12, etherType);
  frame.set(payload, 14);
  return frame;
}

/** What an IPv4 packet carries. */
export interface Datagram {
  readonly from: Host;
  readonly to: Host;
  readonly protocol: number;
  readonly identification: number;
  /** Transport header and payload, its checksum still 0. */
  readonly body: Uint8Array;
  /** Where in the body the checksum goes. */
  readonly checksumAt: number;
  readonly ttl: number;
}

/** An IPv4 packet in its frame, with valid checksums (RFC 791, 793, 768, 792). */
export function ipv4(datagram: Datagram): Uint8Array {
  const { from, to, protocol, body, checksumAt } = datagram;
  const packet = new Uint8Array(20 + body.length);
  packet[0] = 0x45;
  put16(packet, 2, packet.length);
  put16(packet, 4, datagram.identification & 0xffff);
  packet[6] = 0x40;
  packet[8] = datagram.ttl;
  packet[9] = protocol;
  packet.set(from.bytes, 12);
  packet.set(to.bytes, 16);
  put16(packet, 10, checksum(packet, 0, 20));
  packet.set(body, 20);
  let start = 0;
  if (protocol !== 1) {
    start = protocol + body.length;
    for (let i = 12; i < 20; i += 2) start += (packet[i]! << 8) | packet[i + 1]!;
  }
  const sum = checksum(packet, 20, packet.length, start);
  put16(packet, 20 + checksumAt, protocol === 17 && sum === 0 ? 0xffff : sum);
  return ethernet(from.mac, to.mac, 0x0800, packet);
}

/** TCP flags. */
export const FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;

/** A TCP header's fields. */
export interface Segment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window?: number;
  /** Of a SYN; a multiple of four bytes. */
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
}

// Maximum segment size 1460, SACK permitted, window scale 7 (RFC 9293, 2018, 7323).
const SYN_OPTIONS = Uint8Array.of(2, 4, 5, 180, 1, 1, 4, 2, 1, 3, 3, 7);

/** TCP header and payload, options on a SYN. */
export function tcp(segment: Segment): Uint8Array {
  const options = (segment.flags & FLAGS.syn) !== 0 ? (segment.options ?? SYN_OPTIONS) : EMPTY;
  const payload = segment.payload ?? EMPTY;
  const bytes = new Uint8Array(20 + options.length + payload.length);
  put16(bytes, 0, segment.sourcePort);
  put16(bytes, 2, segment.destinationPort);
  put32(bytes, 4, segment.sequence >>> 0);
  put32(bytes, 8, segment.acknowledgement >>> 0);
  bytes[12] = ((20 + options.length) / 4) << 4;
  bytes[13] = segment.flags;
  put16(bytes, 14, (segment.flags & FLAGS.rst) !== 0 ? 0 : (segment.window ?? 502));
  bytes.set(options, 20);
  bytes.set(payload, 20 + options.length);
  return bytes;
}

/** UDP header and payload. */
export function udp(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  put16(bytes, 0, sourcePort);
  put16(bytes, 2, destinationPort);
  put16(bytes, 4, bytes.length);
  bytes.set(payload, 8);
  return bytes;
}

/** ICMP echo (8 request, 0 reply) with 56 bytes, as `ping` sends. */
export function icmpEcho(type: 0 | 8, identifier: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes[0] = type;
  put16(bytes, 4, identifier);
  put16(bytes, 6, sequence);
  for (let i = 8; i < 64; i++) bytes[i] = i + 8;
  return bytes;
}

/** An ARP packet (RFC 826). @param operation 1 request, 2 reply; the target MAC of a request is 0 */
export function arp(operation: 1 | 2, sender: Host, target: Host): Uint8Array {
  const bytes = new Uint8Array(28);
  bytes.set([0, 1, 8, 0, 6, 4, 0, operation]);
  bytes.set(sender.mac, 8);
  bytes.set(sender.bytes, 14);
  if (operation === 2) bytes.set(target.mac, 18);
  bytes.set(target.bytes, 24);
  return bytes;
}

import type { Random } from '../../src/base/index.ts';
import { interesting, put } from './mutate.ts';

/** Bytes in which an IP header is looked for: behind any link header and a tag or two. */
const SEARCHED = 96;

/** IP protocols with a decoder of their own, and some without. */
const PROTOCOLS: readonly number[] = [
  0, 1, 2, 4, 6, 17, 33, 41, 43, 44, 47, 50, 51, 58, 59, 60, 89, 132, 135, 136, 139, 255,
];

/** EtherTypes that lead to a decoder. */
const ETHER_TYPES: readonly number[] = [
  0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8847, 0x8848, 0x8863, 0x8864, 0x0026, 0x05dd, 0x6558,
];

/** UDP ports behind which a tunnel is looked for, and some services. */
const PORTS: readonly number[] = [53, 67, 123, 161, 443, 2152, 3544, 4789, 5072, 0, 65_535];

const BE2 = { width: 2, little: false } as const;
const BE4 = { width: 4, little: false } as const;

/** Places in a packet at which an IP header may begin: version 4 or 6 with a likely length. */
function headersIn(packet: Uint8Array): number[] {
  const found: number[] = [];
  const last = Math.min(packet.length - 20, SEARCHED);
  for (let at = 0; at <= last; at++) {
    const first = packet[at]!;
    const four = first >= 0x45 && first <= 0x4f && packet[at + 2]! < 8 && packet[at + 8]! > 0;
    const six = first >> 4 === 6 && packet.length - at >= 40 && packet[at + 1]! < 16;
    if (four || (six && packet[at + 4]! < 8)) found.push(at);
  }
  return found;
}

type Change = (random: Random, packet: Uint8Array, at: number) => void;

/** Fields of an IPv4 header at `at`, and of what stands behind it. */
const IPV4: readonly Change[] = [
  (random, packet, at) => put(packet, at + 2, interesting(random), BE2),
  (random, packet, at) => put(packet, at + 2, packet.length - at + random.int(17) - 8, BE2),
  (random, packet, at) => {
    packet[at] = 0x40 | random.int(16);
  },
  // A fragment: more follow or not, at any offset, of one of few packets.
  (random, packet, at) => {
    put(packet, at + 4, random.int(4), BE2);
    put(packet, at + 6, (random.int(2) << 13) | (random.int(3) === 0 ? random.int(8192) : 0), BE2);
  },
  (_random, packet, at) => put(packet, at + 6, 0x2000, BE2),
  (random, packet, at) => put(packet, at + 6, (random.int(2) << 13) | random.int(8192), BE2),
  (random, packet, at) => {
    packet[at + 9] = PROTOCOLS[random.int(PROTOCOLS.length)]!;
  },
  // The other way, or to itself.
  (random, packet, at) => {
    const source = packet.slice(at + 12, at + 16);
    if (random.int(2) === 0) packet.copyWithin(at + 12, at + 16, at + 20);
    packet.set(source, at + 16);
  },
  (random, packet, at) => packet.fill(random.int(256), at + 12, at + 12 + random.int(9)),
  (random, packet, at) => changeTransport(random, packet, at + (packet[at]! & 15) * 4),
  (random, packet, at) => changeTransport(random, packet, at + (packet[at]! & 15) * 4),
  // Options of any kind and length in the first bytes behind the fixed header.
  (random, packet, at) => {
    packet[at] = 0x46 + random.int(10);
    put(packet, at + 20, random.uint32(), BE2);
  },
];

const IPV6: readonly Change[] = [
  (random, packet, at) => put(packet, at + 4, interesting(random), BE2),
  (random, packet, at) => put(packet, at + 4, packet.length - at - 40 + random.int(17) - 8, BE2),
  (random, packet, at) => {
    packet[at + 6] = PROTOCOLS[random.int(PROTOCOLS.length)]!;
  },
  // A fragment header, or another extension header with any length.
  (random, packet, at) => {
    const kind = [0, 43, 44, 51, 60, 135][random.int(6)]!;
    if (at + 48 > packet.length) return;
    const next = packet[at + 6]!;
    packet[at + 6] = kind;
    packet[at + 40] = random.int(2) === 0 ? next : kind;
    packet[at + 41] = random.int(4) === 0 ? random.int(256) : 0;
    put(packet, at + 42, (random.int(3) === 0 ? random.int(8192) << 3 : 0) | random.int(2), BE2);
    put(packet, at + 44, random.int(4), BE4);
  },
  (random, packet, at) => changeTransport(random, packet, at + 40),
  (random, packet, at) => changeTransport(random, packet, at + 40),
];

function changeTransport(random: Random, packet: Uint8Array, at: number): void {
  const kind = random.int(8);
  // TCP: data offset, flags, sequence numbers, option lengths; UDP: length; ICMP: type and code.
  if (kind === 0 && at + 13 <= packet.length) packet[at + 12] = random.int(16) << 4;
  else if (kind === 1 && at + 14 <= packet.length) packet[at + 13] = random.int(256);
  else if (kind === 2) put(packet, at + 4 + 4 * random.int(2), interesting(random), BE4);
  else if (kind === 3) put(packet, at + 20 + random.int(20), random.uint32(), BE2);
  else if (kind === 4) put(packet, at + 4, interesting(random), BE2);
  else if (kind === 5) put(packet, at, (random.int(20) << 8) | random.int(20), BE2);
  else put(packet, at + 2 * random.int(2), PORTS[random.int(PORTS.length)]!, BE2);
}

/** Changes a field of the packet's headers in place; any byte where no header is found. */
export function changePacket(random: Random, packet: Uint8Array): void {
  if (packet.length === 0) return;
  const found = headersIn(packet);
  if (found.length === 0 || random.int(8) === 0) {
    const early = Math.min(packet.length, SEARCHED);
    if (random.int(2) === 0) packet[random.int(early)] = random.int(256);
    else put(packet, 12 + 4 * random.int(3), ETHER_TYPES[random.int(ETHER_TYPES.length)]!, BE2);
    return;
  }
  const at = found[random.int(found.length)]!;
  const changes = packet[at]! >> 4 === 4 ? IPV4 : IPV6;
  changes[random.int(changes.length)]!(random, packet, at);
}

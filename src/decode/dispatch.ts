import { decodeEthernet, decodeVlan } from './link/ethernet.ts';
import { decodeArp } from './net/arp.ts';
import { decodeIpv4 } from './net/ipv4.ts';
import { decodeIpv6 } from './net/ipv6.ts';
import type { Packet } from './packet.ts';
import { decodeIcmp, decodeIcmpv6 } from './transport/icmp.ts';
import { decodeTcp } from './transport/tcp.ts';
import { decodeUdp } from './transport/udp.ts';
import { DONE, type Level, type Walk } from './walk.ts';

/** LINKTYPE_ numbers (tcpdump.org/linktypes.html). @returns -1 when there is no decoder */
export function dispatchLink(packet: Packet, walk: Walk): Level | -1 {
  switch (walk.code) {
    case 1:
      return decodeEthernet(packet, walk);
    default:
      return -1;
  }
}

/** EtherTypes (IANA "IEEE 802 Numbers"). The outermost is noted in the packet. */
export function dispatchNetwork(packet: Packet, walk: Walk): Level {
  const type = walk.code;
  if (packet.ipCount === 0) {
    packet.etherType = type;
    packet.networkOffset = walk.offset;
    packet.network = type === 0x0800 || type === 0x86dd ? 'ip' : 'other';
  }
  switch (type) {
    case 0x0800:
      return decodeIpv4(packet, walk);
    case 0x86dd:
      return decodeIpv6(packet, walk);
    case 0x0806:
    case 0x8035:
      return decodeArp(packet, walk);
    case 0x8100:
    case 0x88a8:
    case 0x9100:
      return decodeVlan(packet, walk);
    default:
      return DONE;
  }
}

/** IP protocol numbers (IANA "Protocol Numbers"). */
export function dispatchTransport(packet: Packet, walk: Walk): Level {
  switch (walk.code) {
    case 6:
      return decodeTcp(packet, walk);
    case 17:
      return decodeUdp(packet, walk);
    case 1:
      return decodeIcmp(packet, walk);
    case 58:
      return decodeIcmpv6(packet, walk);
    default:
      return DONE;
  }
}

/** UDP ports by which tunnels are known; the header behind must agree. */
export function dispatchDatagram(_packet: Packet, _walk: Walk): Level {
  return DONE;
}

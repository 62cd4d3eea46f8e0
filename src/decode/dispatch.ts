import {
  decodeBackboneTag,
  decodeEthernet,
  decodeFabricPath,
  decodeVlan,
} from './link/ethernet.ts';
import { decodeFddi } from './link/fddi.ts';
import { decodeJuniperEthernet } from './link/juniper.ts';
import { decodeMpls } from './link/mpls.ts';
import { decodeNflog } from './link/nflog.ts';
import { decodeCiscoHdlc, decodePppd, decodePppHdlc, decodePppoe } from './link/ppp.ts';
import {
  decodeAvs,
  decodePpi,
  decodePrism,
  decodeRadiotap,
  WLAN,
  WLAN_PADDED,
} from './link/radio.ts';
import { decodeNull, decodeRaw, decodeRawIpv4, decodeRawIpv6 } from './link/raw.ts';
import { decodeSll, decodeSll2 } from './link/sll.ts';
import { decodePaddedWlan, decodeWlan } from './link/wlan.ts';
import { decodeArp } from './net/arp.ts';
import { decodeIpv4 } from './net/ipv4.ts';
import { decodeIpv6 } from './net/ipv6.ts';
import { skipAuthentication } from './net/ipv6-extension.ts';
import type { Packet } from './packet.ts';
import { decodeIcmp, decodeIcmpv6 } from './transport/icmp.ts';
import { decodeDccp, decodeIgmp, decodeSctp, decodeUdpLite } from './transport/other.ts';
import { decodeTcp } from './transport/tcp.ts';
import { decodeUdp } from './transport/udp.ts';
import { decodeAyiya } from './tunnel/ayiya.ts';
import { decodeGre } from './tunnel/gre.ts';
import { decodeGtp } from './tunnel/gtp.ts';
import {
  decodeEtherIp,
  decodeIpv4InIp,
  decodeIpv6InIp,
  decodeMplsInIp,
} from './tunnel/ip-in-ip.ts';
import { decodeTeredo } from './tunnel/teredo.ts';
import { decodeGeneve, decodeVxlan } from './tunnel/vxlan.ts';
import { DONE, type Level, NETWORK, type Walk } from './walk.ts';

// One table a level, each a switch: V8 turns it into jumps and inlines the common decoders, where an
// array of functions costs an indirect call a header. A new protocol is its own file and one line here.

/** LINKTYPE_ numbers (tcpdump.org/linktypes.html). @returns -1 when there is no decoder */
export function dispatchLink(packet: Packet, walk: Walk): Level | -1 {
  switch (walk.code) {
    case 1:
      return decodeEthernet(packet, walk);
    case 0:
    case 108:
      return decodeNull(packet, walk);
    case 10:
      return decodeFddi(packet, walk);
    case 12:
    case 14:
    case 101:
      return decodeRaw(packet, walk);
    case 9:
    case 50:
      return decodePppHdlc(packet, walk);
    case 51:
      return decodePppoe(packet, walk);
    case 104:
      return decodeCiscoHdlc(packet, walk);
    case WLAN:
      return decodeWlan(packet, walk);
    case WLAN_PADDED:
      return decodePaddedWlan(packet, walk);
    case 113:
      return decodeSll(packet, walk);
    case 119:
      return decodePrism(packet, walk);
    case 127:
      return decodeRadiotap(packet, walk);
    case 163:
      return decodeAvs(packet, walk);
    case 166:
      return decodePppd(packet, walk);
    case 178:
      return decodeJuniperEthernet(packet, walk);
    case 192:
      return decodePpi(packet, walk);
    case 228:
      return decodeRawIpv4(packet, walk);
    case 229:
      return decodeRawIpv6(packet, walk);
    case 239:
      return decodeNflog(packet, walk);
    case 276:
      return decodeSll2(packet, walk);
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
    case 0x8847:
    case 0x8848:
      return decodeMpls(packet, walk);
    case 0x8863:
    case 0x8864:
      return decodePppoe(packet, walk);
    case 0x88e7:
      return decodeBackboneTag(packet, walk);
    case 0x8903:
      return decodeFabricPath(packet, walk);
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
    case 2:
      return decodeIgmp(packet, walk);
    case 4:
      return decodeIpv4InIp(packet, walk);
    case 33:
      return decodeDccp(packet, walk);
    case 41:
      return decodeIpv6InIp(packet, walk);
    case 47:
      return decodeGre(packet, walk);
    case 51:
      return skipAuthentication(packet, walk);
    case 58:
      return decodeIcmpv6(packet, walk);
    case 97:
      return decodeEtherIp(packet, walk);
    case 132:
      return decodeSctp(packet, walk);
    case 136:
      return decodeUdpLite(packet, walk);
    case 137:
      return decodeMplsInIp(packet, walk);
    default:
      return DONE;
  }
}

/** UDP ports by which tunnels are known. The header behind must agree, so nothing is an anomaly yet. */
export function dispatchDatagram(packet: Packet, walk: Walk): Level {
  const port = isTunnelPort(walk.code) ? walk.code : walk.alternative;
  if (walk.offset >= walk.end) return DONE;
  walk.guessed = true;
  switch (port) {
    case 2152:
      return decodeGtp(packet, walk);
    case 3544:
      return decodeTeredo(packet, walk);
    case 4754:
      return decodeGre(packet, walk);
    case 4789:
    case 8472:
      return decodeVxlan(packet, walk);
    case 5072:
      return decodeAyiya(packet, walk);
    case 6081:
      return decodeGeneve(packet, walk);
    case 6635:
      // MPLS in UDP (RFC 7510) has no header of its own.
      walk.code = 0x8847;
      return NETWORK;
    default:
      return DONE;
  }
}

function isTunnelPort(port: number): boolean {
  switch (port) {
    case 2152:
    case 3544:
    case 4754:
    case 4789:
    case 5072:
    case 6081:
    case 6635:
    case 8472:
      return true;
    default:
      return false;
  }
}

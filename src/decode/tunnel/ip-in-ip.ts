import type { Packet } from '../packet.ts';
import { ETHERNET, type Level, NETWORK, tooShort, type Walk } from '../walk.ts';
import { TUNNEL_SHORTAGE } from './shortage.ts';

/** IPv4 in IP (RFC 2003), protocol 4. */
export function decodeIpv4InIp(_packet: Packet, walk: Walk): Level {
  walk.code = 0x0800;
  return NETWORK;
}

/** IPv6 in IP (RFC 4213, RFC 2473), protocol 41. */
export function decodeIpv6InIp(_packet: Packet, walk: Walk): Level {
  walk.code = 0x86dd;
  return NETWORK;
}

/** MPLS in IP (RFC 4023), protocol 137. */
export function decodeMplsInIp(_packet: Packet, walk: Walk): Level {
  walk.code = 0x8847;
  return NETWORK;
}

/** EtherIP (RFC 3378), protocol 97: two bytes, version 3. */
export function decodeEtherIp(packet: Packet, walk: Walk): Level {
  if (walk.end - walk.offset < 2) return tooShort(packet, walk, 2, TUNNEL_SHORTAGE);
  walk.offset += 2;
  return ETHERNET;
}

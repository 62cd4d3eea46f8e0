import type { Packet } from '../packet.ts';
import { DONE, type Level, NETWORK, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

/** OUI 00-00-00 carries an EtherType (RFC 1042), 00-00-f8 too (802.1H bridge tunnel). */
const BRIDGE_TUNNEL = 0x0000f8;

/** IEEE 802.2 LLC, with SNAP where both access points are 0xaa. */
export function decodeLlc(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  const outer = packet.ipCount === 0;
  if (outer) {
    packet.network = 'llc';
    packet.networkOffset = start;
    packet.etherType = 0;
  }
  if (walk.end - start < 3) return tooShort(packet, walk, 3, LINK_SHORTAGE);
  if (outer) {
    packet.llcDsap = bytes[start];
    packet.llcSsap = bytes[start + 1];
  }
  if (bytes[start] !== 0xaa || bytes[start + 1] !== 0xaa || bytes[start + 2] !== 3) return DONE;
  if (walk.end - start < 8) return tooShort(packet, walk, 8, LINK_SHORTAGE);
  const oui = (bytes[start + 3] << 16) | (bytes[start + 4] << 8) | bytes[start + 5];
  if (oui !== 0 && oui !== BRIDGE_TUNNEL) return DONE;
  walk.code = (bytes[start + 6] << 8) | bytes[start + 7];
  walk.offset = start + 8;
  return NETWORK;
}

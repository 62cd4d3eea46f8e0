import type { Packet } from '../packet.ts';
import { DONE, type Level, LLC, NETWORK, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

/** Values of the protocol field below the EtherTypes: 802.2 LLC frame. */
const PROTOCOL_LLC = 4;
const MIN_TYPE = 0x600;

/** ARPHRD_ values whose protocol field is no EtherType: netlink, 802.11 with radiotap, FRAD. */
const NETLINK = 824;
const RADIOTAP = 803;
const FRAD = 770;

/** Linux cooked capture (LINKTYPE_LINUX_SLL): 16 bytes. */
export function decodeSll(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (walk.end - at < 16) return tooShort(packet, walk, 16, LINK_SHORTAGE);
  if (short(packet, at + 4) === 6) packet.sourceMacOffset = at + 6;
  walk.offset = at + 16;
  return follow(packet, walk, short(packet, at + 2), short(packet, at + 14));
}

/** Linux cooked capture, version 2 (LINKTYPE_LINUX_SLL2): 20 bytes. */
export function decodeSll2(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (walk.end - at < 20) return tooShort(packet, walk, 20, LINK_SHORTAGE);
  if (packet.bytes[at + 11] === 6) packet.sourceMacOffset = at + 12;
  walk.offset = at + 20;
  return follow(packet, walk, short(packet, at + 8), short(packet, at));
}

function short({ bytes }: Packet, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function follow(packet: Packet, walk: Walk, hardware: number, protocol: number): Level {
  const typed = hardware !== NETLINK && hardware !== RADIOTAP && hardware !== FRAD;
  if (typed && protocol === PROTOCOL_LLC) return LLC;
  if (typed && protocol >= MIN_TYPE) {
    walk.code = protocol;
    return NETWORK;
  }
  packet.network = 'other';
  packet.networkOffset = walk.offset;
  return DONE;
}

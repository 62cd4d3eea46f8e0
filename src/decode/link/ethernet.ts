import { anomalyBit, raise } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, ETHERNET, type Level, LLC, NETWORK, refuse, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

const RESERVED = anomalyBit('ethernet_type_reserved');
const LENGTH = anomalyBit('llc_length');
const TAG_LIMIT = anomalyBit('vlan_limit');

/** Largest 802.3 length, and smallest EtherType (IEEE 802.3, 3.2.6). */
const MAX_LENGTH = 1500;
const MIN_TYPE = 0x600;

/** 802.1Q allows two tags, vendors stack a third or fourth; deeper stacks are an evasion. */
export const MAX_VLAN_TAGS = 8;

/** Ethernet II or IEEE 802.3. */
export function decodeEthernet(packet: Packet, walk: Walk): Level {
  const start = walk.offset;
  if (walk.end - start < 14) return tooShort(packet, walk, 14, LINK_SHORTAGE);
  if (packet.sourceMacOffset < 0 && packet.ipCount === 0) {
    packet.destinationMacOffset = start;
    packet.sourceMacOffset = start + 6;
  }
  walk.offset = start + 14;
  const value = (packet.bytes[start + 12] << 8) | packet.bytes[start + 13];
  if (value <= MAX_LENGTH && isInterSwitch(packet.bytes, start)) {
    walk.offset = start;
    return frameWithin(packet, walk, ISL_HEADER);
  }
  return typeOrLength(packet, walk, value);
}

/** Cisco Inter-Switch Link: 26 bytes before the frame proper, told by the address that it is sent to. */
const ISL_HEADER = 26;

/** The group address 01-00-0c-00-00, and the upper half of the byte behind it: 0 says Ethernet. */
function isInterSwitch(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 1 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0x0c) return false;
  return (bytes[at + 3] | bytes[at + 4] | (bytes[at + 5] >> 4)) === 0;
}

/** What the two bytes before `walk.offset` say: an EtherType, or the length of an LLC frame. */
function typeOrLength(packet: Packet, walk: Walk, value: number): Level {
  if (value >= MIN_TYPE) {
    walk.code = value;
    return NETWORK;
  }
  if (value > MAX_LENGTH) return refuse(packet, walk, RESERVED);
  const wireEnd = walk.offset + value;
  if (wireEnd > walk.wireEnd) {
    if (!walk.guessed && !walk.fragment) raise(packet, LENGTH);
  } else {
    walk.wireEnd = wireEnd;
    if (walk.end > wireEnd) walk.end = wireEnd;
  }
  return LLC;
}

/** 802.1Q and 802.1ad tags: two bytes of tag, then the next type. `walk.offset` is behind the TPID. */
export function decodeVlan(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  if (walk.end - walk.offset < 4) return tooShort(packet, walk, 4, LINK_SHORTAGE);
  const id = ((bytes[walk.offset] << 8) | bytes[walk.offset + 1]) & 0xfff;
  if (packet.ipCount === 0) {
    if (packet.vlanCount >= MAX_VLAN_TAGS) {
      raise(packet, TAG_LIMIT);
      return DONE;
    }
    if (packet.vlanCount === 0) packet.vlanOuter = id;
    else if (packet.vlanCount === 1) packet.vlanInner = id;
    packet.vlanCount++;
  }
  walk.offset += 4;
  return typeOrLength(packet, walk, (bytes[walk.offset - 2] << 8) | bytes[walk.offset - 1]);
}

/** Cisco FabricPath: the addresses before it are switches; two bytes of tag, then the frame proper. */
export function decodeFabricPath(packet: Packet, walk: Walk): Level {
  return frameWithin(packet, walk, 2);
}

/** Backbone service tag (802.1ah): four bytes of instance, then the customer's frame. */
export function decodeBackboneTag(packet: Packet, walk: Walk): Level {
  return frameWithin(packet, walk, 4);
}

function frameWithin(packet: Packet, walk: Walk, tag: number): Level {
  if (walk.end - walk.offset < tag) return tooShort(packet, walk, tag, LINK_SHORTAGE);
  if (packet.ipCount === 0) {
    packet.sourceMacOffset = -1;
    packet.destinationMacOffset = -1;
  }
  walk.offset += tag;
  return ETHERNET;
}

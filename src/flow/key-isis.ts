import type { Packet } from '../decode/index.ts';
import type { FlowKey } from './key.ts';
import { KIND_ISIS, TYPE_ISIS, word } from './key-kinds.ts';

/** Access point of ISO network protocols, and which of them IS-IS is (ISO/IEC TR 9577). */
const ISO_SAP = 0xfe;
const NLPID_ISIS = 0x83;
const UNNUMBERED = 3;

/** Header that all messages share (ISO/IEC 10589, 9.5). */
const COMMON = 8;
const VERSION = 1;
const SYSTEM_ID = 6;

/** Of each message type the length of its header, and where the source's name begins in it. */
const HELLO = { length: 27, source: 9 };
const LINK_STATE = { length: 27, source: 12 };
const COMPLETE_LIST = { length: 33, source: 10 };
const PARTIAL_LIST = { length: 17, source: 10 };
const MESSAGES: ReadonlyMap<number, { readonly length: number; readonly source: number }> = new Map(
  [
    [15, HELLO],
    [16, HELLO],
    [18, LINK_STATE],
    [20, LINK_STATE],
    [24, COMPLETE_LIST],
    [25, COMPLETE_LIST],
    [26, PARTIAL_LIST],
    [27, PARTIAL_LIST],
  ],
);
/** Offsets: the hello's network, the link state's checksum. */
const LAN_ID = 20;
const CHECKSUM = 24;

/** True for IS-IS over Ethernet. */
export function isIsIs(packet: Packet): boolean {
  const { network, networkOffset, bytes, end } = packet;
  if (network !== 'llc' || packet.llcDsap !== ISO_SAP || packet.llcSsap !== ISO_SAP) return false;
  if (packet.sourceMacOffset < 0 || networkOffset + 4 > end) return false;
  return bytes[networkOffset + 2] === UNNUMBERED && bytes[networkOffset + 3] === NLPID_ISIS;
}

/**
 * Completes the key of an IS-IS message: MAC addresses, type, the names of sender and network, and a
 * checksum, which tells different contents apart. What has no such header goes by MAC addresses.
 */
export function keyIsIs(key: FlowKey, packet: Packet): boolean {
  const { bytes, end, sourceMacOffset: source, destinationMacOffset: destination } = packet;
  const at = packet.networkOffset + 3;
  const type = at + COMMON <= end ? bytes[at + 4]! : 0;
  const message = MESSAGES.get(type);
  const ids = bytes[at + 3]!;
  const known =
    message !== undefined &&
    bytes[at + 1] === message.length &&
    bytes[at + 2] === VERSION &&
    bytes[at + 5] === VERSION &&
    (ids === SYSTEM_ID || ids === 0);
  if (!known) return key.macs(source, destination, (ISO_SAP << 16) | ISO_SAP, TYPE_ISIS);
  if (at + message.length > end) return false;
  const { words } = key;
  key.kind = KIND_ISIS;
  key.protocol = 0;
  words.fill(0);
  words[0] = KIND_ISIS | (type << 16);
  words[1] = word(bytes, source);
  words[2] = (bytes[source + 4]! << 24) | (bytes[source + 5]! << 16);
  words[2] |= (bytes[destination]! << 8) | bytes[destination + 1]!;
  words[3] = word(bytes, destination + 2);
  const from = at + message.source;
  words[4] = word(bytes, from);
  const rest = word(bytes, from + 4);
  if (message === HELLO) {
    words[5] = rest & 0xffff0000;
    words[6] = word(bytes, at + LAN_ID);
    words[7] = word(bytes, at + LAN_ID + 3) << 8;
  } else if (message === LINK_STATE) {
    words[5] = rest;
    words[6] = word(bytes, from + 8);
  } else words[5] = rest & 0xffffff00;
  words[8] =
    message === LINK_STATE
      ? (bytes[at + CHECKSUM]! << 8) | bytes[at + CHECKSUM + 1]!
      : sumOf(packet, at);
  return true;
}

/**
 * Fletcher's sum over 16-bit words, both halves merged, as Argus computes it: from one byte before the
 * end of the common header, over as many bytes as the frame has behind it. 0 where some were cut off.
 */
function sumOf({ bytes, start, end, originalLength }: Packet, header: number): number {
  const length = originalLength - (header + COMMON - start);
  const from = header + COMMON - 1;
  if (from + length > end) return 0;
  const words = (length + 1) >> 1;
  let low = 0;
  let high = 0;
  for (let i = 0, at = from; i < words; i++, at += 2) {
    low = (low + ((bytes[at]! << 8) | bytes[at + 1]!)) % 0xffff;
    high = (high + low) % 0xffff;
  }
  return low | high;
}

import type { Packet } from '../decode/index.ts';
import type { FlowKey } from './key.ts';
import { KIND_WLAN, word } from './key-kinds.ts';

/** Link types of 802.11 frames: bare, and behind Prism's header, radiotap or an AVS header. */
const BARE = 105;
const PRISM = 119;
const RADIOTAP = 127;
const AVS = 163;

const PRISM_HEADER = 144;

const MANAGEMENT = 0;
const DATA = 2;
/** Subtype bits of data frames. */
const NO_DATA = 4;
const QOS = 8;
const PROTECTED = 0x40;
const BOTH_WAYS = 3;

/** Frame control, duration, three addresses, sequence control (IEEE 802.11-2020, 9.3.3.1). */
const HEADER = 24;
const HEADER_BRIDGED = 30;
/** LLC with SNAP; LLC with a control field of one byte and of two. */
const SNAP = 8;
const LLC_SHORT = 3;
const LLC_LONG = 4;
const SNAP_SAP = 0xaa;
const GLOBAL_SAP = 0xff;
const UNNUMBERED = 3;
const NETBEUI = 0xf0;

/** Bytes of a management frame's body before its first element, by subtype; -1: none is read. */
const BODY_FIXED = Int8Array.from([4, 6, 4, 6, 0, 12, -1, -1, 12, -1, -1, -1, -1, -1, -1, -1]);
/** Elements that Argus reads (IEEE 802.11-2020, 9.4.2): the network's name, and those it passes over. */
const NAME = 0;
const RATES = 1;
const CHANNEL = 3;
const CONTENTION_FREE = 4;
const TRAFFIC_MAP = 5;
const CHALLENGE = 16;
const MAX_NAME = 32;
const MAX_RATES = 16;

/** EtherTypes behind whose header the decoder and Argus go on. */
const FOLLOWED: ReadonlySet<number> = new Set([0x0800, 0x86dd, 0x8035, 0x8100, 0x8847, 0x8848]);

/** True for radio frames without an IP packet or ARP in them, as far as Argus reads their link type. */
export function isWlan({ linkType, etherType, network }: Packet): boolean {
  const radio =
    linkType === BARE || linkType === PRISM || linkType === RADIOTAP || linkType === AVS;
  if (!radio) return false;
  return network === 'llc' || !FOLLOWED.has(etherType);
}

/**
 * Completes the key of a radio frame: addresses 1 to 3, and the name that beacons and their like carry.
 * A frame and its answer are two flows.
 */
export function keyWlan(key: FlowKey, packet: Packet): boolean {
  const { bytes, start, end } = packet;
  let at = start + radioHeader(packet);
  if (at + 2 > end) return false;
  const isData = ((bytes[at]! >> 2) & 3) === DATA && (bytes[at]! & (NO_DATA << 4)) === 0;
  if (isData && (bytes[at + 1]! & PROTECTED) === 0) {
    const llc = at + headerLength(bytes, at);
    if (llc + LLC_SHORT <= end) {
      if (bytes[llc] === GLOBAL_SAP && bytes[llc + 1] === GLOBAL_SAP) {
        if (at + 12 > end) return false;
        return key.macs(at + 6, at, (GLOBAL_SAP << 16) | GLOBAL_SAP);
      }
      at = behindLlc(bytes, at, llc);
    }
  }
  return readHeader(key, bytes, at, end);
}

/** Bytes before the 802.11 header; those that are cut off reach beyond the frame. */
function radioHeader({ bytes, start, end, linkType }: Packet): number {
  if (linkType === PRISM) return PRISM_HEADER;
  if (linkType === BARE) return 0;
  if (start + 8 > end) return end - start;
  if (linkType === AVS) return word(bytes, start + 4) >>> 0;
  return bytes[start + 2]! | (bytes[start + 3]! << 8);
}

function headerLength(bytes: Uint8Array, at: number): number {
  const fixed = (bytes[at + 1]! & BOTH_WAYS) === BOTH_WAYS ? HEADER_BRIDGED : HEADER;
  return (bytes[at]! & (QOS << 4)) === 0 ? fixed : fixed + 2;
}

/**
 * Where Argus looks for the addresses of a data frame that it cannot follow: not in its header but
 * behind SNAP, and without SNAP as far into the header as LLC is long.
 */
function behindLlc(bytes: Uint8Array, at: number, llc: number): number {
  const control = bytes[llc + 2]!;
  if (bytes[llc] === SNAP_SAP && bytes[llc + 1] === SNAP_SAP)
    return control === UNNUMBERED ? llc + SNAP : at;
  if (bytes[llc] === NETBEUI && bytes[llc + 1] === NETBEUI) return at;
  return at + ((control & UNNUMBERED) === UNNUMBERED ? LLC_SHORT : LLC_LONG);
}

/** Control frames are shorter than a header: addresses that were not sent are taken for zero. */
function readHeader(key: FlowKey, bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return false;
  const { words } = key;
  key.kind = KIND_WLAN;
  key.protocol = 0;
  words.fill(0);
  words[0] = KIND_WLAN;
  const pick = (offset: number): number =>
    at + offset + 4 <= end ? word(bytes, at + offset) : partial(bytes, at + offset, end);
  const receiver = pick(4);
  const middle = pick(8);
  words[1] = ((middle & 0xffff) << 16) | (pick(12) >>> 16);
  words[2] = (pick(12) << 16) | (receiver >>> 16);
  words[3] = (receiver << 16) | (middle >>> 16);
  words[4] = pick(16);
  words[5] = pick(20) & 0xffff0000;
  if (((bytes[at]! >> 2) & 3) === MANAGEMENT) readName(words, bytes, at, end);
  return true;
}

/** Fewer than four bytes, as the upper ones of a word. */
function partial(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value |= bytes[at]! << (24 - 8 * (at - from));
  return value;
}

/** The name, folded into words 5 and 6 (FNV-1a): it only has to tell networks apart. */
function readName(words: Int32Array, bytes: Uint8Array, at: number, end: number): void {
  const fixed = BODY_FIXED[bytes[at]! >> 4]!;
  const name = fixed < 0 ? -1 : lastName(bytes, at + HEADER + fixed, end);
  if (name < 0) return;
  const length = bytes[name + 1]!;
  let hash = 0x811c9dc5;
  let named = false;
  for (let i = name + 2; i < name + 2 + length; i++) {
    named ||= bytes[i] !== 0;
    hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  // Argus compares names filled up with zeros, so one of zeros is none.
  if (!named) return;
  words[5]! |= length;
  words[6] = hash;
}

/**
 * Where the name's element begins. Argus reads up to the first element it does not know; behind a frame
 * without such it finds an empty name.
 */
function lastName(bytes: Uint8Array, from: number, end: number): number {
  let name = -1;
  let at = from;
  while (at + 2 <= end) {
    const length = bytes[at + 1]!;
    switch (bytes[at]) {
      case NAME:
        if (length > MAX_NAME) return -1;
        name = at;
        at += 2 + length;
        break;
      case RATES:
        if (length > MAX_RATES) return name;
        at += 2 + length;
        break;
      case CHALLENGE:
        at += 2 + length;
        break;
      case CHANNEL:
        at += 3;
        break;
      case CONTENTION_FREE:
        at += 8;
        break;
      case TRAFFIC_MAP:
        at += 2 + Math.max(3, length);
        break;
      default:
        return name;
    }
  }
  return -1;
}

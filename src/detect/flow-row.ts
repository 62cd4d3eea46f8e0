import { ipv4Text, ipv6Text, macText, mixWord } from '../base/index.ts';
import { ADDRESS_STRIDE, type FlowBatch } from '../flow/index.ts';

/**
 * A flow's endpoints as ten 32-bit words, the layout that keys and samples copy from:
 * 0-3 originator, 4-7 responder (unused words 0), 8 protocol, address length, ICMP type and code (a
 * byte each), 9 originator port and responder port (16 bits each).
 */
export const ENDPOINT_WORDS = 10;

/** IP protocol number of ICMP (IANA, Assigned Internet Protocol Numbers; so are those below). */
export const ICMP = 1;
/** IP protocol number of TCP. */
export const TCP = 6;
/** IP protocol number of UDP. */
export const UDP = 17;
/** IP protocol number of ICMPv6. */
export const ICMPV6 = 58;

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
/** A TCP exchange without pushed data and no longer than this was a probe: handshake and close. */
const PROBE_PACKETS = 8;

/** Reads an address of 4, 6 or 16 bytes into four words, big-endian, the rest 0. */
function loadAddress(bytes: Uint8Array, offset: number, words: Uint32Array, at: number): void {
  words[at] =
    (bytes[offset]! << 24) |
    (bytes[offset + 1]! << 16) |
    (bytes[offset + 2]! << 8) |
    bytes[offset + 3]!;
}

/** One row of a {@link FlowBatch} in plain fields; reused for every row. */
export class FlowRow {
  readonly words = new Uint32Array(ENDPOINT_WORDS);
  id = 0;
  /** Whole microseconds since 1970-01-01 UTC. */
  start = 0;
  end = 0;
  protocol = 0;
  addressLength = 0;
  originatorPort = 0;
  responderPort = 0;
  originatorPackets = 0;
  responderPackets = 0;
  originatorBytes = 0;
  responderBytes = 0;
  originatorFlags = 0;
  responderFlags = 0;
  certain = false;
  closeReason = 0;
  anomalyLow = 0;
  anomalyHigh = 0;
  /** False when an earlier record of the same flow was already counted: see `continuation.ts`. */
  isNew = true;
  isIp = false;
  /** TCP: nothing came of it. Else: no answer. See {@link FlowRow.load}. */
  fruitless = false;
  /** TCP: the originator sent SYNs and nothing else. */
  synOnly = false;
  /** Addressed to a multicast or broadcast address. */
  toMany = false;
  /** UDP from a well-known port to a high one: most likely a late answer, not a request. */
  looksLikeReply = false;

  /** Takes over row `i`; the bytes behind a short address are ignored, as a reused batch may hold old ones. */
  load(batch: FlowBatch, i: number): void {
    const { words } = this;
    const at = i * ADDRESS_STRIDE;
    const length = batch.addressLength[i]!;
    words.fill(0);
    loadAddress(batch.addresses, at, words, 0);
    loadAddress(batch.addresses, at + 16, words, 4);
    if (length === 16) {
      for (let w = 1; w < 4; w++) {
        loadAddress(batch.addresses, at + 4 * w, words, w);
        loadAddress(batch.addresses, at + 16 + 4 * w, words, 4 + w);
      }
    } else if (length === 6) {
      words[1] = (batch.addresses[at + 4]! << 24) | (batch.addresses[at + 5]! << 16);
      words[5] = (batch.addresses[at + 20]! << 24) | (batch.addresses[at + 21]! << 16);
    }
    const protocol = batch.protocol[i]!;
    const etherType = batch.etherType[i]!;
    this.protocol = protocol;
    this.addressLength = length;
    this.originatorPort = batch.originatorPort[i]!;
    this.responderPort = batch.responderPort[i]!;
    words[8] = (protocol << 24) | (length << 16) | (batch.icmpType[i]! << 8) | batch.icmpCode[i]!;
    words[9] = (this.originatorPort << 16) | this.responderPort;
    this.id = batch.id[i]!;
    this.start = batch.start[i]!;
    this.end = batch.end[i]!;
    this.originatorPackets = batch.originatorPackets[i]!;
    this.responderPackets = batch.responderPackets[i]!;
    this.originatorBytes = batch.originatorBytes[i]!;
    this.responderBytes = batch.responderBytes[i]!;
    this.originatorFlags = batch.originatorFlags[i]!;
    this.responderFlags = batch.responderFlags[i]!;
    this.certain = batch.directionCertain[i] === 1;
    this.closeReason = batch.closeReason[i]!;
    this.anomalyLow = batch.anomalyLow[i]!;
    this.anomalyHigh = batch.anomalyHigh[i]!;
    this.isNew = true;
    this.isIp = (length === 4 || length === 16) && (etherType === 0x0800 || etherType === 0x86dd);
    this.#judge();
  }

  #judge(): void {
    const { originatorFlags: sent, responderFlags: answered, words } = this;
    this.fruitless = this.responderPackets === 0;
    this.synOnly = false;
    if (this.protocol === TCP) {
      this.synOnly = (sent & (FIN | SYN | RST | PSH | ACK)) === SYN;
      const refused = (answered & RST) !== 0 && (answered & SYN) === 0;
      const idle = ((sent | answered) & PSH) === 0;
      const short = this.originatorPackets + this.responderPackets <= PROBE_PACKETS;
      this.fruitless = this.fruitless || refused || (idle && short);
    }
    // 224.0.0.0/4 and above (multicast, reserved, limited broadcast); a directed IPv4 broadcast is
    // taken to end in .255, since the prefix length is not known. ff00::/8 for IPv6.
    this.toMany =
      this.addressLength === 4
        ? words[4]! >>> 28 >= 14 || (words[4]! & 255) === 255
        : this.addressLength === 16 && words[4]! >>> 24 === 255;
    this.looksLikeReply =
      this.protocol === UDP && this.originatorPort < 1024 && this.responderPort >= 1024;
  }
}

const text = new Uint8Array(16);

/** Text of the address whose four words stand at `offset`. @param length 4, 6 or 16 bytes */
export function addressText(words: ArrayLike<number>, offset: number, length: number): string {
  for (let w = 0; w < 4; w++) {
    const word = words[offset + w]!;
    text[4 * w] = word >>> 24;
    text[4 * w + 1] = word >>> 16;
    text[4 * w + 2] = word >>> 8;
    text[4 * w + 3] = word;
  }
  if (length === 4) return ipv4Text(text, 0);
  return length === 6 ? macText(text, 0) : ipv6Text(text, 0);
}

/** Mixes `count` words from `offset` to 32 bits (the steps of MurmurHash3, Austin Appleby, public domain). */
export function hashWords(words: Uint32Array, offset: number, count: number, seed: number): number {
  let hash = seed | 0;
  for (let i = offset; i < offset + count; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  return mixWord(hash ^ (count * 4)) >>> 0;
}

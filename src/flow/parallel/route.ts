import { mixWord } from '../../base/index.ts';
import type { Packet } from '../../decode/index.ts';
import { quotesPacket } from '../icmp.ts';
import { FlowKey, KIND_IPV4, KIND_IPV6, word } from '../key.ts';

const ICMP = 1;
const IGMP = 2;
const GRE = 47;
/** Parts into which flows fall before they are shared out: shares are as fine as one part. */
const PARTS = 1024;

/** What {@link Route.readFrame} returns for a frame that must be decoded to tell whose it is. */
export const NEEDS_DECODING = -1;

/**
 * Says which worker has a packet's flow. Everything between two addresses goes to one worker, so both
 * directions, fragments and their trains meet there. Only an ICMP error is about another pair than its
 * own: {@link Route.about}. Flows that are not IP, and IGMP (whose key is the group), are the first's.
 */
export class Route {
  readonly #owner = new Uint8Array(PARTS);
  readonly #key = new FlowKey();
  readonly #quoted = new FlowKey();
  /** The worker of the flow that the packet last read is an error about; -1 for no error. */
  about = -1;

  /** @param shares of the flows, one number a worker, that sum up to 1 */
  constructor(shares: readonly number[]) {
    let from = 0;
    let sum = 0;
    shares.forEach((share, worker) => {
      sum += share;
      const to = worker === shares.length - 1 ? PARTS : Math.round(sum * PARTS);
      this.#owner.fill(worker, from, to);
      from = to;
    });
  }

  /**
   * The worker of an Ethernet frame, from a few bytes at fixed places. Most frames need no more.
   * @returns {@link NEEDS_DECODING} for a frame that {@link Route.read} must tell
   */
  readFrame(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 14;
    if (at + 40 > end) return this.#readShort(bytes, start, end);
    let type = (bytes[start + 12]! << 8) | bytes[start + 13]!;
    if (type === 0x8100) {
      type = (bytes[start + 16]! << 8) | bytes[start + 17]!;
      at += 4;
    }
    if (type === 0x0800) return this.#readIpv4(bytes, at);
    if (type !== 0x86dd || at + 40 > end) return NEEDS_DECODING;
    let mixed = 0;
    for (let i = 8; i < 40; i += 4) mixed ^= word(bytes, at + i);
    return this.#spread(mixed);
  }

  /** Frames too short for IPv6 have at least an IPv4 header, or are decoded. */
  #readShort(bytes: Uint8Array, start: number, end: number): number {
    const ipv4 = start + 38 <= end && bytes[start + 12] === 8 && bytes[start + 13] === 0;
    return ipv4 ? this.#readIpv4(bytes, start + 14) : NEEDS_DECODING;
  }

  #readIpv4(bytes: Uint8Array, at: number): number {
    if (bytes[at]! >> 4 !== 4 || ((bytes[at + 2]! << 8) | bytes[at + 3]!) < 20)
      return NEEDS_DECODING;
    const protocol = bytes[at + 9]!;
    if (protocol === IGMP || protocol === GRE) return NEEDS_DECODING;
    if (protocol === ICMP) {
      // An error is for two; an echo, seen where nothing stands before it, is none.
      const type = bytes[at + 20]!;
      if (bytes[at] !== 0x45 || (type !== 0 && type !== 8)) return NEEDS_DECODING;
    }
    return this.#spread(word(bytes, at + 12) ^ word(bytes, at + 16));
  }

  /** The worker of a packet's own flow. */
  read(packet: Packet): number {
    const key = this.#key;
    this.about = -1;
    if (!key.read(packet)) return 0;
    if (key.kind === KIND_IPV4) {
      const error = key.protocol === ICMP && !key.fragment && quotesPacket(key);
      const quoted = this.#quoted;
      if (error && quoted.readQuoted(packet.bytes, key.upper + 8, packet.end))
        this.about = this.#ipv4(packet.bytes, quoted);
      return this.#ipv4(packet.bytes, key);
    }
    if (key.kind !== KIND_IPV6) return 0;
    let mixed = 0;
    for (let i = 1; i <= 8; i++) mixed ^= key.words[i]!;
    return this.#spread(mixed);
  }

  #ipv4(bytes: Uint8Array, key: FlowKey): number {
    if (key.protocol === IGMP) return 0;
    return this.#spread(word(bytes, key.ipOffset + 12) ^ word(bytes, key.ipOffset + 16));
  }

  #spread(mixed: number): number {
    return this.#owner[mixWord(mixed) & (PARTS - 1)]!;
  }
}

import type { Packet } from '../../decode/index.ts';
import { quotesPacket } from '../icmp.ts';
import { FlowKey, KIND_IPV4, KIND_IPV6, word } from '../key.ts';

const ICMP = 1;
const IGMP = 2;

/**
 * Says which worker has a packet's flow. Everything between two addresses goes to one worker, so both
 * directions, fragments and their trains meet there. Only an ICMP error is about another pair than its
 * own: {@link Route.about}. Flows that are not IP, and IGMP (whose key is the group), are the first's.
 */
export class Route {
  readonly #workers: number;
  readonly #key = new FlowKey();
  readonly #quoted = new FlowKey();
  /** The worker of the flow that the packet last read is an error about; -1 for no error. */
  about = -1;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** The worker of two IPv4 addresses, in any order. */
  pair(one: number, other: number): number {
    return this.#spread(one ^ other);
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
    return this.pair(word(bytes, key.ipOffset + 12), word(bytes, key.ipOffset + 16));
  }

  #spread(mixed: number): number {
    let h = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) % this.#workers;
  }
}

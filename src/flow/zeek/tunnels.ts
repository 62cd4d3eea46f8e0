import { mixWord } from '../../base/index.ts';
import type { IpLayer } from '../../decode/index.ts';
import { hashWords } from '../hash.ts';
import type { Histories } from './history.ts';
import { MARKS, type RareRows, TUNNELS } from './rare.ts';
import {
  CARRIES_ORIGINATOR,
  CARRIES_RESPONDER,
  CARRIES_SHIFT,
  COLD_FLOATS,
  FLAGS,
  HAS_TUNNELS,
  START,
  STRIDE,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import { uidText } from './uid.ts';

/** Port of GRE in UDP (RFC 8086). */
const GRE_IN_UDP = 4754;
/** What Zeek calls the connections that carry tunnels; index 0 is none. */
const TUNNEL_SERVICES = ['', 'vxlan', 'geneve', 'gtpv1', 'teredo', 'ayiya'] as const;
/** Index of Teredo among the services. */
export const TEREDO = 4;
/** Zeek's `Tunnel::max_changes_per_connection`. */
const MAX_CHANGES = 5;
/** Once-only letter X: Zeek's analysis of the connection is not complete. */
const SEEN_PARTIAL = 0x400;
const LETTER_X = 88;

/** True for IP protocols that carry packets and make no connection of their own. */
export function isIpTunnel(protocol: number, deeper: boolean): boolean {
  if (protocol === 4 || protocol === 41 || protocol === 47) return true;
  return deeper && (protocol === 97 || protocol === 137 || protocol === 51);
}

/** The tunnel that a pair of UDP ports stands for, as an index into the services. */
export function tunnelService(source: number, destination: number): number {
  return serviceOfPort(destination) || serviceOfPort(source);
}

function serviceOfPort(port: number): number {
  switch (port) {
    case 4789:
      return 1;
    case 6081:
      return 2;
    case 2152:
      return 3;
    case 3544:
      return TEREDO;
    case 5072:
      return 5;
    default:
      return 0;
  }
}

/** True when Zeek takes the pair of IP addresses, not the UDP connection, for what carries a packet. */
export function isGreInUdp({ sourcePort, destinationPort }: IpLayer): boolean {
  return destinationPort === GRE_IN_UDP || sourcePort === GRE_IN_UDP;
}

/** The uids of connections and tunnels, and which carries which. */
export class Tunnels {
  readonly #table: ConnTable;
  readonly #histories: Histories;
  readonly #rare: RareRows;
  readonly #seed: number;
  readonly #parents = new Map<number, string[]>();
  readonly #pair = new Int32Array(8);
  /** Hash of all tunnels around the layer in hand (0: none), and the uid of the innermost. */
  #around = 0;
  readonly #uid = new Uint32Array(3);

  constructor(table: ConnTable, histories: Histories, rare: RareRows, seed: number) {
    this.#table = table;
    this.#rare = rare;
    this.#histories = histories;
    this.#seed = seed;
  }

  /** The next layer is in no tunnel. */
  leave(): void {
    this.#around = 0;
  }

  /** The next layer is carried by this IP packet. */
  enterIp(bytes: Uint8Array, layer: IpLayer): void {
    const pair = this.#pair;
    const size = layer.version === 4 ? 4 : 16;
    pair.fill(0);
    let order = 0;
    for (let i = 0; i < size && order === 0; i++) {
      order = bytes[layer.sourceOffset + i]! - bytes[layer.destinationOffset + i]!;
    }
    const first = order > 0 ? layer.destinationOffset : layer.sourceOffset;
    const second = order > 0 ? layer.sourceOffset : layer.destinationOffset;
    for (let i = 0; i < size; i++) {
      pair[i >> 2]! |= bytes[first + i]! << ((i & 3) * 8);
      pair[4 + (i >> 2)]! |= bytes[second + i]! << ((i & 3) * 8);
    }
    for (let i = 0; i < 3; i++) this.#uid[i] = hashWords(pair, 0, 8, this.#seed + 0x101 + i);
    this.#enter();
  }

  /** The next layer is carried by this UDP connection, in a packet of the role's. */
  enterUdp(slot: number, role: number, service: number): void {
    const at = slot * STRIDE + FLAGS;
    const { words } = this.#table;
    words[at]! |= role === 0 ? CARRIES_ORIGINATOR : CARRIES_RESPONDER;
    if (((words[at]! >> CARRIES_SHIFT) & 7) === 0) words[at]! |= service << CARRIES_SHIFT;
    this.uid(slot, this.#uid, 0);
    this.#enter();
  }

  #enter(): void {
    this.#around = mixWord(Math.imul(this.#around, 31) ^ this.#uid[0]! ^ this.#uid[2]!) | 1;
  }

  /** Writes the three words of a slot's uid. */
  uid(slot: number, into: Uint32Array, at: number): void {
    const start = this.#table.coldFloats[slot * COLD_FLOATS + START]!;
    const seconds = Math.floor(start / 1e6);
    const salt = mixWord(seconds) ^ (start - seconds * 1e6);
    const key = this.#table.keyOf(slot);
    // Two passes over the key make 64 bits of it; the third word tells starts apart.
    let first = this.#seed ^ salt;
    let second = (mixWord(this.#seed) + salt) | 0;
    // `hashWords` twice, side by side: each step of one waits for the step before it alone.
    for (let i = 0; i < key.length; i++) {
      const word = key[i]!;
      first = Math.imul(first ^ word, 0x9e3779b1);
      second = Math.imul(second ^ word, 0x9e3779b1);
      first ^= first >>> 15;
      second ^= second >>> 15;
    }
    first = mixWord(first);
    second = mixWord(second);
    into[at] = first;
    into[at + 1] = second;
    into[at + 2] = mixWord(first ^ (second << 7) ^ salt);
  }

  /** A connection begins within the tunnels around. */
  begin(slot: number): void {
    if (this.#around === 0) return;
    const row = this.#rare.of(slot);
    this.#rare.words[row + TUNNELS] = this.#around;
    this.#table.words[slot * STRIDE + FLAGS]! |= HAS_TUNNELS;
    this.#parents.set(slot, [this.#text()]);
  }

  /** Another packet of a connection, which may come by another way. */
  note(slot: number): void {
    const { words } = this.#table;
    const base = slot * STRIDE;
    // Most connections are in no tunnel, and have no row.
    if (this.#around === 0 && (words[base + FLAGS]! & HAS_TUNNELS) === 0) return;
    const row = this.#rare.of(slot);
    const rare = this.#rare.words;
    if (rare[row + TUNNELS] === this.#around) return;
    rare[row + TUNNELS] = this.#around;
    if ((rare[row + MARKS]! & 0xff) === MAX_CHANGES) {
      this.#histories.once(slot, 0, SEEN_PARTIAL, LETTER_X);
      return;
    }
    rare[row + MARKS]!++;
    if (this.#around === 0) return;
    words[base + FLAGS]! |= HAS_TUNNELS;
    const parents = this.#parents.get(slot);
    const text = this.#text();
    if (!parents) this.#parents.set(slot, [text]);
    else if (!parents.includes(text)) parents.push(text);
  }

  #text(): string {
    return uidText(this.#uid[0]!, this.#uid[1]!, this.#uid[2]!);
  }

  /** Uids of what carried the connection, comma-separated; '' for none. */
  parents(slot: number): string {
    if ((this.#table.words[slot * STRIDE + FLAGS]! & HAS_TUNNELS) === 0) return '';
    return this.#parents.get(slot)!.join();
  }

  /** Service of a connection that carries a tunnel; '' when it carries none. Teredo needs both sides. */
  service(slot: number): string {
    const flags = this.#table.words[slot * STRIDE + FLAGS]!;
    const service = (flags >> CARRIES_SHIFT) & 7;
    const both = CARRIES_ORIGINATOR | CARRIES_RESPONDER;
    if (service === TEREDO && (flags & both) !== both) return '';
    return TUNNEL_SERVICES[service]!;
  }

  /** Drops what is kept beside the slot. */
  forget(slot: number): void {
    if ((this.#table.words[slot * STRIDE + FLAGS]! & HAS_TUNNELS) !== 0) this.#parents.delete(slot);
  }
}

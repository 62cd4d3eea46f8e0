import {
  ADDRESS_WORDS,
  CONTENT_COLUMNS,
  type KddConnections,
  type KddEnds,
  LOGGED_IN,
  SAID_ALL,
  SAID_LOGGED_IN,
} from './connections.ts';
import { FIRST_CONTENT } from './rows.ts';

const ICMP = 1;
const ICMP6 = 58;

/** Words and numbers of a held row: one line of the cache. */
const WORDS = 16;
const FLOATS = WORDS / 2;
/** Places among a row's numbers: of {@link START} and {@link END} one orders the rows. */
export const START = 0;
export const END = 1;
const SENT = 2;
const ANSWERED = 3;
/** Places among its words. */
const PORTS = 8;
const META = 9;
const EXTRA = 10;
/** Responder, originator: IPv4 alone; the others have them in their extra. */
const RESPONDER = 11;
const ORIGINATOR = 12;

/** Of what {@link HeldRows} keeps of few rows: content, bad fragments, URG packets, addresses. */
const EXTRA_FLOATS = CONTENT_COLUMNS + 2 + ADDRESS_WORDS / 2 + 1;
const WRONG_FRAGMENT = CONTENT_COLUMNS;
const EXTRA_ADDRESSES = 2 * (CONTENT_COLUMNS + 3);

/** `::ffff:0:0`'s third word, the form that RFC 4291 gives IPv4 addresses, as the machine reads it. */
const MAPPED = new Int32Array(Uint8Array.of(0, 0, 255, 255).buffer)[0]!;

/** What is asked of a row before its features can be made. */
export interface HeldRow {
  protocol: number;
  state: number;
  originatorPort: number;
  responderPort: number;
  /** The responder's address, IPv4 mapped, in four words of any byte order. */
  host0: number;
  host1: number;
  host2: number;
  host3: number;
}

/**
 * Connections that wait for their turn, each in one line of the cache. What few have (content, bad
 * fragments, IPv6 addresses) lies apart, in room that grows with need.
 */
export class HeldRows {
  readonly floats: Float64Array;
  readonly #words: Int32Array;
  #extra = new Float64Array(0);
  #extraWords = new Int32Array(0);
  /** Extras that are free, as a list through their first word; -1 ends it. */
  #free = -1;

  constructor(capacity: number) {
    this.floats = new Float64Array(capacity * FLOATS);
    this.#words = new Int32Array(this.floats.buffer);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.floats.byteLength + this.#extra.byteLength;
  }

  /** Time {@link START} or {@link END} of a row. */
  time(row: number, which: number): number {
    return this.floats[row * FLOATS + which]!;
  }

  /** Writes row `from` of `connections` over `row`, whose extra must have been released. */
  put(row: number, connections: KddConnections, from: number): void {
    const { floats } = this;
    const words = this.#words;
    const at = row * WORDS;
    const cell = row * FLOATS;
    const said = connections.said[from]!;
    const length = connections.addressLength[from]!;
    const addresses = from * ADDRESS_WORDS;
    floats[cell + START] = connections.start[from]!;
    floats[cell + END] = connections.end[from]!;
    floats[cell + SENT] = connections.originatorBytes[from]!;
    floats[cell + ANSWERED] = connections.responderBytes[from]!;
    words[at + PORTS] =
      (connections.originatorPort[from]! << 16) | connections.responderPort[from]!;
    words[at + META] =
      connections.protocol[from]! | (connections.state[from]! << 8) | (length << 16) | (said << 24);
    words[at + ORIGINATOR] = connections.addressWords[addresses]!;
    words[at + RESPONDER] = connections.addressWords[addresses + ADDRESS_WORDS / 2]!;
    words[at + EXTRA] = -1;
    if (said === SAID_ALL || length !== 4) words[at + EXTRA] = this.#keep(connections, from);
  }

  /** Gives back what {@link put} took beside the row; its numbers stay until the next. */
  release(row: number): void {
    const extra = this.#words[row * WORDS + EXTRA]!;
    if (extra < 0) return;
    this.#extraWords[extra * 2] = this.#free;
    this.#free = extra;
  }

  load(row: number, into: HeldRow): void {
    const words = this.#words;
    const at = row * WORDS;
    const meta = words[at + META]!;
    const ports = words[at + PORTS]!;
    into.protocol = meta & 0xff;
    into.state = (meta >> 8) & 0xff;
    into.originatorPort = ports >>> 16;
    into.responderPort = ports & 0xffff;
    if (((meta >> 16) & 0xff) === 4) {
      into.host0 = 0;
      into.host1 = 0;
      into.host2 = MAPPED;
      into.host3 = words[at + RESPONDER]!;
      return;
    }
    const extra = this.#extraWords;
    const from = words[at + EXTRA]! * 2 + EXTRA_ADDRESSES + ADDRESS_WORDS / 2;
    into.host0 = extra[from]!;
    into.host1 = extra[from + 1]!;
    into.host2 = extra[from + 2]!;
    into.host3 = extra[from + 3]!;
  }

  /** Writes who and when to row `to` of `ends`. */
  copyEnds(row: number, ends: KddEnds, to: number): void {
    const { floats } = this;
    const words = this.#words;
    const at = row * WORDS;
    const cell = row * FLOATS;
    const meta = words[at + META]!;
    const ports = words[at + PORTS]!;
    const length = (meta >> 16) & 0xff;
    ends.start[to] = floats[cell + START]!;
    ends.end[to] = floats[cell + END]!;
    ends.originatorBytes[to] = floats[cell + SENT]!;
    ends.responderBytes[to] = floats[cell + ANSWERED]!;
    ends.protocol[to] = meta;
    ends.state[to] = meta >> 8;
    ends.addressLength[to] = length;
    ends.originatorPort[to] = ports >>> 16;
    ends.responderPort[to] = ports;
    const addresses = ends.addressWords;
    const first = to * ADDRESS_WORDS;
    if (length === 4) {
      for (let i = first; i < first + ADDRESS_WORDS; i++) addresses[i] = 0;
      addresses[first] = words[at + ORIGINATOR]!;
      addresses[first + ADDRESS_WORDS / 2] = words[at + RESPONDER]!;
      return;
    }
    const from = words[at + EXTRA]! * 2 + EXTRA_ADDRESSES;
    const extra = this.#extraWords;
    for (let i = 0; i < ADDRESS_WORDS; i++) addresses[first + i] = extra[from + i]!;
  }

  /** Writes the numbers before the windows' to `at`: duration to urgent, then content. */
  copyNumbers(row: number, numbers: Float64Array, at: number): void {
    const { floats } = this;
    const words = this.#words;
    const cell = row * FLOATS;
    const said = words[row * WORDS + META]! >>> 24;
    numbers[at] = Math.floor((floats[cell + END]! - floats[cell + START]!) / 1e6);
    numbers[at + 1] = floats[cell + SENT]!;
    numbers[at + 2] = floats[cell + ANSWERED]!;
    numbers[at + 3] = this.#isLand(row) ? 1 : 0;
    if (said === SAID_ALL) {
      const extra = this.#extra;
      const from = words[row * WORDS + EXTRA]!;
      numbers[at + 4] = extra[from + WRONG_FRAGMENT]!;
      numbers[at + 5] = extra[from + WRONG_FRAGMENT + 1]!;
      for (let i = 0; i < CONTENT_COLUMNS; i++) numbers[at + FIRST_CONTENT + i] = extra[from + i]!;
      return;
    }
    for (let i = at + 4; i < at + FIRST_CONTENT + CONTENT_COLUMNS; i++) numbers[i] = 0;
    if (said === SAID_LOGGED_IN) numbers[at + FIRST_CONTENT + LOGGED_IN] = 1;
  }

  /** Same address and port on both sides; ICMP has no ports. */
  #isLand(row: number): boolean {
    const words = this.#words;
    const at = row * WORDS;
    const ports = words[at + PORTS]!;
    if (ports >>> 16 !== (ports & 0xffff)) return false;
    if (words[at + ORIGINATOR] !== words[at + RESPONDER]) return false;
    const meta = words[at + META]!;
    const protocol = meta & 0xff;
    if (protocol === ICMP || protocol === ICMP6) return false;
    if (((meta >> 16) & 0xff) === 4) return true;
    const extra = this.#extraWords;
    const from = words[at + EXTRA]! * 2 + EXTRA_ADDRESSES;
    for (let i = 1; i < ADDRESS_WORDS / 2; i++) {
      if (extra[from + i] !== extra[from + ADDRESS_WORDS / 2 + i]) return false;
    }
    return true;
  }

  /** @returns where the extra lies, in numbers */
  #keep(connections: KddConnections, from: number): number {
    if (this.#free < 0) this.#grow();
    const at = this.#free;
    const extra = this.#extra;
    const words = this.#extraWords;
    this.#free = words[at * 2]!;
    for (let i = 0; i < CONTENT_COLUMNS; i++) {
      extra[at + i] = connections.content[from * CONTENT_COLUMNS + i]!;
    }
    extra[at + WRONG_FRAGMENT] = connections.wrongFragment[from]!;
    extra[at + WRONG_FRAGMENT + 1] = connections.urgent[from]!;
    const source = from * ADDRESS_WORDS;
    const target = at * 2 + EXTRA_ADDRESSES;
    for (let i = 0; i < ADDRESS_WORDS; i++)
      words[target + i] = connections.addressWords[source + i]!;
    return at;
  }

  #grow(): void {
    const old = this.#extra.length;
    const larger = new Float64Array(Math.max(64 * EXTRA_FLOATS, old * 2));
    larger.set(this.#extra);
    this.#extra = larger;
    this.#extraWords = new Int32Array(larger.buffer);
    for (let at = larger.length - EXTRA_FLOATS; at >= old; at -= EXTRA_FLOATS) {
      this.#extraWords[at * 2] = this.#free;
      this.#free = at;
    }
  }
}

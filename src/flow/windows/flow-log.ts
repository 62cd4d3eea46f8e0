import type { Moment } from './spans.ts';
import { weight } from './weights.ts';

/** How large a {@link FlowLog} is. */
export interface FlowLogOptions {
  readonly hosts: number;
  readonly windows: number;
  /** Sets of four remembered items of each kind: powers of two up to 32. */
  readonly sets: readonly [peers: number, ports: number];
  /** Entries of the log: a power of two. */
  readonly entries: number;
  /** Where the host stands that is asked about: set before every call. */
  readonly moment: Moment;
}

const KINDS = 2;
/** Words of an entry: stamp and flows, then the keys of peer and port. */
const ENTRY = 2;
const MOST_FLOWS = 0xffff;
/** The slot of no item. */
const NOWHERE = 0xff;
/** Places of the table that finds an entry of the same peer and port. */
const FINDER = 512;

/** Ways to shorten a log, the milder first; see {@link FlowLog.makeRoom}. */
const SAME_BUCKET = 0;
/** Up to here a way is the logarithm of how many neighbouring buckets are taken for one. */
const EIGHT_BUCKETS = 3;
const OLD_SINGLES = 4;
const OLDEST = 5;

/** Bytes rounded up to whole lines of the cache. */
const lines = (bytes: number): number => (bytes + 63) & ~63;

/**
 * The memory of a host's latest flows, and the log that says which of them leave a window. Both kinds of
 * items of all windows share two cache lines of sums; a set of four items is one line (four windows).
 *
 * The log is one ring in the order of time, of which each window is a tail. When it is full, flows of one
 * peer and port are put together that will leave all remaining windows in the same bucket, which loses
 * nothing. If that frees less than a quarter, two neighbouring buckets count as one, then four,
 * then eight: flows then leave up to one, three, seven buckets late. If that is too little as well, what is lost are the single flows
 * of the older half, and last the oldest quarter.
 */
export abstract class FlowLog {
  protected readonly windows: number;
  protected readonly sets: readonly number[];
  protected readonly moment: Moment;
  /** Bytes of a host, and where in them each field begins. Sums of weights are first. */
  protected readonly stride: number;
  protected readonly massAt: number;
  protected readonly distinctAt: number;
  /** Of each window the place of its oldest entry, then the place behind the newest. */
  protected readonly tailsAt: number;
  protected readonly lossAt: number;
  protected readonly liveAt: number;
  protected readonly setsAt: readonly [number, number];
  protected readonly logAt: number;
  /** Bytes of a set, and where its fields begin: items first. */
  protected readonly setBytes: number;
  protected readonly stampsAt = 16;
  protected readonly generationsAt = 24;
  protected readonly countsAt = 32;
  protected readonly noKey = NOWHERE;
  protected readonly floats: Float64Array;
  protected readonly words: Uint32Array;
  protected readonly units: Uint16Array;
  protected readonly octets: Uint8Array;
  readonly #mask: number;
  readonly #finder = new Int32Array(FINDER);
  readonly #offsets: Int32Array;

  constructor({ hosts, windows, sets, entries, moment }: FlowLogOptions) {
    this.windows = windows;
    this.sets = sets;
    this.moment = moment;
    this.#mask = entries - 1;
    this.#offsets = new Int32Array(windows + 1);
    this.massAt = 8 * KINDS * windows;
    this.distinctAt = this.massAt + 4 * KINDS * windows;
    this.tailsAt = this.distinctAt + KINDS * windows;
    this.lossAt = this.tailsAt + 2 * (windows + 1);
    this.liveAt = (this.lossAt + 2 * KINDS + 3) & ~3;
    const first = lines(this.liveAt + 4 * KINDS);
    this.setBytes = lines(this.countsAt + 8 * windows);
    this.setsAt = [first, first + sets[0] * this.setBytes];
    this.logAt = this.setsAt[1] + sets[1] * this.setBytes;
    this.stride = this.logAt + 4 * ENTRY * entries;
    const memory = new ArrayBuffer(hosts * this.stride);
    this.floats = new Float64Array(memory);
    this.words = new Uint32Array(memory);
    this.units = new Uint16Array(memory);
    this.octets = new Uint8Array(memory);
  }

  /** Hears that flows of this stamp are no longer known by item. */
  protected abstract lose(host: number, kind: number, stamp: number): void;

  /** Lets go of the flows that have left their windows. To be called whenever a window moved on. */
  expire(host: number): void {
    const { words, units, windows } = this;
    const first = this.moment.first;
    const base = host * this.stride;
    const tails = (base + this.tailsAt) >>> 1;
    const log = (base + this.logAt) >>> 2;
    const end = units[tails + windows]!;
    for (let w = 0; w < windows; w++) {
      const inside = first[w]!;
      let tail = units[tails + w]!;
      // The windows nest: where a shorter one loses nothing, neither does a longer one.
      if (tail === end || (words[log + ENTRY * tail]! & 0xffff) >= inside) continue;
      do {
        const head = words[log + ENTRY * tail]!;
        const keys = words[log + ENTRY * tail + 1]!;
        this.#take(base, 0, keys & 0xffff, w, head >>> 16);
        this.#take(base, 1, keys >>> 16, w, head >>> 16);
        tail = (tail + 1) & this.#mask;
      } while (tail !== end && (words[log + ENTRY * tail]! & 0xffff) < inside);
      units[tails + w] = tail;
    }
  }

  /** Puts a flow of these two items at the end. */
  protected append(host: number, keys: number): void {
    const { words, units, windows } = this;
    const base = host * this.stride;
    const tails = (base + this.tailsAt) >>> 1;
    let end = units[tails + windows]!;
    if (((end + 1) & this.#mask) === units[tails + windows - 1]) {
      this.#makeRoom(host);
      end = units[tails + windows]!;
    }
    const entry = ((base + this.logAt) >>> 2) + ENTRY * end;
    words[entry] = this.moment.stamp | (1 << 16);
    words[entry + 1] = keys;
    units[tails + windows] = (end + 1) & this.#mask;
  }

  /** Takes flows off what `counts` and the sums at `at` (kind and window) say. */
  protected drop(base: number, counts: number, at: number, flows: number): void {
    const { words, floats, octets } = this;
    const count = this.units[counts]!;
    const left = count - flows;
    this.units[counts] = left;
    const mass = ((base + this.massAt) >>> 2) + at;
    words[mass] = words[mass]! - flows;
    const distinct = base + this.distinctAt + at;
    if (left === 0) octets[distinct] = octets[distinct]! - 1;
    const sum = (base >>> 3) + at;
    floats[sum] = floats[sum]! + weight(left) - weight(count);
  }

  /** Leaves nothing in the log of items that were pushed out. */
  protected tidy(host: number): void {
    this.#shorten(host, SAME_BUCKET);
  }

  protected rebaseLog(host: number, shift: number): void {
    const { words, units, windows } = this;
    const base = host * this.stride;
    const tails = (base + this.tailsAt) >>> 1;
    const end = units[tails + windows]!;
    for (let i = units[tails + windows - 1]!; i !== end; i = (i + 1) & this.#mask) {
      const entry = ((base + this.logAt) >>> 2) + ENTRY * i;
      const stamp = words[entry]! & 0xffff;
      words[entry] = (words[entry]! & ~0xffff) | Math.max(1, stamp - shift);
    }
  }

  /** The set that a key's item stands in, by its first byte; -1 when the item was pushed out. */
  #lineOf(base: number, kind: number, key: number): number {
    const slot = key & 0xff;
    if (slot === NOWHERE) return -1;
    const line = base + this.setsAt[kind as 0 | 1] + (slot >>> 2) * this.setBytes;
    return this.octets[line + this.generationsAt + (slot & 3)] === key >>> 8 ? line : -1;
  }

  /** Takes an entry's flows out of a window. */
  #take(base: number, kind: number, key: number, window: number, flows: number): void {
    const line = this.#lineOf(base, kind, key);
    if (line < 0) return;
    const counts = ((line + this.countsAt) >>> 1) + (key & 3) * this.windows + window;
    this.drop(base, counts, kind * this.windows + window, flows);
  }

  #makeRoom(host: number): void {
    const enough = this.#mask - (this.#mask >>> 2);
    for (let way = SAME_BUCKET; way <= OLDEST; way++) {
      if (this.#shorten(host, way) <= enough) return;
    }
  }

  /**
   * Goes through the log from the newest entry to the oldest, moving those that stay towards the end.
   * @returns entries left
   */
  #shorten(host: number, way: number): number {
    const { words, units, windows } = this;
    const offsets = this.#offsets;
    const finder = this.#finder;
    const mask = this.#mask;
    const base = host * this.stride;
    const tails = (base + this.tailsAt) >>> 1;
    const log = (base + this.logAt) >>> 2;
    const start = units[tails + windows - 1]!;
    for (let w = 0; w <= windows; w++) offsets[w] = (units[tails + w]! - start) & mask;
    const length = offsets[windows]!;
    let level = 0;
    let to = length;
    finder.fill(-1);
    for (let i = length - 1; i >= 0; i--) {
      for (; i < offsets[level]!; level++) {
        units[tails + level] = (start + to) & mask;
        // Of another window: what leaves it may not go to an entry that stays.
        finder.fill(-1);
      }
      const from = log + ENTRY * ((start + i) & mask);
      const keys = this.#liveKeys(base, words[from + 1]!);
      if (keys === ((NOWHERE << 16) | NOWHERE)) continue;
      const found = Math.imul(keys, 0x9e3779b1) >>> 23;
      const twin = finder[found]!;
      const head = words[from]!;
      if (way <= EIGHT_BUCKETS && twin >= 0 && words[twin + 1] === keys) {
        const fits = (words[twin]! >>> 16) + (head >>> 16) <= MOST_FLOWS;
        if (fits && this.#bucket(words[twin]!, level, way) === this.#bucket(head, level, way)) {
          words[twin] = words[twin]! + (head & ~0xffff);
          continue;
        }
      }
      const isOld = way === OLD_SINGLES ? i < length >> 1 && head >>> 16 === 1 : i < length >> 2;
      if (way >= OLD_SINGLES && isOld) {
        this.#discard(host, level, head, keys);
        continue;
      }
      to--;
      const place = log + ENTRY * ((start + to) & mask);
      words[place] = head;
      words[place + 1] = keys;
      finder[found] = place;
    }
    for (; level < windows; level++) units[tails + level] = (start + to) & mask;
    return length - to;
  }

  /** An entry's keys, without those of items that were pushed out. */
  #liveKeys(base: number, keys: number): number {
    const peer = this.#lineOf(base, 0, keys & 0xffff) < 0 ? NOWHERE : keys & 0xffff;
    const port = this.#lineOf(base, 1, keys >>> 16) < 0 ? NOWHERE : keys >>> 16;
    return (peer | (port << 16)) >>> 0;
  }

  /** Which bucket of its window an entry is in, 2^`wide` neighbours counted as one. */
  #bucket(head: number, level: number, wide: number): number {
    const { first, inverse, head: heads } = this.moment;
    const bucket = (((head & 0xffff) - first[level]! + 0.5) * inverse[level]!) | 0;
    // Neighbours are told by the number since 1970, so that none is put together twice over.
    return (((heads[level]! + 1) & ((1 << wide) - 1)) + bucket) >> wide;
  }

  /** Gives up an entry: its flows go from every window that still holds them. */
  #discard(host: number, level: number, head: number, keys: number): void {
    const base = host * this.stride;
    for (let kind = 0; kind < KINDS; kind++) {
      const key = kind === 0 ? keys & 0xffff : keys >>> 16;
      if (key === NOWHERE) continue;
      this.lose(host, kind, head & 0xffff);
      for (let w = level; w < this.windows; w++) this.#take(base, kind, key, w, head >>> 16);
    }
  }
}

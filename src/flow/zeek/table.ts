import { mixWord } from '../../base/index.ts';
import { hashWords } from '../hash.ts';
import { COLD_FLOATS, COLD_STRIDE, KEY, POSITION, POSITION_HIGH, STRIDE } from './slot.ts';

/** Connections of the table's first size. */
const FIRST_CAPACITY = 1024;
/** Entries of the first index; it doubles when half full, so probe runs stay short. */
const FIRST_INDEX = 2048;
/** Growth at a time. Memory that no connection has used yet is only promised by the system. */
const GROWTH = 8;
/** Large blocks begin 16 bytes into a page; so many bytes further slots keep to cache lines. */
const ALIGNMENT = 48;
/** Words of the two addresses of an IPv6 key. */
const PAIR = 8;
/** A word in the second cache line of a slot. */
const SECOND_LINE = 16;
const WRAP = 2 ** 32;
/** Positions have 40 bits. */
const MAX_HIGH = 255;

/**
 * Connections in growing blocks of memory, found by key through an open-addressing index (linear
 * probing, backward-shift deletion). Nothing is allocated between two growths. The addresses of IPv6
 * stand in a block of their own.
 */
export class ConnTable {
  readonly maxConnections: number;
  capacity: number;
  /** Slots in use. */
  count = 0;
  /** Slots given back so far: while it stands, a slot once found still holds its connection. */
  removals = 0;
  words: Int32Array;
  floats: Float64Array;
  /** The slots again as bytes and as 16-bit halves. */
  bytes: Uint8Array;
  halves: Uint16Array;
  /** What is touched seldom: see `slot.ts`. */
  cold: Int32Array;
  coldFloats: Float64Array;
  /** Slot + 1 in the lower bits, the hash's own upper bits above; 0: empty. */
  #index: Int32Array;
  #mask: number;
  /** The bits of an index entry that hold the slot. */
  #slotMask: number;
  /** Slots given back, a list through their first word; -1: none. */
  #free = -1;
  #fresh = 0;
  #pairs: Int32Array = new Int32Array(0);
  /** Rows of {@link #pairs} given back, a list through their first word; -1: none. */
  #freePair = -1;
  #freshPair = 0;
  readonly #key = new Int32Array(2 + PAIR);
  readonly #seed: number;
  /** Keeps the touching of memory from being optimised away. */
  #sink = 0;

  constructor(maxConnections: number, seed: number) {
    this.maxConnections = Math.max(1, maxConnections);
    this.#seed = seed | 0;
    this.capacity = Math.min(this.maxConnections, FIRST_CAPACITY);
    const memory = new ArrayBuffer(this.capacity * STRIDE * 4 + ALIGNMENT);
    this.words = new Int32Array(memory, ALIGNMENT);
    this.floats = new Float64Array(memory, ALIGNMENT);
    this.bytes = new Uint8Array(memory, ALIGNMENT);
    this.halves = new Uint16Array(memory, ALIGNMENT);
    this.coldFloats = new Float64Array(this.capacity * COLD_FLOATS);
    this.cold = new Int32Array(this.coldFloats.buffer);
    this.#index = new Int32Array(FIRST_INDEX);
    this.#mask = this.#index.length - 1;
    this.#slotMask = slotMask(this.maxConnections);
  }

  /** True when no slot is left and {@link add} must not be called before {@link remove}. */
  get full(): boolean {
    return this.count === this.maxConnections;
  }

  /** Bytes of memory that connections have used so far, and the index. */
  get memory(): number {
    const slots = this.#fresh * (STRIDE + COLD_STRIDE) * 4;
    return slots + this.#index.byteLength + this.#freshPair * PAIR * 4;
  }

  /** Seeded 32-bit hash of the key's words: multiply and fold a word, then MurmurHash3's finish. */
  hash(key: Int32Array, length: number): number {
    return hashWords(key, 0, length, this.#seed);
  }

  /** The hash of a key of four words: {@link ConnTable.hash} without its loop. */
  hash4(key: Int32Array, at: number): number {
    let h = Math.imul(this.#seed ^ key[at]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 1]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 2]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 3]!, 0x9e3779b1);
    return mixWord(h ^ (h >>> 15));
  }

  /** True when the slot holds this key. */
  holds(slot: number, key: Int32Array, length: number): boolean {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    if (words[base] !== key[0] || words[base + 1] !== key[1]) return false;
    if (length === 4) return words[base + 2] === key[2] && words[base + 3] === key[3];
    const pair = words[base + 2]! * PAIR;
    for (let i = 0; i < PAIR; i++) if (this.#pairs[pair + i] !== key[2 + i]) return false;
    return true;
  }

  /** @returns the slot that holds the key, or -1 */
  find(key: Int32Array, length: number, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const slotMask = this.#slotMask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = index[at]!;
      if (entry === 0) return -1;
      if (((entry ^ hash) & ~slotMask) === 0) {
        const slot = (entry & slotMask) - 1;
        if (this.holds(slot, key, length)) return slot;
      }
    }
  }

  /** Asks for the memory where {@link guess} will look. @returns nothing of use */
  touchIndex(hash: number): number {
    return this.#index[hash & this.#mask]!;
  }

  /** Asks for the memory of slots, and where the index has them, all at once. */
  touch(slots: Int32Array, count: number): void {
    const { words } = this;
    let sink = 0;
    // Loads that no branch waits for: only these overlap.
    for (let i = 0; i < count; i++) {
      const base = slots[i]! * STRIDE;
      sink ^= words[base]! ^ words[base + SECOND_LINE]!;
    }
    for (let i = 0; i < count; i++) sink ^= this.touchIndex(this.#hashOf(slots[i]!));
    this.#sink ^= sink;
  }

  /** Finds the first slot that may have this hash, without looking at its key; or -1. */
  guess(hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const slotMask = this.#slotMask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = index[at]!;
      if (entry === 0 || ((entry ^ hash) & ~slotMask) === 0) return (entry & slotMask) - 1;
    }
  }

  /** Takes a slot for a key that is not in the table; its other fields are zero. */
  add(key: Int32Array, length: number, hash: number): number {
    // Sized by what is in use, not by room: a probe into a small index finds it in the cache.
    if (this.count * 2 >= this.#index.length) this.#spread();
    let slot = this.#free;
    if (slot >= 0) this.#free = this.words[slot * STRIDE]!;
    else {
      if (this.#fresh === this.capacity) this.#grow();
      slot = this.#fresh++;
    }
    const words = this.words;
    const base = slot * STRIDE;
    for (let i = 0; i < STRIDE; i++) words[base + i] = 0;
    const cold = slot * COLD_STRIDE;
    for (let i = 0; i < COLD_STRIDE; i++) this.cold[cold + i] = 0;
    words[base + KEY] = key[0]!;
    words[base + KEY + 1] = key[1]!;
    words[base + KEY + 2] = length === 4 ? key[2]! : this.#addPair(key);
    words[base + KEY + 3] = length === 4 ? key[3]! : hash;
    this.#insert(slot, hash);
    this.count++;
    return slot;
  }

  /** Gives the slot back; all but its first word stays readable until the next {@link add}. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    const slotMask = this.#slotMask;
    let hole = this.#hashOf(slot) & mask;
    while ((index[hole]! & slotMask) !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = index[at]!;
      if (moved === 0) break;
      const hash = this.#hashOf((moved & slotMask) - 1);
      // An entry may fill the hole only if its home does not lie behind the hole.
      if (((at - hash) & mask) >= ((at - hole) & mask)) {
        index[hole] = moved;
        hole = at;
      }
    }
    index[hole] = 0;
    const words = this.words;
    const base = slot * STRIDE;
    if ((words[base + KEY]! & 0xff) !== 4) {
      const pair = words[base + KEY + 2]!;
      this.#pairs[pair * PAIR] = this.#freePair;
      this.#freePair = pair;
    }
    words[base] = this.#free;
    this.#free = slot;
    this.count--;
    this.removals++;
  }

  /** The key of a slot as it was added, behind an IPv4 key zeros; reused at the next call. */
  keyOf(slot: number): Int32Array {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    const key = this.#key;
    const four = (words[base]! & 0xff) === 4;
    key[0] = words[base]!;
    key[1] = words[base + 1]!;
    const pair = four ? 0 : words[base + 2]! * PAIR;
    for (let i = 0; i < PAIR; i++) key[2 + i] = four ? 0 : this.#pairs[pair + i]!;
    if (!four) return key;
    key[2] = words[base + 2]!;
    key[3] = words[base + 3]!;
    return key;
  }

  /** A position in a stream of a TCP slot. @param which twice the role, plus REASSEMBLED or TRIMMED */
  position(slot: number, which: number): number {
    const base = slot * STRIDE;
    const low = this.words[base + POSITION + which]! >>> 0;
    const high = this.bytes[(base + POSITION_HIGH) * 4 + which]!;
    return high === 0 ? low : high * WRAP + low;
  }

  /** Sets a position: not negative, less than 2^40. */
  setPosition(slot: number, which: number, value: number): void {
    const base = slot * STRIDE;
    this.words[base + POSITION + which] = value | 0;
    const high = value < WRAP ? 0 : Math.min(Math.floor(value / WRAP), MAX_HIGH);
    this.bytes[(base + POSITION_HIGH) * 4 + which] = high;
  }

  #addPair(key: Int32Array): number {
    let pair = this.#freePair;
    if (pair >= 0) this.#freePair = this.#pairs[pair * PAIR]!;
    else {
      pair = this.#freshPair++;
      if (this.#freshPair * PAIR > this.#pairs.length) {
        const grown = new Int32Array(Math.max(64 * PAIR, this.#pairs.length * 2));
        grown.set(this.#pairs);
        this.#pairs = grown;
      }
    }
    for (let i = 0; i < PAIR; i++) this.#pairs[pair * PAIR + i] = key[2 + i]!;
    return pair;
  }

  #insert(slot: number, hash: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let at = hash & mask;
    while (index[at] !== 0) at = (at + 1) & mask;
    index[at] = (hash & ~this.#slotMask) | (slot + 1);
  }

  #grow(): void {
    const capacity = Math.min(this.maxConnections, this.capacity * GROWTH);
    const memory = new ArrayBuffer(capacity * STRIDE * 4 + ALIGNMENT);
    const words = new Int32Array(memory, ALIGNMENT);
    words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(memory, ALIGNMENT);
    this.bytes = new Uint8Array(memory, ALIGNMENT);
    this.halves = new Uint16Array(memory, ALIGNMENT);
    const coldFloats = new Float64Array(capacity * COLD_FLOATS);
    // As words: copied as floats, some bit patterns would not come through.
    this.coldFloats = coldFloats;
    const cold = new Int32Array(coldFloats.buffer);
    cold.set(this.cold);
    this.cold = cold;
    this.capacity = capacity;
  }

  /** Doubles the index. */
  #spread(): void {
    const old = this.#index;
    this.#index = new Int32Array(old.length * 2);
    this.#mask = this.#index.length - 1;
    for (let at = 0; at < old.length; at++) {
      if (old[at] === 0) continue;
      const slot = (old[at]! & this.#slotMask) - 1;
      this.#insert(slot, this.#hashOf(slot));
    }
  }

  #hashOf(slot: number): number {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    return (words[base]! & 0xff) === 4 ? this.hash4(words, base) : words[base + 3]!;
  }
}

/** The lowest bits, enough for any slot of the table plus one. */
function slotMask(capacity: number): number {
  return 2 ** (32 - Math.clz32(capacity)) - 1;
}

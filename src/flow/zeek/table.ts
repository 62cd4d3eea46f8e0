import { KEY, STRIDE } from './slot.ts';

/** Connections of the table's first size; it doubles from here. */
const FIRST_CAPACITY = 1024;

/**
 * Connections in one growing block of memory, found by key through an open-addressing index (linear
 * probing, backward-shift deletion). Nothing is allocated between two doublings.
 */
export class ConnTable {
  readonly maxConnections: number;
  capacity: number;
  /** Slots in use. */
  count = 0;
  words: Int32Array;
  floats: Float64Array;
  /** The slots again as bytes (the history stands in them) and as 16-bit halves (counters). */
  bytes: Uint8Array;
  halves: Uint16Array;
  /** Pairs of slot (-1: empty) and hash, so that a probe need not touch the slot. */
  #index: Int32Array;
  #mask: number;
  #free: Int32Array;
  #freeCount = 0;
  #fresh = 0;
  readonly #seed: number;

  constructor(maxConnections: number, seed: number) {
    this.maxConnections = Math.max(1, maxConnections);
    this.#seed = seed | 0;
    this.capacity = Math.min(this.maxConnections, FIRST_CAPACITY);
    const memory = new ArrayBuffer(this.capacity * STRIDE * 4);
    this.words = new Int32Array(memory);
    this.floats = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
    this.halves = new Uint16Array(memory);
    this.#free = new Int32Array(this.capacity);
    this.#index = new Int32Array(2 * indexSize(this.capacity)).fill(-1);
    this.#mask = this.#index.length / 2 - 1;
  }

  /** True when no slot is left and {@link add} must not be called before {@link remove}. */
  get full(): boolean {
    return this.count === this.maxConnections;
  }

  /** Bytes held by the table's arrays. */
  get memory(): number {
    return this.words.byteLength + this.#index.byteLength + this.#free.byteLength;
  }

  /** Seeded 32-bit hash of the key's words: multiply and fold a word, then MurmurHash3's finish. */
  hash(key: Int32Array, length: number, start = 0): number {
    let h = this.#seed;
    const end = start + length;
    for (let i = start; i < end; i++) {
      h = Math.imul(h ^ key[i]!, 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  /** True when the slot holds this key. */
  holds(slot: number, key: Int32Array, length: number): boolean {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    for (let i = 0; i < length; i++) if (words[base + i] !== key[i]) return false;
    return true;
  }

  /** @returns the slot that holds the key, or -1 */
  find(key: Int32Array, length: number, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = index[2 * at]!;
      if (slot < 0) return -1;
      if (index[2 * at + 1] === hash && this.holds(slot, key, length)) return slot;
    }
  }

  /** Takes a slot for a key that is not in the table; its other fields are zero. */
  add(key: Int32Array, length: number, hash: number): number {
    if (this.#freeCount === 0 && this.#fresh === this.capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#fresh++;
    const words = this.words;
    const base = slot * STRIDE;
    words.fill(0, base, base + STRIDE);
    for (let i = 0; i < length; i++) words[base + KEY + i] = key[i]!;
    this.#insert(slot, hash);
    this.count++;
    return slot;
  }

  /** Gives the slot back; its fields stay readable until the next {@link add}. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let hole = this.#hashOf(slot) & mask;
    while (index[2 * hole] !== slot) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = index[2 * at]!;
      if (moved < 0) break;
      const hash = index[2 * at + 1]!;
      // An entry may fill the hole only if its home does not lie behind the hole.
      if (((at - hash) & mask) >= ((at - hole) & mask)) {
        index[2 * hole] = moved;
        index[2 * hole + 1] = hash;
        hole = at;
      }
    }
    index[2 * hole] = -1;
    this.#free[this.#freeCount++] = slot;
    this.count--;
  }

  #insert(slot: number, hash: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let at = hash & mask;
    while (index[2 * at]! >= 0) at = (at + 1) & mask;
    index[2 * at] = slot;
    index[2 * at + 1] = hash;
  }

  #grow(): void {
    const capacity = Math.min(this.maxConnections, this.capacity * 2);
    const memory = new ArrayBuffer(capacity * STRIDE * 4);
    const words = new Int32Array(memory);
    words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(memory);
    this.bytes = new Uint8Array(memory);
    this.halves = new Uint16Array(memory);
    this.capacity = capacity;
    this.#free = new Int32Array(capacity);
    const old = this.#index;
    if (2 * indexSize(capacity) <= old.length) return;
    this.#index = new Int32Array(2 * indexSize(capacity)).fill(-1);
    this.#mask = this.#index.length / 2 - 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at]! >= 0) this.#insert(old[at]!, old[at + 1]!);
    }
  }

  #hashOf(slot: number): number {
    const base = slot * STRIDE + KEY;
    const length = (this.words[base]! & 0xff) === 4 ? 4 : 10;
    return this.hash(this.words, length, base);
  }
}

/** A power of two at least twice the capacity: at most half full, so probe runs stay short. */
function indexSize(capacity: number): number {
  let size = 16;
  while (size < capacity * 2) size *= 2;
  return size;
}

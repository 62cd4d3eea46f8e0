import { HASH, KEY, QUEUE, STRIDE } from './slot.ts';

/** Longest run of keys of the table's first size; it doubles from here. */
const FIRST_CAPACITY = 1024;

/** Words of a key by its kind (the low byte of its first word): see `key.ts`. */
export const KEY_LENGTH: Uint8Array = new Uint8Array([0, 5, 11, 5, 5, 6]);

/**
 * Flows in one growing block of memory, found by key through an open-addressing index (linear
 * probing, backward-shift deletion). Nothing is allocated between two doublings.
 *
 * The hash is seeded, so who does not know the seed cannot aim for collisions. No order that a user
 * sees depends on it.
 */
export class FlowTable {
  readonly maxFlows: number;
  capacity: number;
  /** Slots in use. */
  count = 0;
  /** Slots given back so far: while it stands, a slot once found still holds its flow. */
  removals = 0;
  words: Int32Array;
  floats: Float64Array;
  /** Pairs of slot (-1: empty) and hash, so that a probe need not touch the slot. */
  #index: Int32Array;
  #mask: number;
  #free: Int32Array;
  #freeCount = 0;
  #fresh = 0;
  readonly #seed: number;

  constructor(maxFlows: number, seed: number) {
    this.maxFlows = maxFlows;
    this.#seed = seed | 0;
    this.capacity = Math.min(maxFlows, FIRST_CAPACITY);
    const memory = new ArrayBuffer(this.capacity * STRIDE * 4);
    this.words = new Int32Array(memory);
    this.floats = new Float64Array(memory);
    this.#free = new Int32Array(this.capacity);
    this.#index = new Int32Array(2 * indexSize(this.capacity)).fill(-1);
    this.#mask = this.#index.length / 2 - 1;
  }

  /** True when no slot is left and {@link add} must not be called before {@link remove}. */
  get full(): boolean {
    return this.count === this.maxFlows;
  }

  /** Bytes held by the table's arrays. */
  get bytes(): number {
    return this.words.byteLength + this.#index.byteLength + this.#free.byteLength;
  }

  /** Seeded 32-bit hash of the key's words: multiply and fold a word, then MurmurHash3's finish. */
  hash(key: Int32Array): number {
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    let h = this.#seed;
    for (let i = 0; i < length; i++) {
      h = Math.imul(h ^ key[i]!, 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  /** True when the slot holds this key. */
  holds(slot: number, key: Int32Array): boolean {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    for (let i = 0; i < length; i++) if (words[base + i] !== key[i]) return false;
    return true;
  }

  /** @returns the slot that holds the key, or -1 */
  find(key: Int32Array, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = index[2 * at]!;
      if (slot < 0) return -1;
      if (index[2 * at + 1] === hash && this.holds(slot, key)) return slot;
    }
  }

  /** Finds the first slot of this hash without looking at its key: a guess to fetch memory by, or -1. */
  guess(hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = index[2 * at]!;
      if (slot < 0 || index[2 * at + 1] === hash) return slot;
    }
  }

  /** The hash of a key of five words: {@link FlowTable.hash} without its loop. */
  hash5(key: Int32Array, at: number): number {
    let h = Math.imul(this.#seed ^ key[at]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 1]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 2]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 3]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 4]!, 0x9e3779b1);
    h ^= h >>> 15;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  /** Takes a slot for a key that is not in the table; its fields are zero but key, hash and queue. */
  add(key: Int32Array, hash: number): number {
    if (this.#freeCount === 0 && this.#fresh === this.capacity) this.#grow();
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#fresh++;
    const words = this.words;
    const base = slot * STRIDE;
    for (let i = 0; i < STRIDE; i++) words[base + i] = 0;
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    for (let i = 0; i < length; i++) words[base + KEY + i] = key[i]!;
    words[base + HASH] = hash;
    words[base + QUEUE] = -1;
    this.#insert(slot, hash);
    this.count++;
    return slot;
  }

  /** Gives the slot back; its fields stay readable until the next {@link add}. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    const words = this.words;
    let hole = words[slot * STRIDE + HASH]! & mask;
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
    this.removals++;
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
    const capacity = Math.min(this.maxFlows, this.capacity * 2);
    const memory = new ArrayBuffer(capacity * STRIDE * 4);
    const words = new Int32Array(memory);
    words.set(this.words);
    this.words = words;
    this.floats = new Float64Array(memory);
    const used = this.capacity;
    this.capacity = capacity;
    this.#free = new Int32Array(capacity);
    if (2 * indexSize(capacity) > this.#index.length) {
      this.#index = new Int32Array(2 * indexSize(capacity)).fill(-1);
      this.#mask = this.#index.length / 2 - 1;
      for (let slot = 0; slot < used; slot++) this.#insert(slot, words[slot * STRIDE + HASH]!);
    }
  }
}

/** A power of two at least twice the capacity: at most half full, so probe runs stay short. */
function indexSize(capacity: number): number {
  let size = 16;
  while (size < capacity * 2) size *= 2;
  return size;
}

import { HASH, KEY, STRIDE } from './slot.ts';

/** Slots of the table's first size. */
const FIRST_CAPACITY = 1024;
/** Growth at a time. Memory that no flow has used yet is only promised by the system, not taken. */
const GROWTH = 8;
/** Large blocks begin 16 bytes into a page; so many bytes further slots keep to cache lines. */
const ALIGNMENT = 48;

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
  /** Slot + 1 in the lower bits, the hash's own upper bits above; 0: empty. */
  #index: Int32Array;
  #mask: number;
  /** The bits of an index entry that hold the slot. */
  #slotMask: number;
  /** Slots given back, a list through their first word; -1: none. */
  #free = -1;
  #fresh = 0;
  readonly #seed: number;

  constructor(maxFlows: number, seed: number) {
    this.maxFlows = maxFlows;
    this.#seed = seed | 0;
    this.capacity = Math.min(maxFlows, FIRST_CAPACITY);
    const memory = slotMemory(this.capacity);
    this.words = memory.words;
    this.floats = memory.floats;
    this.#index = new Int32Array(indexSize(this.capacity));
    this.#mask = this.#index.length - 1;
    this.#slotMask = slotMask(this.capacity);
  }

  /** True when no slot is left and {@link add} must not be called before {@link remove}. */
  get full(): boolean {
    return this.count === this.maxFlows;
  }

  /** Bytes of memory that flows have used so far, and the index. */
  get bytes(): number {
    return this.#fresh * STRIDE * 4 + this.#index.byteLength;
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
    const slotMask = this.#slotMask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = index[at]!;
      if (entry === 0) return -1;
      if (((entry ^ hash) & ~slotMask) === 0) {
        const slot = (entry & slotMask) - 1;
        if (this.holds(slot, key)) return slot;
      }
    }
  }

  /** Asks for the memory where {@link guess} will look. @returns nothing of use */
  touchIndex(hash: number): number {
    return this.#index[hash & this.#mask]!;
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
    let slot = this.#free;
    if (slot >= 0) this.#free = this.words[slot * STRIDE]!;
    else {
      if (this.#fresh === this.capacity) this.#grow();
      slot = this.#fresh++;
    }
    const words = this.words;
    const base = slot * STRIDE;
    for (let i = 0; i < STRIDE; i++) words[base + i] = 0;
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    for (let i = 0; i < length; i++) words[base + KEY + i] = key[i]!;
    words[base + HASH] = hash;
    this.#insert(slot, hash);
    this.count++;
    return slot;
  }

  /** Gives the slot back; all but its first word stays readable until the next {@link add}. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    const slotMask = this.#slotMask;
    const words = this.words;
    let hole = words[slot * STRIDE + HASH]! & mask;
    while ((index[hole]! & slotMask) !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = index[at]!;
      if (moved === 0) break;
      const hash = words[((moved & slotMask) - 1) * STRIDE + HASH]!;
      // An entry may fill the hole only if its home does not lie behind the hole.
      if (((at - hash) & mask) >= ((at - hole) & mask)) {
        index[hole] = moved;
        hole = at;
      }
    }
    index[hole] = 0;
    words[slot * STRIDE] = this.#free;
    this.#free = slot;
    this.count--;
    this.removals++;
  }

  /** Gives all slots back. */
  clear(): void {
    this.#index.fill(0);
    this.#free = -1;
    this.#fresh = 0;
    this.removals += this.count;
    this.count = 0;
  }

  #insert(slot: number, hash: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let at = hash & mask;
    while (index[at] !== 0) at = (at + 1) & mask;
    index[at] = (hash & ~this.#slotMask) | (slot + 1);
  }

  #grow(): void {
    const used = this.capacity;
    this.capacity = Math.min(this.maxFlows, used * GROWTH);
    const { words, floats } = slotMemory(this.capacity);
    words.set(this.words);
    this.words = words;
    this.floats = floats;
    this.#index = new Int32Array(indexSize(this.capacity));
    this.#mask = this.#index.length - 1;
    this.#slotMask = slotMask(this.capacity);
    for (let slot = 0; slot < used; slot++) this.#insert(slot, words[slot * STRIDE + HASH]!);
  }
}

function slotMemory(capacity: number): { words: Int32Array; floats: Float64Array } {
  const memory = new ArrayBuffer(capacity * STRIDE * 4 + ALIGNMENT);
  return {
    words: new Int32Array(memory, ALIGNMENT),
    floats: new Float64Array(memory, ALIGNMENT),
  };
}

/** The lowest bits, enough for any slot of the table plus one. */
function slotMask(capacity: number): number {
  return 2 ** (32 - Math.clz32(capacity)) - 1;
}

/** A power of two at least twice the capacity: at most half full, so probe runs stay short. */
function indexSize(capacity: number): number {
  let size = 16;
  while (size < capacity * 2) size *= 2;
  return size;
}

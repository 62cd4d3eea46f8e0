import { mixWord } from '../base/index.ts';
import { hashWords } from './hash.ts';
import { HASH, KEY, KEY_WORDS, LINK_STRIDE, LONG_AT, NEWER, SHORT_KEY, STRIDE } from './slot.ts';

/** Slots of the table's first size. */
const FIRST_CAPACITY = 1024;
/** Growth at a time. Memory that no flow has used yet is only promised by the system, not taken. */
const GROWTH = 64;
/** Large blocks begin 16 bytes into a page; so many bytes further slots keep to cache lines. */
const ALIGNMENT = 48;
/** Entries of the index's first size. */
const FIRST_INDEX = 2048;

/** Words of a key by its kind (the low byte of its first word): see `key.ts`. */
export const KEY_LENGTH: Uint8Array = new Uint8Array([0, 5, 11, 5, 5, 6, 7, 9]);

/** Whether keys of a kind lie in {@link FlowTable.longKeys}. */
export function isLongKey(kind: number): boolean {
  return KEY_LENGTH[kind]! > SHORT_KEY;
}

/**
 * Flows in growing blocks of memory, found by key through an open-addressing index (linear probing,
 * backward-shift deletion). Nothing is allocated between two growths.
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
  links: Int32Array;
  /** Keys of more than five words, {@link KEY_WORDS} each; a flow's slot says where its key begins. */
  longKeys: Int32Array = new Int32Array(0);
  /** Counters of packets that have gone past 2^32. */
  carries = 0;
  readonly #carried = new Map<number, number>();
  /**
   * Two words an entry: the hash, and the slot plus one; 0: empty. With the hash here, neither a search
   * nor a deletion fetches the memory of flows that merely lie beside the one meant.
   */
  #index: Int32Array = new Int32Array(2 * FIRST_INDEX);
  #mask: number = FIRST_INDEX - 1;
  /** Slots given back, a list through {@link NEWER}; -1: none. */
  #free = -1;
  #fresh = 0;
  /** Long keys given back, a list through their first words; -1: none. */
  #freeLong = -1;
  #freshLong = 0;
  readonly #seed: number;

  constructor(maxFlows: number, seed: number) {
    this.maxFlows = maxFlows;
    this.#seed = seed | 0;
    this.capacity = Math.min(maxFlows, FIRST_CAPACITY);
    const memory = slotMemory(this.capacity);
    this.words = memory.words;
    this.floats = memory.floats;
    this.links = new Int32Array(this.capacity * LINK_STRIDE);
  }

  /** True when no slot is left and {@link add} must not be called before {@link remove}. */
  get full(): boolean {
    return this.count === this.maxFlows;
  }

  /** Bytes of memory that flows have used so far, and the index. */
  get bytes(): number {
    const words = this.#fresh * (STRIDE + LINK_STRIDE) + this.#freshLong * KEY_WORDS;
    return words * 4 + this.#index.byteLength;
  }

  /** Seeded 32-bit hash of the key's words: multiply and fold a word, then MurmurHash3's finish. */
  hash(key: Int32Array): number {
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    return hashWords(key, 0, length, this.#seed);
  }

  /** True when the slot holds this key. */
  holds(slot: number, key: Int32Array): boolean {
    const words = this.words;
    const base = slot * STRIDE + KEY;
    if (words[base] !== key[0]) return false;
    if (isLongKey(key[0]! & 0xff)) return this.#holdsLong(words[slot * STRIDE + LONG_AT]!, key);
    return (
      words[base + 1] === key[1] &&
      words[base + 2] === key[2] &&
      words[base + 3] === key[3] &&
      words[base + 4] === key[4]
    );
  }

  #holdsLong(at: number, key: Int32Array): boolean {
    const keys = this.longKeys;
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    for (let i = 0; i < length; i++) if (keys[at + i] !== key[i]) return false;
    return true;
  }

  /** @returns the slot that holds the key, or -1 */
  find(key: Int32Array, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = index[2 * at + 1]! - 1;
      if (slot < 0) return -1;
      if (index[2 * at] === hash && this.holds(slot, key)) return slot;
    }
  }

  /** Asks for the memory where {@link guess} will look. @returns nothing of use */
  touchIndex(hash: number): number {
    return this.#index[2 * (hash & this.#mask)]!;
  }

  /** Finds the first slot that has this hash, without looking at its key; or -1. */
  guess(hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = index[2 * at + 1]!;
      if (entry === 0 || index[2 * at] === hash) return entry - 1;
    }
  }

  /** The hash of a key of five words: {@link FlowTable.hash} without its loop. */
  hash5(key: Int32Array, at: number): number {
    let h = Math.imul(this.#seed ^ key[at]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 1]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 2]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 3]!, 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15) ^ key[at + 4]!, 0x9e3779b1);
    return mixWord(h ^ (h >>> 15));
  }

  /** Takes a slot for a key that is not in the table; its words are zero but for the key. */
  add(key: Int32Array, hash: number): number {
    let slot = this.#free;
    if (slot >= 0) this.#free = this.links[slot * LINK_STRIDE + NEWER]!;
    else {
      if (this.#fresh === this.capacity) this.#grow();
      slot = this.#fresh++;
    }
    const { words, floats } = this;
    const base = slot * STRIDE;
    for (let i = base / 2; i < (base + STRIDE) / 2; i++) floats[i] = 0;
    words[base + KEY] = key[0]!;
    if (isLongKey(key[0]! & 0xff)) words[base + LONG_AT] = this.#addLong(key);
    else for (let i = 1; i < SHORT_KEY; i++) words[base + KEY + i] = key[i]!;
    this.links[slot * LINK_STRIDE + HASH] = hash;
    this.count++;
    if (this.count * 2 > this.#mask) this.#growIndex();
    this.#insert(slot, hash);
    return slot;
  }

  #addLong(key: Int32Array): number {
    let at = this.#freeLong;
    if (at >= 0) this.#freeLong = this.longKeys[at]!;
    else {
      at = this.#freshLong++ * KEY_WORDS;
      if (at === this.longKeys.length) {
        const larger = new Int32Array(Math.max(FIRST_CAPACITY * KEY_WORDS, at * 2));
        larger.set(this.longKeys);
        this.longKeys = larger;
      }
    }
    const length = KEY_LENGTH[key[0]! & 0xff]!;
    for (let i = 0; i < length; i++) this.longKeys[at + i] = key[i]!;
    return at;
  }

  /** Gives the slot back. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    const base = slot * STRIDE;
    const { words, links } = this;
    let hole = links[slot * LINK_STRIDE + HASH]! & mask;
    while (index[2 * hole + 1] !== slot + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const moved = index[2 * at + 1]!;
      if (moved === 0) break;
      const hash = index[2 * at]!;
      // An entry may fill the hole only if its home does not lie behind the hole.
      if (((at - hash) & mask) >= ((at - hole) & mask)) {
        index[2 * hole] = hash;
        index[2 * hole + 1] = moved;
        hole = at;
      }
    }
    index[2 * hole + 1] = 0;
    if (isLongKey(words[base + KEY]! & 0xff)) {
      const long = words[base + LONG_AT]!;
      this.longKeys[long] = this.#freeLong;
      this.#freeLong = long;
    }
    if (this.carries > 0) this.dropCarries(slot);
    links[slot * LINK_STRIDE + NEWER] = this.#free;
    this.#free = slot;
    this.count--;
    this.removals++;
  }

  /** Gives all slots back. */
  clear(): void {
    this.#index.fill(0);
    this.#free = -1;
    this.#fresh = 0;
    this.#freeLong = -1;
    this.#freshLong = 0;
    this.#carried.clear();
    this.carries = 0;
    this.removals += this.count;
    this.count = 0;
  }

  /** Notes that the counter at word `at` has gone past 2^32 so many times more. */
  carry(at: number, times: number): void {
    this.#carried.set(at, this.carried(at) + times);
    this.carries = this.#carried.size;
  }

  /** How often the counter at word `at` has gone past 2^32. */
  carried(at: number): number {
    return this.#carried.get(at) ?? 0;
  }

  /** Forgets what was carried of a slot's counters. */
  dropCarries(slot: number): void {
    for (let at = slot * STRIDE; at < (slot + 1) * STRIDE; at++) this.#carried.delete(at);
    this.carries = this.#carried.size;
  }

  #insert(slot: number, hash: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let at = hash & mask;
    while (index[2 * at + 1] !== 0) at = (at + 1) & mask;
    index[2 * at] = hash;
    index[2 * at + 1] = slot + 1;
  }

  #grow(): void {
    this.capacity = Math.min(this.maxFlows, this.capacity * GROWTH);
    const { words, floats } = slotMemory(this.capacity);
    words.set(this.words);
    this.words = words;
    this.floats = floats;
    const links = new Int32Array(this.capacity * LINK_STRIDE);
    links.set(this.links);
    this.links = links;
  }

  /** Keeps the index at most half full, so that probe runs stay short. */
  #growIndex(): void {
    const old = this.#index;
    this.#index = new Int32Array(old.length * 2);
    this.#mask = this.#index.length / 2 - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.#insert(old[i + 1]! - 1, old[i]!);
    }
  }
}

function slotMemory(capacity: number): { words: Int32Array; floats: Float64Array } {
  const memory = new ArrayBuffer(capacity * STRIDE * 4 + ALIGNMENT);
  return {
    words: new Int32Array(memory, ALIGNMENT),
    floats: new Float64Array(memory, ALIGNMENT),
  };
}

import { hashWords } from './flow-row.ts';

/** Slots a key may lie in: enough that a table at a quarter of its load hardly ever evicts. */
const WAYS = 8;

/** What a {@link SlotTable} is built from. */
export interface SlotTableOptions {
  /** Rounded up to a power of two, at least 8. */
  readonly slots: number;
  readonly keyWords: number;
  /** A slot not touched for this long (µs) is free to take. */
  readonly horizon: number;
  readonly seed: number;
}

/**
 * Fixed-size hash table from keys of 32-bit words to slot numbers; its memory never grows. A key may
 * lie in one of eight slots. When all are taken, one is evicted, policy **stale, light, old**: first a
 * slot not touched within the horizon, else the one with the least weight, else the one touched
 * longest ago. So a million spoofed sources with a flow each push out each other, not a busy host.
 */
export class SlotTable {
  readonly slots: number;
  /** What the caller counts in a slot; eviction spares the heavy. */
  readonly weight: Uint32Array;
  /** Keys taken in, and keys lost to another key before their horizon had passed. */
  inserted = 0;
  evicted = 0;
  /** Whether the last {@link SlotTable.claim} handed out a slot for a new key. */
  fresh = false;
  readonly keys: Uint32Array;
  readonly #keyWords: number;
  /** Hash of each slot's key, 0 in a free slot: eight lie in one cache line, eight keys do not. */
  readonly #tags: Uint32Array;
  readonly #touched: Float64Array;
  readonly #horizon: number;
  readonly #seed: number;

  constructor(options: SlotTableOptions) {
    let slots = WAYS;
    while (slots < options.slots) slots *= 2;
    this.slots = slots;
    this.#keyWords = options.keyWords;
    this.#horizon = options.horizon;
    this.#seed = options.seed;
    this.keys = new Uint32Array(slots * options.keyWords);
    this.weight = new Uint32Array(slots);
    this.#tags = new Uint32Array(slots);
    this.#touched = new Float64Array(slots);
  }

  /** Becomes a copy of a table of the same size. */
  takeOver(from: SlotTable): void {
    this.keys.set(from.keys);
    this.weight.set(from.weight);
    this.#tags.set(from.#tags);
    this.#touched.set(from.#touched);
    this.inserted = from.inserted;
    this.evicted = from.evicted;
  }

  /** The slot of a key, or -1. */
  find(key: Uint32Array): number {
    const tag = this.#tag(key);
    const base = this.#bucket(tag);
    for (let slot = base; slot < base + WAYS; slot++) {
      if (this.#tags[slot] === tag && this.#holds(slot, key)) return slot;
    }
    return -1;
  }

  /** The slot of a key, evicting another if it must; {@link SlotTable.fresh} says whether it is new. */
  claim(key: Uint32Array, time: number): number {
    const tag = this.#tag(key);
    const base = this.#bucket(tag);
    const tags = this.#tags;
    let slot = -1;
    for (let way = base; way < base + WAYS; way++) {
      const seen = tags[way]!;
      if (seen === tag && this.#holds(way, key)) {
        if (time > this.#touched[way]!) this.#touched[way] = time;
        this.fresh = false;
        return way;
      }
      if (seen === 0 && slot < 0) slot = way;
    }
    if (slot < 0) slot = this.#victim(base, time);
    const at = slot * this.#keyWords;
    for (let i = 0; i < this.#keyWords; i++) this.keys[at + i] = key[i]!;
    tags[slot] = tag;
    this.#touched[slot] = time;
    this.weight[slot] = 0;
    this.inserted++;
    this.fresh = true;
    return slot;
  }

  /** Forgets a key's slot. */
  release(slot: number): void {
    this.#tags[slot] = 0;
  }

  isUsed(slot: number): boolean {
    return this.#tags[slot] !== 0;
  }

  #tag(key: Uint32Array): number {
    return hashWords(key, 0, this.#keyWords, this.#seed) || 1;
  }

  #bucket(tag: number): number {
    return tag & (this.slots - 1) & ~(WAYS - 1);
  }

  #holds(slot: number, key: Uint32Array): boolean {
    const at = slot * this.#keyWords;
    for (let i = 0; i < this.#keyWords; i++) if (this.keys[at + i] !== key[i]) return false;
    return true;
  }

  #victim(base: number, time: number): number {
    let victim = base;
    for (let slot = base; slot < base + WAYS; slot++) {
      if (time - this.#touched[slot]! > this.#horizon) return slot;
      const lighter = this.weight[slot]! - this.weight[victim]!;
      if (lighter < 0 || (lighter === 0 && this.#touched[slot]! < this.#touched[victim]!)) {
        victim = slot;
      }
    }
    this.evicted++;
    return victim;
  }
}

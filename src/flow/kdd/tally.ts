/** Words of a slot: one line of the cache. */
const STRIDE = 16;
/** Words of a slot before its counts: the key, the next of its bucket, the bucket. */
const NEXT = 4;
const BUCKET = 5;
/** Counts of a slot, from {@link countsOf} on: how often, of these with errors, and pairs. */
export const COUNT = 0;
export const SYN_ERRORS = 1;
export const REJECTS = 2;
/** How many different pairs with this key are in the window. */
export const DISTINCT = 3;
const FIRST_COUNT = 6;
const COUNTS = 4;
/** Windows that a tally counts for. */
const WINDOWS = 2;

/** Where a slot's counts in a window begin, from the slot on. @param window 0 or 1 */
export function countsOf(window: number): number {
  return FIRST_COUNT + window * COUNTS;
}

/**
 * Counts how often a key is in each of two windows. A key is four 32-bit words. Its slot stays the same
 * for as long as the key is counted in one of them, so a window keeps slots and takes a key out without
 * looking it up. Grows with the windows and never shrinks.
 */
export class Tally {
  /** {@link STRIDE} words a slot; a slot is named by the place of its first. */
  cells: Int32Array;
  readonly #wide: boolean;
  #buckets: Int32Array;
  #free = -1;
  #used = 0;

  /** @param wide whether keys have four words that matter, or two */
  constructor(wide: boolean, capacity = 64) {
    this.#wide = wide;
    this.cells = new Int32Array(capacity * STRIDE);
    this.#buckets = new Int32Array(capacity * 2).fill(-1);
  }

  /** Slots that this has room for: what its memory is. */
  get capacity(): number {
    return this.cells.length / STRIDE;
  }

  /** @returns the slot of a key, which is to be counted before anything is taken out */
  find(a: number, b: number, c: number, d: number): number {
    const cells = this.cells;
    const hash = this.#wide ? mix(mix(mix(a, b), c), d) : mix(a, b);
    let bucket = hash & (this.#buckets.length - 1);
    for (let slot = this.#buckets[bucket]!; slot >= 0; slot = cells[slot + NEXT]!) {
      if (
        cells[slot] === a &&
        cells[slot + 1] === b &&
        cells[slot + 2] === c &&
        cells[slot + 3] === d
      )
        return slot;
    }
    if (this.#free < 0 && this.#used === this.cells.length) {
      this.#grow();
      bucket = hash & (this.#buckets.length - 1);
    }
    let slot = this.#free;
    if (slot >= 0) this.#free = this.cells[slot + NEXT]!;
    else {
      slot = this.#used;
      this.#used += STRIDE;
    }
    this.#insert(slot, bucket);
    const own = this.cells;
    own[slot] = a;
    own[slot + 1] = b;
    own[slot + 2] = c;
    own[slot + 3] = d;
    return slot;
  }

  /** Counts a slot's key once more. @returns whether it is its first in that window */
  add(slot: number, window: number): boolean {
    const at = slot + countsOf(window);
    const count = this.cells[at]! + 1;
    this.cells[at] = count;
    return count === 1;
  }

  /** Counts it once less. @returns whether that was its last there; in no window, the slot is free */
  remove(slot: number, window: number): boolean {
    const { cells } = this;
    const at = slot + countsOf(window) + COUNT;
    const count = cells[at]! - 1;
    cells[at] = count;
    if (count > 0) return false;
    if (cells[slot + countsOf(WINDOWS - 1 - window) + COUNT] === 0) this.#forget(slot);
    return true;
  }

  #forget(slot: number): void {
    const { cells } = this;
    const bucket = cells[slot + BUCKET]!;
    const next = cells[slot + NEXT]!;
    let before = this.#buckets[bucket]!;
    if (before === slot) this.#buckets[bucket] = next;
    else {
      while (cells[before + NEXT] !== slot) before = cells[before + NEXT]!;
      cells[before + NEXT] = next;
    }
    cells[slot + NEXT] = this.#free;
    this.#free = slot;
    // Errors and pairs have been taken off one by one, but whoever takes out need not.
    for (let i = slot + FIRST_COUNT; i < slot + FIRST_COUNT + WINDOWS * COUNTS; i++) cells[i] = 0;
  }

  #insert(slot: number, bucket: number): void {
    this.cells[slot + NEXT] = this.#buckets[bucket]!;
    this.cells[slot + BUCKET] = bucket;
    this.#buckets[bucket] = slot;
  }

  /** Only called when every slot is in use. */
  #grow(): void {
    const cells = new Int32Array(this.cells.length * 2);
    cells.set(this.cells);
    this.cells = cells;
    this.#buckets = new Int32Array(this.#buckets.length * 2).fill(-1);
    for (let slot = 0; slot < this.#used; slot += STRIDE) {
      const short = mix(cells[slot]!, cells[slot + 1]!);
      const hash = this.#wide ? mix(mix(short, cells[slot + 2]!), cells[slot + 3]!) : short;
      this.#insert(slot, hash & (this.#buckets.length - 1));
    }
  }
}

/** Multiply and fold, with constants of MurmurHash3's finisher (A. Appleby, public domain). */
function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ (a >>> 15) ^ 0x9e3779b9, 0x85ebca6b) + b;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Counts how often a key is in a window. A key is four 32-bit words. Its slot stays the same for as
 * long as the key is counted, so a window keeps slots and takes a key out without looking it up.
 * Grows with the window and never shrinks.
 */
export class Tally {
  /** By slot: how often the key is in the window, and of these how many with each error. */
  count: Uint32Array;
  synErrors: Uint32Array;
  rejects: Uint32Array;
  /** By slot: how many different pairs with this key are in the window. */
  distinct: Uint32Array;
  #keys: Uint32Array;
  #next: Int32Array;
  #bucketOf: Int32Array;
  #buckets: Int32Array;
  #free = -1;
  #used = 0;

  constructor(capacity = 64) {
    this.count = new Uint32Array(capacity);
    this.synErrors = new Uint32Array(capacity);
    this.rejects = new Uint32Array(capacity);
    this.distinct = new Uint32Array(capacity);
    this.#keys = new Uint32Array(capacity * 4);
    this.#next = new Int32Array(capacity);
    this.#bucketOf = new Int32Array(capacity);
    this.#buckets = new Int32Array(capacity * 2).fill(-1);
  }

  /** Slots that this has room for: what its memory is. */
  get capacity(): number {
    return this.count.length;
  }

  /** Counts a key once more. @returns its slot */
  add(a: number, b: number, c: number, d: number): number {
    const keys = this.#keys;
    let bucket = mix(a, b, c, d) & (this.#buckets.length - 1);
    for (let slot = this.#buckets[bucket]!; slot >= 0; slot = this.#next[slot]!) {
      const at = slot * 4;
      if (
        keys[at] === a >>> 0 &&
        keys[at + 1] === b >>> 0 &&
        keys[at + 2] === c >>> 0 &&
        keys[at + 3] === d >>> 0
      ) {
        this.count[slot]!++;
        return slot;
      }
    }
    if (this.#free < 0 && this.#used === this.count.length) {
      this.#grow();
      bucket = mix(a, b, c, d) & (this.#buckets.length - 1);
    }
    return this.#insert(bucket, a, b, c, d);
  }

  /** Counts a slot's key once less. @returns whether that was its last; the slot is then free */
  remove(slot: number): boolean {
    if (--this.count[slot]! > 0) return false;
    const bucket = this.#bucketOf[slot]!;
    const next = this.#next;
    if (this.#buckets[bucket] === slot) this.#buckets[bucket] = next[slot]!;
    else {
      let before = this.#buckets[bucket]!;
      while (next[before] !== slot) before = next[before]!;
      next[before] = next[slot]!;
    }
    next[slot] = this.#free;
    this.#free = slot;
    return true;
  }

  #insert(bucket: number, a: number, b: number, c: number, d: number): number {
    let slot = this.#free;
    if (slot >= 0) this.#free = this.#next[slot]!;
    else slot = this.#used++;
    const at = slot * 4;
    this.#keys[at] = a;
    this.#keys[at + 1] = b;
    this.#keys[at + 2] = c;
    this.#keys[at + 3] = d;
    this.#next[slot] = this.#buckets[bucket]!;
    this.#buckets[bucket] = slot;
    this.#bucketOf[slot] = bucket;
    this.count[slot] = 1;
    this.synErrors[slot] = 0;
    this.rejects[slot] = 0;
    this.distinct[slot] = 0;
    return slot;
  }

  /** Only called when every slot is in use. */
  #grow(): void {
    const size = this.count.length * 2;
    this.count = grown(this.count, size);
    this.synErrors = grown(this.synErrors, size);
    this.rejects = grown(this.rejects, size);
    this.distinct = grown(this.distinct, size);
    const keys = new Uint32Array(size * 4);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#next = new Int32Array(size);
    this.#bucketOf = new Int32Array(size);
    this.#buckets = new Int32Array(size * 2).fill(-1);
    for (let slot = 0; slot < this.#used; slot++) {
      const at = slot * 4;
      const hash = mix(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!);
      const bucket = hash & (this.#buckets.length - 1);
      this.#next[slot] = this.#buckets[bucket]!;
      this.#buckets[bucket] = slot;
      this.#bucketOf[slot] = bucket;
    }
  }
}

function grown(old: Uint32Array, size: number): Uint32Array {
  const larger = new Uint32Array(size);
  larger.set(old);
  return larger;
}

/** Multiply and fold, a word at a time, with the finisher of MurmurHash3 (A. Appleby, public domain). */
function mix(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + b, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + c, 0x27d4eb2f);
  hash = Math.imul((hash ^ (hash >>> 15)) + d, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

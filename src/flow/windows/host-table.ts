/** Words of a host's key: four of its address, big-endian, unused ones 0, then its length in bytes. */
export const HOST_WORDS = 5;

/**
 * Hosts by address in a table of fixed size: open addressing (linear probing, backward-shift
 * deletion), and a list by last touch. A new host in a full table takes the slot of the one idle
 * longest. Nothing is allocated after construction.
 */
export class HostTable {
  readonly maxHosts: number;
  /** Hosts held, taken in, and lost to another. */
  count = 0;
  inserted = 0;
  evicted = 0;
  /** Whether the last {@link HostTable.claim} handed out a slot for a new host. */
  fresh = false;
  readonly #keys: Uint32Array;
  readonly #hashes: Int32Array;
  readonly #index: Int32Array;
  readonly #mask: number;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  #newest = -1;
  #oldest = -1;

  constructor(maxHosts: number) {
    this.maxHosts = maxHosts;
    let size = 16;
    while (size < maxHosts * 2) size *= 2;
    this.#index = new Int32Array(size).fill(-1);
    this.#mask = size - 1;
    this.#keys = new Uint32Array(maxHosts * HOST_WORDS);
    this.#hashes = new Int32Array(maxHosts);
    this.#newer = new Int32Array(maxHosts);
    this.#older = new Int32Array(maxHosts);
  }

  /** Bytes of the table's arrays. */
  get bytes(): number {
    return this.#index.byteLength + this.#keys.byteLength + 12 * this.maxHosts;
  }

  /** The slot of the host whose key stands at `at`, now the one touched last. @param hash of the key */
  claim(words: Uint32Array, at: number, hash: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const hashes = this.#hashes;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = index[i]!;
      if (slot < 0) break;
      if (hashes[slot] === hash && this.#holds(slot, words, at)) {
        this.fresh = false;
        this.#touch(slot);
        return slot;
      }
    }
    return this.#insert(words, at, hash);
  }

  #holds(slot: number, words: Uint32Array, at: number): boolean {
    const keys = this.#keys;
    const base = slot * HOST_WORDS;
    for (let i = 0; i < HOST_WORDS; i++) if (keys[base + i] !== words[at + i]) return false;
    return true;
  }

  #insert(words: Uint32Array, at: number, hash: number): number {
    let slot = this.count;
    if (slot < this.maxHosts) this.count++;
    else {
      slot = this.#oldest;
      this.#remove(slot);
      this.#unlink(slot);
      this.evicted++;
    }
    const keys = this.#keys;
    const base = slot * HOST_WORDS;
    for (let i = 0; i < HOST_WORDS; i++) keys[base + i] = words[at + i]!;
    this.#hashes[slot] = hash;
    const index = this.#index;
    const mask = this.#mask;
    let i = hash & mask;
    while (index[i]! >= 0) i = (i + 1) & mask;
    index[i] = slot;
    this.#link(slot);
    this.inserted++;
    this.fresh = true;
    return slot;
  }

  /** Takes a slot out of the index. */
  #remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    let hole = this.#hashes[slot]! & mask;
    while (index[hole] !== slot) hole = (hole + 1) & mask;
    for (let i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      const moved = index[i]!;
      if (moved < 0) break;
      const home = this.#hashes[moved]! & mask;
      // An entry may fill the hole only if its home does not lie behind the hole.
      if (((i - home) & mask) >= ((i - hole) & mask)) {
        index[hole] = moved;
        hole = i;
      }
    }
    index[hole] = -1;
  }

  #touch(slot: number): void {
    if (slot === this.#newest) return;
    this.#unlink(slot);
    this.#link(slot);
  }

  #link(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = -1;
    if (this.#newest >= 0) this.#newer[this.#newest] = slot;
    else this.#oldest = slot;
    this.#newest = slot;
  }

  #unlink(slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older >= 0) this.#newer[older] = newer;
    else this.#oldest = newer;
    if (newer >= 0) this.#older[newer] = older;
    else this.#newest = older;
  }
}

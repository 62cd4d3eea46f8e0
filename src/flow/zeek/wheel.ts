import { BUCKET, NEWER, OLDER, STRIDE } from './slot.ts';
import type { ConnTable } from './table.ts';

/** Buckets of a little more than a second: some nine minutes, past the longest timeout. */
const BUCKETS = 512;
const BUCKET_MICROS = 2 ** 20;

/**
 * When to look at which connection: a timing wheel of linked slots. A connection is put where it was
 * due when last looked at; packets that prolong it do not move it, so whoever takes it out asks again
 * whether it is due.
 */
export class Wheel {
  readonly #table: ConnTable;
  readonly #heads = new Int32Array(BUCKETS).fill(-1);
  /** Number (since 1970) of the first bucket not yet taken out. */
  #now = Number.NaN;

  constructor(table: ConnTable) {
    this.#table = table;
  }

  /** Puts a slot that is in no bucket where `due` (microseconds) falls, at once at the earliest. */
  push(slot: number, due: number): void {
    if (Number.isNaN(this.#now)) this.#now = Math.floor(due / BUCKET_MICROS) - 1;
    let bucket = Math.floor(due / BUCKET_MICROS);
    if (bucket < this.#now) bucket = this.#now;
    if (bucket >= this.#now + BUCKETS) bucket = this.#now + BUCKETS - 1;
    const at = modulo(bucket);
    const words = this.#table.words;
    const base = slot * STRIDE;
    const head = this.#heads[at]!;
    words[base + BUCKET] = at;
    words[base + NEWER] = -1;
    words[base + OLDER] = head;
    if (head >= 0) words[head * STRIDE + NEWER] = slot;
    this.#heads[at] = slot;
  }

  /** Takes a slot out of its bucket. */
  remove(slot: number): void {
    const words = this.#table.words;
    const base = slot * STRIDE;
    const newer = words[base + NEWER]!;
    const older = words[base + OLDER]!;
    if (newer >= 0) words[newer * STRIDE + OLDER] = older;
    else this.#heads[words[base + BUCKET]!] = older;
    if (older >= 0) words[older * STRIDE + NEWER] = newer;
  }

  /** True when a connection just taken out is due later than its bucket said. */
  isLate(slot: number, due: number): boolean {
    return modulo(Math.floor(due / BUCKET_MICROS)) !== this.#table.words[slot * STRIDE + BUCKET];
  }

  /** End of the bucket that {@link take} opens next, in microseconds; infinite while it is empty. */
  get next(): number {
    const now = this.#now;
    return Number.isNaN(now) ? Number.POSITIVE_INFINITY : (now + 1) * BUCKET_MICROS;
  }

  /** Takes out one slot that was due in a bucket that has ended by `time`. @returns -1 for none */
  take(time: number): number {
    const last = Math.floor(time / BUCKET_MICROS);
    // After a jump in time every bucket is passed once; a slot's bucket is known modulo BUCKETS.
    if (last - this.#now > BUCKETS) this.#now = last - BUCKETS;
    for (; this.#now < last; this.#now++) {
      const slot = this.#heads[modulo(this.#now)]!;
      if (slot >= 0) {
        this.remove(slot);
        return slot;
      }
    }
    return -1;
  }

  /** The slot that is due soonest as far as the wheel knows, still in its bucket; -1 for none. */
  soonest(): number {
    for (let i = 0; i < BUCKETS; i++) {
      const slot = this.#heads[modulo(this.#now + i)]!;
      if (slot >= 0) return slot;
    }
    return -1;
  }
}

function modulo(bucket: number): number {
  const rest = bucket % BUCKETS;
  return rest < 0 ? rest + BUCKETS : rest;
}

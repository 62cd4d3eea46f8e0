import { COLD_STRIDE, NEWER, OLDER } from './slot.ts';
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
  #soonest = 0;

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
    const { cold } = this.#table;
    const base = slot * COLD_STRIDE;
    const head = this.#heads[at]!;
    // The newest of a bucket names it instead of a newer one.
    cold[base + NEWER] = -1 - at;
    cold[base + OLDER] = head;
    if (head >= 0) cold[head * COLD_STRIDE + NEWER] = slot;
    this.#heads[at] = slot;
  }

  /** Takes a slot out of its bucket. */
  remove(slot: number): void {
    const { cold } = this.#table;
    const base = slot * COLD_STRIDE;
    const newer = cold[base + NEWER]!;
    const older = cold[base + OLDER]!;
    if (newer >= 0) cold[newer * COLD_STRIDE + OLDER] = older;
    else this.#heads[-1 - newer] = older;
    if (older >= 0) cold[older * COLD_STRIDE + NEWER] = newer;
  }

  /** End of the bucket that {@link take} opens next, in microseconds; infinite while it is empty. */
  get next(): number {
    const now = this.#now;
    return Number.isNaN(now) ? Number.POSITIVE_INFINITY : (now + 1) * BUCKET_MICROS;
  }

  /**
   * Takes out slots that were due in a bucket that has ended by `time`, as many as `into` has room for
   * of one bucket. Who takes many at a time can fetch their memory together.
   * @returns how many; 0 when no such bucket has any
   */
  takeMany(time: number, into: Int32Array): number {
    const last = Math.floor(time / BUCKET_MICROS);
    // After a jump in time every bucket is passed once; a slot's bucket is known modulo BUCKETS.
    if (last - this.#now > BUCKETS) this.#now = last - BUCKETS;
    for (; this.#now < last; this.#now++) {
      const count = this.#gather(modulo(this.#now), into);
      if (count > 0) return count;
    }
    return 0;
  }

  /** The same of all slots, those due soonest first. */
  takeLeft(into: Int32Array): number {
    for (let i = 0; i < BUCKETS; i++) {
      const count = this.#gather(modulo(this.#now + i), into);
      if (count > 0) return count;
    }
    return 0;
  }

  #gather(at: number, into: Int32Array): number {
    let slot = this.#heads[at]!;
    if (slot < 0) return 0;
    const { cold } = this.#table;
    let count = 0;
    for (; slot >= 0 && count < into.length; slot = cold[slot * COLD_STRIDE + OLDER]!) {
      into[count++] = slot;
    }
    this.#heads[at] = slot;
    if (slot >= 0) cold[slot * COLD_STRIDE + NEWER] = -1 - at;
    return count;
  }

  /** Takes out the slot that is due soonest as far as the wheel knows. @returns -1 for none */
  takeSoonest(): number {
    for (let i = 0; i < BUCKETS; i++) {
      const slot = this.#heads[modulo(this.#now + i)]!;
      if (slot < 0) continue;
      this.remove(slot);
      this.#soonest = this.#now + i;
      return slot;
    }
    return -1;
  }

  /** True when a slot that {@link takeSoonest} gave is due later than the wheel knew. */
  isLate(due: number): boolean {
    return Math.floor(due / BUCKET_MICROS) > this.#soonest;
  }
}

function modulo(bucket: number): number {
  const rest = bucket % BUCKETS;
  return rest < 0 ? rest + BUCKETS : rest;
}

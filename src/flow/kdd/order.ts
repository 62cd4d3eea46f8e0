import type { KddConnections } from './connections.ts';
import { HeldRows } from './held.ts';

/** Children of a heap's place: their times lie side by side. */
const CHILDREN = 4;

/**
 * Puts connections in the order of their start (or end), though a tracker gives them out when they
 * are over. Holds at most `capacity`; while more than that overlap, the earliest of those held leaves,
 * which may be before an earlier one arrives. A heap of row numbers with four children a place, whose
 * times stand with them; ties leave in order of arrival.
 */
export class KddOrder {
  /** Where a row given out by {@link pop} lies; it stays until the next {@link push}. */
  readonly rows: HeldRows;
  readonly #capacity: number;
  readonly #serials: Float64Array;
  /** By place: time and row. */
  readonly #times: Float64Array;
  readonly #heap: Int32Array;
  readonly #free: Int32Array;
  #freeCount = 0;
  /** Rows that were in use at some time: memory is touched as it is needed. */
  #used = 0;
  #length = 0;
  #serial = 0;
  /** The row given out last, whose extra is still there. */
  #given = -1;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.rows = new HeldRows(capacity);
    this.#serials = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
    this.#heap = new Int32Array(capacity);
    this.#free = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether {@link pop} must be called before the next {@link push}. */
  get full(): boolean {
    return this.#length === this.#capacity;
  }

  /** Takes over a copy of row `from`, to leave in the order of `time`. */
  push(time: number, connections: KddConnections, from: number): void {
    this.#release();
    const row = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#used++;
    this.rows.put(row, connections, from);
    this.#serials[row] = this.#serial++;
    const times = this.#times;
    const heap = this.#heap;
    let at = this.#length++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      // The newest: of equal times it is the last to leave.
      if (times[parent]! <= time) break;
      times[at] = times[parent]!;
      heap[at] = heap[parent]!;
      at = parent;
    }
    times[at] = time;
    heap[at] = row;
  }

  /** Gives out the earliest. @returns its row in {@link rows}, or -1 when none is held */
  pop(): number {
    this.#release();
    if (this.#length === 0) return -1;
    const heap = this.#heap;
    const earliest = heap[0]!;
    const length = --this.#length;
    if (length > 0) this.#sink(this.#times[length]!, heap[length]!, length);
    this.#given = earliest;
    return earliest;
  }

  /** Puts a row where it belongs, from the top on, in a heap of `length` places. */
  #sink(time: number, row: number, length: number): void {
    const times = this.#times;
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < length; child = CHILDREN * at + 1) {
      let least = child;
      let leastTime = times[child]!;
      const end = Math.min(child + CHILDREN, length);
      for (let other = child + 1; other < end; other++) {
        const otherTime = times[other]!;
        if (otherTime > leastTime || (otherTime === leastTime && this.#later(other, least))) {
          continue;
        }
        least = other;
        leastTime = otherTime;
      }
      if (time < leastTime) break;
      if (time === leastTime && this.#serials[row]! < this.#serials[heap[least]!]!) break;
      times[at] = leastTime;
      heap[at] = heap[least]!;
      at = least;
    }
    times[at] = time;
    heap[at] = row;
  }

  /** Of two places with the same time, whether the first came later. */
  #later(place: number, other: number): boolean {
    return this.#serials[this.#heap[place]!]! > this.#serials[this.#heap[other]!]!;
  }

  #release(): void {
    if (this.#given < 0) return;
    this.rows.release(this.#given);
    this.#free[this.#freeCount++] = this.#given;
    this.#given = -1;
  }
}

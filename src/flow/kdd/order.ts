import { KddConnections } from './connections.ts';

/**
 * Puts connections in the order of their start (or end), though a tracker gives them out when they
 * are over. Holds at most `capacity`; while more than that overlap, the earliest of those held leaves,
 * which may be before an earlier one arrives. A heap of row numbers; ties leave in order of arrival.
 */
export class KddOrder {
  /** Where a row given out by {@link pop} lies; it stays until the next {@link push}. */
  readonly rows: KddConnections;
  readonly #times: Float64Array;
  readonly #serials: Float64Array;
  readonly #heap: Int32Array;
  readonly #free: Int32Array;
  #freeCount: number;
  #length = 0;
  #serial = 0;

  constructor(capacity: number) {
    this.rows = new KddConnections(capacity);
    this.#times = new Float64Array(capacity);
    this.#serials = new Float64Array(capacity);
    this.#heap = new Int32Array(capacity);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether {@link pop} must be called before the next {@link push}. */
  get full(): boolean {
    return this.#freeCount === 0;
  }

  /** Takes over a copy of row `from`, to leave in the order of `time`. */
  push(time: number, connections: KddConnections, from: number): void {
    const row = this.#free[--this.#freeCount]!;
    this.rows.copy(row, connections, from);
    this.#times[row] = time;
    this.#serials[row] = this.#serial++;
    const heap = this.#heap;
    let at = this.#length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(row, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = row;
  }

  /** Gives out the earliest. @returns its row in {@link rows}, or -1 when none is held */
  pop(): number {
    if (this.#length === 0) return -1;
    const heap = this.#heap;
    const earliest = heap[0]!;
    const length = --this.#length;
    const row = heap[length]!;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, row)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = row;
    this.#free[this.#freeCount++] = earliest;
    return earliest;
  }

  #before(a: number, b: number): boolean {
    const times = this.#times;
    if (times[a] !== times[b]) return times[a]! < times[b]!;
    return this.#serials[a]! < this.#serials[b]!;
  }
}

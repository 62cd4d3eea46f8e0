import { BUCKETS, type Moment } from './spans.ts';

/** Of a window: how many cells are inside, then how many of them were last touched in each bucket. */
const HISTOGRAM = BUCKETS + 1;

/**
 * Estimates distinct items over several sliding windows at once: linear counting (Whang, Vander-Zanden,
 * Taylor 1990) whose bits are stamps of the last touch, as in the timestamp vector of Kim and
 * O'Hallaron (2003), so one vector serves every window. With m cells and n items the standard error is
 * sqrt(m (e^(n/m) - n/m - 1)) / n; a full vector reads m ln m, to be read as "at least". A histogram of
 * stamps a window keeps the counts current in constant time.
 */
export class LinearCounting {
  readonly #cells: number;
  readonly #windows: number;
  /** 16-bit units of a host: cells, then histograms. */
  readonly #stride: number;
  readonly #units: Uint16Array;
  readonly #estimate: Float64Array;

  /** @param cells a power of two up to 32,768 */
  constructor(hosts: number, windows: number, cells: number) {
    this.#cells = cells;
    this.#windows = windows;
    this.#stride = (cells + windows * HISTOGRAM + 31) & ~31;
    this.#units = new Uint16Array(hosts * this.#stride);
    this.#estimate = Float64Array.from({ length: cells + 1 }, (_, used) =>
      Math.round(cells * Math.log(cells / Math.max(1, cells - used))),
    );
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#units.byteLength;
  }

  clear(host: number): void {
    this.#units.fill(0, host * this.#stride, (host + 1) * this.#stride);
  }

  /** Empties the buckets that the window moved onto: `passed` of them up to `head`. */
  advance(host: number, window: number, head: number, passed: number): void {
    const units = this.#units;
    const at = host * this.#stride + this.#cells + window * HISTOGRAM;
    if (passed >= BUCKETS) {
      units.fill(0, at, at + HISTOGRAM);
      return;
    }
    for (let i = 0; i < passed; i++) {
      const bucket = at + 1 + ((head - i) & (BUCKETS - 1));
      units[at] = units[at]! - units[bucket]!;
      units[bucket] = 0;
    }
  }

  /** Sees an item, whose bits are well mixed, at a stamp: the current one, or when filling anew an earlier. */
  touch(host: number, item: number, stamp: number, moment: Moment): void {
    const units = this.#units;
    const at = host * this.#stride;
    const cell = at + ((item >>> 16) & (this.#cells - 1));
    const before = units[cell]!;
    if (before >= stamp) return;
    units[cell] = stamp;
    const { first, head, inverse } = moment;
    let histogram = at + this.#cells;
    for (let w = 0; w < this.#windows; w++, histogram += HISTOGRAM) {
      const start = first[w]!;
      if (stamp < start) continue;
      const oldest = head[w]! + 1;
      if (before >= start) {
        const from = oldest + (((before - start + 0.5) * inverse[w]!) | 0);
        const bucket = histogram + 1 + (from & (BUCKETS - 1));
        units[bucket] = units[bucket]! - 1;
      } else units[histogram] = units[histogram]! + 1;
      const to = oldest + (((stamp - start + 0.5) * inverse[w]!) | 0);
      const bucket = histogram + 1 + (to & (BUCKETS - 1));
      units[bucket] = units[bucket]! + 1;
    }
  }

  /** Estimate of the distinct items inside the window. */
  count(host: number, window: number): number {
    const at = host * this.#stride + this.#cells + window * HISTOGRAM;
    return this.#estimate[this.#units[at]!]!;
  }

  /** Counts stamps from a base `shift` ticks later; no stamp inside a window is touched by that. */
  rebase(host: number, shift: number): void {
    const units = this.#units;
    const at = host * this.#stride;
    for (let i = at; i < at + this.#cells; i++) {
      if (units[i] !== 0) units[i] = Math.max(1, units[i]! - shift);
    }
  }
}

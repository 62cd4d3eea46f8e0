import { BUCKETS, type Moment } from './spans.ts';

/** Places a remembered item may lie in. */
const WAYS = 8;
/** Per window: total and eight buckets, first of the remembered items, then of the cells. */
const HISTOGRAM = 2 * (BUCKETS + 1);

/** How large a {@link RecentDistinct} is. */
export interface RecentDistinctOptions {
  readonly hosts: number;
  readonly windows: number;
  /** Sets of eight remembered items; a power of two up to 256. */
  readonly sets: number;
  /** Cells of linear counting; a power of two from 64 to 32768. */
  readonly cells: number;
}

/**
 * Counts distinct items over several sliding windows at once, and knows items seen before.
 *
 * Small: the latest items themselves, eight to a set, each with the stamp of its last touch. A
 * window's count is **exact** as long as no item touched inside it was pushed out. Large: linear
 * counting (Whang, Vander-Zanden, Taylor 1990) whose bits are stamps of the last touch, as in the
 * timestamp vector of Kim and O'Hallaron (2003), so one vector serves every window. With m cells and n
 * items the standard error is sqrt(m (e^(n/m) - n/m - 1)) / n; a full vector reads m ln m, to be read
 * as "at least". A histogram of stamps a window keeps both counts current in constant time.
 *
 * Items are 32-bit words whose bits are well mixed; two items of the same word are one.
 */
export class RecentDistinct {
  readonly cells: number;
  readonly #sets: number;
  readonly #windows: number;
  /** 16-bit units of a host: items (two each), their stamps, cells, histograms, stamp of the loss. */
  readonly #stride: number;
  readonly #stampsAt: number;
  readonly #cellsAt: number;
  readonly #histogramsAt: number;
  readonly #lossAt: number;
  readonly #items: Uint32Array;
  readonly #units: Uint16Array;
  readonly #estimate: Float64Array;

  constructor({ hosts, windows, sets, cells }: RecentDistinctOptions) {
    this.cells = cells;
    this.#sets = sets;
    this.#windows = windows;
    this.#stampsAt = sets * WAYS * 2;
    this.#cellsAt = this.#stampsAt + sets * WAYS;
    this.#histogramsAt = this.#cellsAt + cells;
    this.#lossAt = this.#histogramsAt + windows * HISTOGRAM;
    this.#stride = (this.#lossAt + 2) & ~1;
    const memory = new ArrayBuffer(hosts * this.#stride * 2);
    this.#items = new Uint32Array(memory);
    this.#units = new Uint16Array(memory);
    this.#estimate = Float64Array.from({ length: cells + 1 }, (_, used) =>
      Math.round(-cells * Math.log(Math.max(1, cells - used) / cells)),
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
    const at = host * this.#stride + this.#histogramsAt + window * HISTOGRAM;
    if (passed >= BUCKETS) {
      units.fill(0, at, at + HISTOGRAM);
      return;
    }
    for (let i = 0; i < passed; i++) {
      const exact = at + 1 + ((head - i) & (BUCKETS - 1));
      units[at] = units[at]! - units[exact]!;
      units[exact] = 0;
      const cell = exact + BUCKETS + 1;
      units[at + BUCKETS + 1] = units[at + BUCKETS + 1]! - units[cell]!;
      units[cell] = 0;
    }
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number, item: number): number {
    const units = this.#units;
    const base = host * this.#stride;
    const set = (item & (this.#sets - 1)) * WAYS;
    let sum = units[base + this.#cellsAt + ((item >>> 16) & (this.cells - 1))]!;
    sum += units[base + this.#stampsAt + set]! + units[base + 2 * set]!;
    for (let i = base + this.#histogramsAt; i <= base + this.#lossAt; i += 32) sum += units[i]!;
    return sum;
  }

  /** Sees an item now. @returns true when it is not among those remembered */
  touch(host: number, item: number, moment: Moment): boolean {
    const units = this.#units;
    const base = host * this.#stride;
    const stamp = moment.stamp;
    const cell = base + this.#cellsAt + ((item >>> 16) & (this.cells - 1));
    const before = units[cell]!;
    if (before !== stamp) {
      units[cell] = stamp;
      this.#move(base + this.#histogramsAt + BUCKETS + 1, before, moment);
    }
    const set = (item & (this.#sets - 1)) * WAYS;
    const items = (base >>> 1) + set;
    const stamps = base + this.#stampsAt + set;
    let way = 0;
    while (way < WAYS && units[stamps + way] !== 0 && this.#items[items + way] !== item) way++;
    const known = way < WAYS && units[stamps + way] !== 0;
    if (way === WAYS) way = this.#giveUp(base, stamps, moment);
    const old = units[stamps + way]!;
    this.#items[items + way] = item;
    units[stamps + way] = stamp;
    if (known) {
      if (old !== stamp) this.#move(base + this.#histogramsAt, old, moment);
    } else this.#move(base + this.#histogramsAt, 0, moment);
    return !known;
  }

  /** Distinct items inside the window. */
  count(host: number, window: number, moment: Moment): number {
    const units = this.#units;
    const base = host * this.#stride;
    const at = base + this.#histogramsAt + window * HISTOGRAM;
    const exact = units[at]!;
    const loss = units[base + this.#lossAt]!;
    if (loss === 0 || loss < moment.first[window]!) return exact;
    return Math.max(exact, this.#estimate[units[at + BUCKETS + 1]!]!);
  }

  /** Whether {@link RecentDistinct.count} is exact for this window. */
  isExact(host: number, window: number, moment: Moment): boolean {
    const loss = this.#units[host * this.#stride + this.#lossAt]!;
    return loss === 0 || loss < moment.first[window]!;
  }

  /** Counts stamps from a base `shift` ticks later; remembered items stay so, as long ago. */
  rebase(host: number, shift: number): void {
    const units = this.#units;
    const base = host * this.#stride;
    for (let i = base + this.#stampsAt; i < base + this.#histogramsAt; i++) {
      if (units[i] !== 0) units[i] = Math.max(1, units[i]! - shift);
    }
    const loss = base + this.#lossAt;
    if (units[loss] !== 0) units[loss] = Math.max(1, units[loss]! - shift);
  }

  /** The item of the set touched longest ago goes; windows that still held it are no longer exact. */
  #giveUp(base: number, stamps: number, moment: Moment): number {
    const units = this.#units;
    let way = 0;
    for (let i = 1; i < WAYS; i++) if (units[stamps + i]! < units[stamps + way]!) way = i;
    const lost = units[stamps + way]!;
    const loss = base + this.#lossAt;
    if (lost > units[loss]!) units[loss] = lost;
    this.#drop(base + this.#histogramsAt, lost, moment);
    return way;
  }

  /** In every window's histogram: one from the bucket of `old`, if it is inside, to the current one. */
  #move(histogram: number, old: number, moment: Moment): void {
    const units = this.#units;
    const { first, head, inverse } = moment;
    let at = histogram;
    for (let w = 0; w < this.#windows; w++) {
      const current = head[w]!;
      const age = old - first[w]!;
      if (old !== 0 && age >= 0) {
        const from = at + 1 + ((current + 1 + (((age + 0.5) * inverse[w]!) | 0)) & (BUCKETS - 1));
        units[from] = units[from]! - 1;
      } else units[at] = units[at]! + 1;
      const to = at + 1 + current;
      units[to] = units[to]! + 1;
      at += HISTOGRAM;
    }
  }

  #drop(histogram: number, old: number, moment: Moment): void {
    const units = this.#units;
    const { first, head, inverse } = moment;
    let at = histogram;
    for (let w = 0; w < this.#windows; w++) {
      const age = old - first[w]!;
      if (age >= 0) {
        const bucket = (head[w]! + 1 + (((age + 0.5) * inverse[w]!) | 0)) & (BUCKETS - 1);
        units[at + 1 + bucket] = units[at + 1 + bucket]! - 1;
        units[at] = units[at]! - 1;
      }
      at += HISTOGRAM;
    }
  }
}

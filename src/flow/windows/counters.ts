import { BUCKETS, type Moment } from './spans.ts';

/** Bytes the host sent: what is summed, by place in a flow's facts. First what outgrows 32 bits. */
export const BYTES_OUT = 0;
/** Bytes the host received. */
export const BYTES_IN = 1;
/** Packets the host sent. */
export const PACKETS_OUT = 2;
/** Packets the host received. */
export const PACKETS_IN = 3;
/** 1 for every flow: here begin the counts of 32 bits. */
export const FLOWS = 4;
/** 1 for a flow without an answer, or refused. */
export const FAILED = 5;
/** 1 for a flow with a DNS query. */
export const DNS_QUERIES = 6;
/** 1 for a DNS query answered NXDOMAIN. */
export const NXDOMAIN = 7;
/** 1 for a flow whose peer the host did not remember. */
export const NEW_PEERS = 8;
/** Numbers of one flow's facts. */
export const FACTS = 9;

const SUMS = 4;
const COUNTS = 5;
/** Sums, then counts, in one cache line of 64 bytes: of the host so far, or before a bucket began. */
const LINE = 16;
const COUNTS_AT = 2 * SUMS;
/** Buckets of a window whose beginning is known, less the current one. */
const MOST_AGE = BUCKETS - 1;
/** Past this a sum is made smaller, well before additions to it could round. */
const MOST_SUM = 2 ** 52;

/**
 * Exact sums over sliding windows. A host has its sums since it began, and for each window what they
 * were when each of its eight buckets began; a window holds the difference to the oldest. So a flow
 * is added once, whatever the number of windows. Whole numbers below 2^53, and counts modulo 2^32, so
 * the differences have no error.
 */
export class WindowCounters {
  readonly #words: Uint32Array;
  readonly #floats: Float64Array;
  readonly #windows: number;
  /** Words of a host: its line, then the lines of the buckets of each window. */
  readonly #stride: number;
  /** Buckets that began since the host did, or since its window was last empty: up to seven. */
  readonly #ages: Uint8Array;

  constructor(hosts: number, windows: number) {
    this.#stride = (1 + windows * BUCKETS) * LINE;
    const memory = new ArrayBuffer(hosts * this.#stride * 4);
    this.#words = new Uint32Array(memory);
    this.#floats = new Float64Array(memory);
    this.#windows = windows;
    this.#ages = new Uint8Array(hosts * windows);
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#words.byteLength + this.#ages.byteLength;
  }

  /** Begins a host: all is zero, and its windows' current buckets are the first. */
  clear(host: number, head: Int32Array): void {
    const from = host * this.#stride;
    this.#words.fill(0, from, from + LINE);
    for (let w = 0; w < this.#windows; w++) this.advance(host, w, head[w]!, BUCKETS);
  }

  /** Begins the buckets that the window moved onto: `passed` of them up to `head`. */
  advance(host: number, window: number, head: number, passed: number): void {
    const from = host * this.#stride;
    const ring = from + (1 + window * BUCKETS) * LINE;
    const words = this.#words;
    const at = host * this.#windows + window;
    // Of a window that holds nothing from before, one beginning is enough.
    const alone = passed >= BUCKETS;
    this.#ages[at] = alone ? 0 : Math.min(MOST_AGE, this.#ages[at]! + passed);
    for (let i = alone ? 0 : passed - 1; i >= 0; i--) {
      const to = ring + ((head - i) & (BUCKETS - 1)) * LINE;
      for (let f = 0; f < COUNTS_AT + COUNTS; f++) words[to + f] = words[from + f]!;
    }
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number, head: Int32Array): number {
    const words = this.#words;
    let at = host * this.#stride;
    let sum = words[at]!;
    at += LINE;
    for (let w = 0; w < this.#windows; w++, at += BUCKETS * LINE) {
      sum +=
        words[at + ((head[w]! - this.#ages[host * this.#windows + w]!) & (BUCKETS - 1)) * LINE]!;
    }
    return sum;
  }

  /** Adds a flow's facts. */
  add(host: number, moment: Moment, facts: Float64Array): void {
    const words = this.#words;
    const floats = this.#floats;
    const at = host * this.#stride;
    const sums = at >>> 1;
    for (let f = 0; f < SUMS; f++) {
      const sum = floats[sums + f]! + facts[f]!;
      floats[sums + f] = sum;
      if (sum > MOST_SUM) this.#lower(host, moment, f);
    }
    const counts = at + COUNTS_AT;
    for (let f = 0; f < COUNTS; f++) words[counts + f] = words[counts + f]! + facts[SUMS + f]!;
  }

  /** The window's flows. @param head place of the window's current bucket */
  flows(host: number, window: number, head: number): number {
    const at = host * this.#stride;
    const oldest = (head - this.#ages[host * this.#windows + window]!) & (BUCKETS - 1);
    const before = at + (1 + window * BUCKETS + oldest) * LINE + COUNTS_AT;
    return (this.#words[at + COUNTS_AT]! - this.#words[before]!) >>> 0;
  }

  /** Copies the window's nine totals to `into`. @param head place of the window's current bucket */
  read(host: number, window: number, head: number, into: Float64Array): void {
    const at = host * this.#stride;
    const oldest = (head - this.#ages[host * this.#windows + window]!) & (BUCKETS - 1);
    const before = at + (1 + window * BUCKETS + oldest) * LINE;
    const floats = this.#floats;
    const words = this.#words;
    for (let f = 0; f < SUMS; f++) into[f] = floats[(at >>> 1) + f]! - floats[(before >>> 1) + f]!;
    for (let f = COUNTS_AT; f < COUNTS_AT + COUNTS; f++) {
      into[f - SUMS] = (words[at + f]! - words[before + f]!) >>> 0;
    }
  }

  /** Takes what came before the longest window off a sum, wherever it is kept. */
  #lower(host: number, moment: Moment, f: number): void {
    const floats = this.#floats;
    const at = host * this.#stride;
    const longest = this.#windows - 1;
    const age = this.#ages[host * this.#windows + longest]!;
    const oldest = 1 + longest * BUCKETS + ((moment.head[longest]! - age) & (BUCKETS - 1));
    const excess = floats[((at + oldest * LINE) >>> 1) + f]!;
    for (let line = at; line < at + this.#stride; line += LINE) {
      const sum = (line >>> 1) + f;
      floats[sum] = floats[sum]! - excess;
    }
  }
}

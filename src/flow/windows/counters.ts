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
/** Of the total and of each bucket: sums, then counts, in one cache line of 64 bytes. */
const LINE = 16;
const COUNTS_AT = 2 * SUMS;
const STRIDE = (BUCKETS + 1) * LINE;

/**
 * Exact sums over sliding windows: for each host and window a ring of eight buckets and their total.
 * Whole numbers below 2^53, so taking a bucket off the total again leaves no error.
 */
export class WindowCounters {
  readonly #words: Uint32Array;
  readonly #floats: Float64Array;
  readonly #windows: number;

  constructor(hosts: number, windows: number) {
    const memory = new ArrayBuffer(hosts * windows * STRIDE * 4);
    this.#words = new Uint32Array(memory);
    this.#floats = new Float64Array(memory);
    this.#windows = windows;
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  clear(host: number): void {
    const stride = this.#windows * STRIDE;
    this.#words.fill(0, host * stride, (host + 1) * stride);
  }

  /** Empties the buckets that the window moved onto: `passed` of them up to `head`. */
  advance(host: number, window: number, head: number, passed: number): void {
    const at = (host * this.#windows + window) * STRIDE;
    const words = this.#words;
    if (passed >= BUCKETS) {
      words.fill(0, at, at + STRIDE);
      return;
    }
    const floats = this.#floats;
    for (let i = 0; i < passed; i++) {
      const bucket = at + (1 + ((head - i) & (BUCKETS - 1))) * LINE;
      const sums = at >>> 1;
      const sum = bucket >>> 1;
      for (let f = 0; f < SUMS; f++) {
        floats[sums + f] = floats[sums + f]! - floats[sum + f]!;
        floats[sum + f] = 0;
      }
      for (let f = COUNTS_AT; f < COUNTS_AT + COUNTS; f++) {
        words[at + f] = words[at + f]! - words[bucket + f]!;
        words[bucket + f] = 0;
      }
    }
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number, head: Int32Array): number {
    const words = this.#words;
    let at = host * this.#windows * STRIDE;
    let sum = 0;
    for (let w = 0; w < this.#windows; w++, at += STRIDE) {
      sum += words[at]! + words[at + (1 + head[w]!) * LINE]!;
    }
    return sum;
  }

  /** Adds a flow's facts to the current bucket of every window. */
  add(host: number, moment: Moment, facts: Float64Array): void {
    const words = this.#words;
    const floats = this.#floats;
    const head = moment.head;
    let at = host * this.#windows * STRIDE;
    for (let w = 0; w < this.#windows; w++) {
      const bucket = at + (1 + head[w]!) * LINE;
      const sums = at >>> 1;
      const sum = bucket >>> 1;
      for (let f = 0; f < SUMS; f++) {
        const fact = facts[f]!;
        floats[sums + f] = floats[sums + f]! + fact;
        floats[sum + f] = floats[sum + f]! + fact;
      }
      for (let f = 0; f < COUNTS; f++) {
        const fact = facts[SUMS + f]!;
        words[at + COUNTS_AT + f] = words[at + COUNTS_AT + f]! + fact;
        words[bucket + COUNTS_AT + f] = words[bucket + COUNTS_AT + f]! + fact;
      }
      at += STRIDE;
    }
  }

  /** Copies the window's nine totals to `into`. */
  read(host: number, window: number, into: Float64Array): void {
    const at = (host * this.#windows + window) * STRIDE;
    const floats = this.#floats;
    const words = this.#words;
    const sums = at >>> 1;
    for (let f = 0; f < SUMS; f++) into[f] = floats[sums + f]!;
    const counts = at + COUNTS_AT;
    for (let f = 0; f < COUNTS; f++) into[SUMS + f] = words[counts + f]!;
  }
}

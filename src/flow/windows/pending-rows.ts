import { HOST_WORDS, type HostTable } from './host-table.ts';

/** Rows taken in before their hosts are gone through: their lines and results stay in the cache. */
export const PENDING_ROWS = 4096;

/** 64-bit numbers of a pending row. */
export const TICK = 0;
export const START = 1;
/** Four sums as the originator has them: bytes out and in, packets out and in. */
export const ROW_SUMS = 2;
/** Words of a pending row, behind its numbers: items of originator, responder and port, then marks. */
export const ITEMS = 12;
export const PORT = 14;
export const MARKS = 15;

/** Marks of a row; the first two say that a side is its host's first row in its slot. */
export const FRESH = 1;
export const IS_FAILED = 4;
export const IS_DNS = 8;
export const IS_NXDOMAIN = 16;
export const IS_NEW = 32;
/** Both ends are one host, which has but one side. */
export const IS_SELF = 64;

const LINE = 16;

/**
 * Rows whose sides wait to be taken host by host. What a row says of one host is no concern of any
 * other's, so hosts may be taken one after the other, each with its rows in order: its memory is then
 * fetched once for all of them. Side 2 i is the originator of pending row i, 2 i + 1 its responder.
 */
export class PendingRows {
  /** Each row in one cache line: eight numbers or sixteen words. One more is for a row kept from before. */
  readonly numbers = new Float64Array(((PENDING_ROWS + 1) * LINE) / 2);
  readonly words = new Uint32Array(this.numbers.buffer);
  /** Row of the batch that a pending row is. */
  readonly rows = new Int32Array(PENDING_ROWS);
  length = 0;
  /** Slots with sides waiting, by their first side, and that side. */
  readonly slots = new Int32Array(2 * PENDING_ROWS);
  readonly firsts = new Int32Array(2 * PENDING_ROWS);
  slotCount = 0;
  /** The side of the same slot that comes after each; -1 after the last. */
  readonly next = new Int32Array(2 * PENDING_ROWS);
  /** Last side waiting of each slot of the table; -1 for none. */
  readonly #last: Int32Array;

  constructor(hosts: number) {
    this.#last = new Int32Array(hosts).fill(-1);
  }

  /** Bytes of all hosts and of the rows. */
  get bytes(): number {
    const rows = this.numbers.byteLength + this.rows.byteLength + 3 * this.slots.byteLength;
    return this.#last.byteLength + rows;
  }

  /** Claims the slot of a row's side, and puts the side last of those that wait for the slot. */
  claim(hosts: HostTable, words: Uint32Array, side: number, hash: number): void {
    const slot = hosts.claim(words, (side & 1) * HOST_WORDS, hash);
    const last = this.#last[slot]!;
    if (last < 0) {
      this.slots[this.slotCount] = slot;
      this.firsts[this.slotCount++] = side;
    } else this.next[last] = side;
    this.next[side] = -1;
    this.#last[slot] = side;
    if (!hosts.fresh) return;
    const marks = (side >> 1) * LINE + MARKS;
    this.words[marks] = this.words[marks]! | (FRESH << (side & 1));
  }

  /** Nothing waits any more. */
  clear(): void {
    for (let i = 0; i < this.slotCount; i++) this.#last[this.slots[i]!] = -1;
    this.slotCount = 0;
    this.length = 0;
  }
}

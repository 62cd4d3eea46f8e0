import { RARE, STRIDE } from './slot.ts';
import type { ConnTable } from './table.ts';

/** Words of a row. Pairs: the originator's, then the responder's. */
export const RARE_STRIDE = 12;
/** Relative sequence numbers of the last SYN in the history, and of the last FIN where FIN_SEQ tells not. */
export const LAST_SYN = 0;
export const LAST_FIN = 2;
/** Counts behind the letters that come at 1, 10, 100 …: numbers of 16-bit pairs that stop at 65,535. */
export const CHECKSUMS = 4;
export const RETRANSMITS = 5;
export const ZERO_WINDOWS = 6;
/** High bits of the slot's IP_BYTES, and of its MISSED. */
export const IP_BYTES_HIGH = 7;
export const MISSED_HIGH = 9;
/** Hash of the tunnels around the connection's newest packet; 0 for none. */
export const TUNNELS = 10;
/** Changes of tunnels in the low byte; in the next, a bit a side: LAST_FIN holds. */
export const MARKS = 11;
export const FIN_MARK = 0x100;

const FIRST_ROWS = 64;

/** What few connections have: rows of words, taken when first needed. Row 0 is nobody's. */
export class RareRows {
  readonly #table: ConnTable;
  words: Int32Array = new Int32Array(FIRST_ROWS * RARE_STRIDE);
  halves: Uint16Array = new Uint16Array(this.words.buffer);
  /** Rows given back, a list through their first word; 0 ends it. */
  #free = 0;
  #fresh = 1;

  constructor(table: ConnTable) {
    this.#table = table;
  }

  /** Where the row of a slot begins; -1 when it has none. */
  find(slot: number): number {
    const row = this.#table.words[slot * STRIDE + RARE]!;
    return row === 0 ? -1 : row * RARE_STRIDE;
  }

  /** Where the row of a slot begins, taken if there is none. */
  of(slot: number): number {
    const at = slot * STRIDE + RARE;
    const known = this.#table.words[at]!;
    if (known !== 0) return known * RARE_STRIDE;
    let row = this.#free;
    if (row !== 0) this.#free = this.words[row * RARE_STRIDE]!;
    else {
      row = this.#fresh++;
      if (this.#fresh * RARE_STRIDE > this.words.length) this.#grow();
    }
    const base = row * RARE_STRIDE;
    this.words.fill(0, base, base + RARE_STRIDE);
    this.#table.words[at] = row;
    return base;
  }

  /** Gives the row of a slot back. */
  forget(slot: number): void {
    const at = slot * STRIDE + RARE;
    const row = this.#table.words[at]!;
    if (row === 0) return;
    this.words[row * RARE_STRIDE] = this.#free;
    this.#free = row;
    this.#table.words[at] = 0;
  }

  /** The roles have changed. @param tcp of UDP and the like only the IP bytes have sides here */
  flip(slot: number, tcp: boolean): void {
    const base = this.find(slot);
    if (base < 0) return;
    const { words } = this;
    swap(words, base + IP_BYTES_HIGH);
    if (!tcp) return;
    swap(words, base + LAST_SYN);
    swap(words, base + LAST_FIN);
    for (const counter of [CHECKSUMS, RETRANSMITS, ZERO_WINDOWS]) {
      const count = words[base + counter]!;
      words[base + counter] = (count << 16) | (count >>> 16);
    }
    const marks = words[base + MARKS]!;
    const fins = (marks / FIN_MARK) & 3;
    words[base + MARKS] = (marks & 0xff) | ((((fins << 1) | (fins >> 1)) & 3) * FIN_MARK);
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2);
    words.set(this.words);
    this.words = words;
    this.halves = new Uint16Array(words.buffer);
  }
}

function swap(words: Int32Array, at: number): void {
  const kept = words[at]!;
  words[at] = words[at + 1]!;
  words[at + 1] = kept;
}

import type { RareRows } from './rare.ts';
import { GAPS, HISTORY, HISTORY_BYTES, SEEN, STRIDE } from './slot.ts';
import type { ConnTable } from './table.ts';

/** Bits of SEEN: letters that are written once a direction. */
export const SEEN_SYN = 1;
export const SEEN_FIN = 2;
export const SEEN_RST = 4;
export const SEEN_FIN_RST = 8;
export const SEEN_DATA = 16;
export const SEEN_ACK = 32;
export const SEEN_MULTI = 64;
export const SEEN_CUT = 128;

/** Longest history kept; Zeek sets no limit, but SYNs of ever new numbers could fill memory. */
export const MAX_HISTORY = 1024;

const CARET = 94;

/** Histories remembered as text; most connections have one of a few dozen. */
const TEXTS = 1024;

/** The letters of Zeek's `history`, ten in the slot and the rest beside it. */
export class Histories {
  readonly #table: ConnTable;
  readonly #rare: RareRows;
  readonly #long = new Map<number, string>();
  /** Texts by their letters: three words each, and the text. */
  readonly #letters = new Int32Array(TEXTS * 3);
  readonly #texts: string[] = new Array<string>(TEXTS).fill('');

  constructor(table: ConnTable, rare: RareRows) {
    this.#table = table;
    this.#rare = rare;
  }

  /** Appends a letter (its code in upper case; lower for the responder, role 1). */
  add(slot: number, role: number, code: number): void {
    const { halves, bytes } = this.#table;
    const base = slot * STRIDE;
    const length = halves[(base + HISTORY) * 2]!;
    const letter = code === CARET ? code : code + (role << 5);
    if (length < HISTORY_BYTES) bytes[(base + HISTORY) * 4 + 2 + length] = letter;
    else if (length < MAX_HISTORY) {
      this.#long.set(slot, (this.#long.get(slot) ?? '') + String.fromCharCode(letter));
    } else return;
    halves[(base + HISTORY) * 2] = length + 1;
  }

  /** Appends a letter unless its bit was seen in this direction. @returns true when it was */
  once(slot: number, role: number, bit: number, code: number): boolean {
    const mask = role === 0 ? bit : bit << 16;
    const at = slot * STRIDE + SEEN;
    const seen = this.#table.words[at]!;
    if ((seen & mask) !== 0) return true;
    this.#table.words[at] = seen | mask;
    this.add(slot, role, code);
    return false;
  }

  /** Counts up one of a side's counters and appends the letter at 1, 10, 100 … */
  scaled(slot: number, role: number, counter: number, code: number): void {
    const at = this.#rare.of(slot) * 2 + counter * 2 + role;
    this.#count(this.#rare.halves, at, slot, role, code);
  }

  /** The same for gaps, which captures that cut their packets are full of. */
  gap(slot: number, role: number, code: number): void {
    this.#count(this.#table.halves, (slot * STRIDE + GAPS) * 2 + role, slot, role, code);
  }

  // Five numbers: an object a count would be one allocation each.
  #count(halves: Uint16Array, at: number, slot: number, role: number, code: number): void {
    const count = halves[at]! + 1;
    if (count > 0xffff) return;
    halves[at] = count;
    if (isPowerOfTen(count)) this.add(slot, role, code);
  }

  /** Appends the mark of a change of roles. */
  flip(slot: number): void {
    this.add(slot, 0, CARET);
  }

  /** True when the history is the one letter. */
  isOnly(slot: number, code: number): boolean {
    const { halves, bytes } = this.#table;
    const base = slot * STRIDE;
    return halves[(base + HISTORY) * 2] === 1 && bytes[(base + HISTORY) * 4 + 2] === code;
  }

  /** Replaces the history by other text of at most ten letters. */
  replace(slot: number, text: string): void {
    const { halves, bytes } = this.#table;
    const base = slot * STRIDE;
    for (let i = 0; i < text.length; i++) bytes[(base + HISTORY) * 4 + 2 + i] = text.charCodeAt(i);
    halves[(base + HISTORY) * 2] = text.length;
  }

  /** The history so far. */
  text(slot: number): string {
    const { words } = this.#table;
    const at = slot * STRIDE + HISTORY;
    const first = words[at]!;
    const second = words[at + 1]!;
    const third = words[at + 2]!;
    const length = first & 0xffff;
    if (length > HISTORY_BYTES)
      return this.#spell(at, HISTORY_BYTES) + (this.#long.get(slot) ?? '');
    const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ third;
    const place = Math.imul(mixed, 0xc2b2ae35) >>> 22;
    const letters = this.#letters;
    const known = place * 3;
    if (letters[known] !== first || letters[known + 1] !== second || letters[known + 2] !== third) {
      letters[known] = first;
      letters[known + 1] = second;
      letters[known + 2] = third;
      this.#texts[place] = this.#spell(at, length);
    }
    return this.#texts[place]!;
  }

  #spell(at: number, length: number): string {
    const { bytes } = this.#table;
    let text = '';
    for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[at * 4 + 2 + i]!);
    return text;
  }

  /** Forgets what is kept beside the slot. */
  forget(slot: number): void {
    const length = this.#table.halves[(slot * STRIDE + HISTORY) * 2]!;
    if (length > HISTORY_BYTES) this.#long.delete(slot);
  }
}

function isPowerOfTen(count: number): boolean {
  if (count === 1) return true;
  if (count % 10 !== 0) return false;
  for (let power = 10; power <= count; power *= 10) if (power === count) return true;
  return false;
}

import { HISTORY, HISTORY_BYTES, HISTORY_LENGTH, RARE, RARE_WORDS, SEEN, STRIDE } from './slot.ts';
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

/** The letters of Zeek's `history`, sixteen in the slot and the rest beside it. */
export class Histories {
  readonly #table: ConnTable;
  readonly #long = new Map<number, string>();

  constructor(table: ConnTable) {
    this.#table = table;
  }

  /** Appends a letter (its code in upper case; lower for the responder, role 1). */
  add(slot: number, role: number, code: number): void {
    const { words, bytes } = this.#table;
    const base = slot * STRIDE;
    const length = words[base + HISTORY_LENGTH]! & 0xffff;
    const letter = code === CARET ? code : code + (role << 5);
    if (length < HISTORY_BYTES) bytes[(base + HISTORY) * 4 + length] = letter;
    else if (length < MAX_HISTORY) {
      this.#long.set(slot, (this.#long.get(slot) ?? '') + String.fromCharCode(letter));
    } else return;
    words[base + HISTORY_LENGTH]!++;
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
    const { halves } = this.#table;
    const at = (slot * STRIDE + RARE + role * RARE_WORDS) * 2 + counter;
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
    const { words, bytes } = this.#table;
    const base = slot * STRIDE;
    return (words[base + HISTORY_LENGTH]! & 0xffff) === 1 && bytes[(base + HISTORY) * 4] === code;
  }

  /** Replaces the history by other text of at most sixteen letters. */
  replace(slot: number, text: string): void {
    const { words, bytes } = this.#table;
    const base = slot * STRIDE;
    for (let i = 0; i < text.length; i++) bytes[(base + HISTORY) * 4 + i] = text.charCodeAt(i);
    const changes = words[base + HISTORY_LENGTH]! & ~0xffff;
    words[base + HISTORY_LENGTH] = changes | text.length;
  }

  /** The history so far. */
  text(slot: number): string {
    const { words, bytes } = this.#table;
    const base = slot * STRIDE;
    const length = words[base + HISTORY_LENGTH]! & 0xffff;
    const at = (base + HISTORY) * 4;
    let text = '';
    for (let i = 0; i < length && i < HISTORY_BYTES; i++)
      text += String.fromCharCode(bytes[at + i]!);
    return length > HISTORY_BYTES ? text + (this.#long.get(slot) ?? '') : text;
  }

  /** Forgets what is kept beside the slot. */
  forget(slot: number): void {
    const length = this.#table.words[slot * STRIDE + HISTORY_LENGTH]! & 0xffff;
    if (length > HISTORY_BYTES) this.#long.delete(slot);
  }
}

function isPowerOfTen(count: number): boolean {
  if (count === 1) return true;
  if (count % 10 !== 0) return false;
  for (let power = 10; power <= count; power *= 10) if (power === count) return true;
  return false;
}

import { KDD_FLAGS } from '../kdd/flag.ts';
import type { KddMode } from '../kdd/mode.ts';
import { FIRST_WINDOW, KDD_NUMBERS, KDD_PROTOCOLS, type KddRows } from '../kdd/rows.ts';
import { KDD_SERVICES } from '../kdd/services.ts';
import { AsciiWords, putHundredths, putSeconds, putWhole } from './ascii.ts';

/** Numbers of a row that are counts, though they stand among the windows' shares. */
const RECENT_COUNTS = FIRST_WINDOW + 2;
const HOST_COUNTS = FIRST_WINDOW + 9;

/** No row without its label is longer: 38 numbers of at most 24 characters, and short words. */
const LONGEST_ROW = 1024;
/** Bytes that a character of a label may take. */
const UTF8 = 3;

const COMMA = 44;
const NEWLINE = 10;
const POINT = 46;
const ZERO = 48;

const WORDS: readonly (readonly string[])[] = [KDD_PROTOCOLS, KDD_SERVICES, KDD_FLAGS];

/** 1 for the numbers of a row that are shares. */
const SHARES = Uint8Array.from({ length: KDD_NUMBERS }, (_, index) => {
  const recent = index >= RECENT_COUNTS && index < HOST_COUNTS;
  return recent || index >= HOST_COUNTS + 2 ? 1 : 0;
});

/**
 * Writes rows as the data set's files have them: no header, 41 fields, whole numbers and shares with
 * two decimals (`gure`: six), and behind them `label.` when there are labels.
 */
export class KddCsv {
  readonly #sixDecimals: boolean;
  readonly #words = WORDS.map((list) => new AsciiWords(list.length, (code) => list[code]!));
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  #bytes = new Uint8Array(0);

  constructor(mode: KddMode = 'data') {
    this.#sixDecimals = mode === 'gure';
  }

  /** @param labels one a row, without the dot; @returns the rows as text, each with its line end */
  write(rows: KddRows, labels?: readonly string[]): string {
    return this.#decoder.decode(this.bytes(rows, labels));
  }

  /** The same as UTF-8; valid until the next call. */
  bytes(rows: KddRows, labels?: readonly string[]): Uint8Array {
    let at = 0;
    for (let row = 0; row < rows.length; row++) {
      const label = labels?.[row];
      this.#reserve(at, rows.length, label);
      const bytes = this.#bytes;
      at = this.#row(rows, row, at);
      if (label !== undefined) {
        bytes[at++] = COMMA;
        at += this.#encoder.encodeInto(label, bytes.subarray(at)).written;
        bytes[at++] = POINT;
      }
      bytes[at++] = NEWLINE;
    }
    return this.#bytes.subarray(0, at);
  }

  /** Sees to the room for one more row. */
  #reserve(at: number, rows: number, label: string | undefined): void {
    const needed = at + LONGEST_ROW + (label === undefined ? 0 : label.length * UTF8);
    if (needed <= this.#bytes.length) return;
    // A usual row has some 130 bytes.
    const larger = new Uint8Array(Math.max(needed * 2, rows * (LONGEST_ROW / 4)));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
  }

  #row(rows: KddRows, row: number, from: number): number {
    const bytes = this.#bytes;
    const { numbers } = rows;
    const [protocols, services, flags] = this.#words as [AsciiWords, AsciiWords, AsciiWords];
    const first = row * KDD_NUMBERS;
    let at = putWhole(bytes, from, numbers[first]!);
    bytes[at++] = COMMA;
    at = protocols.put(bytes, at, rows.protocol[row]!);
    bytes[at++] = COMMA;
    at = services.put(bytes, at, rows.service[row]!);
    bytes[at++] = COMMA;
    at = flags.put(bytes, at, rows.flag[row]!);
    for (let i = 1; i < KDD_NUMBERS; i++) {
      const value = numbers[first + i]!;
      bytes[at++] = COMMA;
      if (SHARES[i] === 1) {
        // Shares are rounded to these decimals already, so the nearest whole number is theirs.
        if (this.#sixDecimals) at = putSeconds(bytes, at, Math.round(value * 1e6));
        else at = putHundredths(bytes, at, Math.round(value * 100));
      } else if (value === 0) bytes[at++] = ZERO;
      else at = putWhole(bytes, at, value);
    }
    return at;
  }
}

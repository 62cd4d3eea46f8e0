import { latin1 } from './bytes.ts';

/**
 * Bytes kept of one line; what lies behind them is passed over (RFC 5321 allows 1,000, IRC 512).
 */
export const MAX_LINE = 2048;

/** Cuts one direction of a stream into lines, in whatever pieces it comes. */
export class LineReader {
  /** Bytes of the last line without its end (CR LF, LF, or CR NUL as Telnet sends it). */
  length = 0;
  /** What was kept of a line that came in parts. */
  #kept: Uint8Array = NOTHING;
  /** Where the line in hand lies: in what was kept, or whole in the bytes that {@link take} was given. */
  #source: Uint8Array = NOTHING;
  #start = 0;
  #done = true;

  /**
   * Reads on; returns where the rest begins. {@link complete} tells whether a line came to its end;
   * {@link text} is then to be asked before the bytes change.
   */
  take(bytes: Uint8Array, start: number, end: number): number {
    const at = findLf(bytes, start, end);
    if (this.#done && at < end) {
      this.#source = bytes;
      this.#start = start;
      this.length = Math.min(at - start, MAX_LINE);
    } else {
      if (this.#done) this.length = 0;
      this.#done = false;
      this.#keep(bytes, start, at);
      if (at >= end) return end;
      this.#source = this.#kept;
      this.#start = 0;
    }
    this.#done = true;
    const first = this.#start;
    while (this.length > 0 && this.#source[first + this.length - 1] === 13) this.length--;
    return at + 1;
  }

  /** True when the last call of {@link take} found the end of a line. */
  get complete(): boolean {
    return this.#done;
  }

  /** The line as Latin-1 text, cut at {@link MAX_LINE}. */
  text(): string {
    const text = latin1(this.#source, this.#start, this.#start + this.length);
    this.forget();
    return text;
  }

  /** Lets go of the line in hand, and so of the bytes that it lies in. */
  forget(): void {
    this.#source = NOTHING;
    this.#start = 0;
    this.length = 0;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const room = Math.min(end - start, MAX_LINE - this.length);
    if (room <= 0) return;
    if (this.#kept.length < this.length + room) {
      const grown = new Uint8Array(Math.min(MAX_LINE, Math.max(64, (this.length + room) * 2)));
      grown.set(this.#kept.subarray(0, this.length));
      this.#kept = grown;
    }
    this.#kept.set(bytes.subarray(start, start + room), this.length);
    this.length += room;
  }
}

const NOTHING = new Uint8Array(0);

/** Place of the first LF before `end`, or `end`. */
function findLf(bytes: Uint8Array, start: number, end: number): number {
  // A view costs about as much as looking at a hundred bytes; without one the search would run on
  // into the bytes behind `end`.
  if (end - start > 128) {
    const found = bytes.subarray(start, end).indexOf(10);
    return found < 0 ? end : start + found;
  }
  let at = start;
  while (at < end && bytes[at] !== 10) at++;
  return at;
}

/** The first word of a line in upper case, and where the rest begins behind blanks. */
export function firstWord(line: string): { word: string; rest: string } {
  let start = 0;
  while (start < line.length && isBlank(line.charCodeAt(start))) start++;
  let end = start;
  while (end < line.length && !isBlank(line.charCodeAt(end))) end++;
  let rest = end;
  while (rest < line.length && isBlank(line.charCodeAt(rest))) rest++;
  return { word: line.slice(start, end).toUpperCase(), rest: line.slice(rest) };
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Three digits at the start of a reply followed by a blank, '-' or the end; 0 when it is none. */
export function replyCode(line: string): number {
  if (line.length < 3) return 0;
  for (let at = 0; at < 3; at++) {
    const digit = line.charCodeAt(at);
    if (digit < 48 || digit > 57) return 0;
  }
  if (line.length > 3 && line[3] !== ' ' && line[3] !== '-') return 0;
  return Number(line.slice(0, 3));
}

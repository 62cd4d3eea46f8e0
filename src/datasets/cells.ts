/** What {@link readNumber} and {@link TimeReader.read} return for a cell that holds no such thing. */
export const UNREADABLE = Number.POSITIVE_INFINITY;

/** Digits whose value a double always holds exactly. */
const EXACT_DIGITS = 15;
/** Longer than any number a program prints, short enough to parse without care. */
const MAX_NUMBER_BYTES = 40;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * Reads `bytes[start, end)` as a decimal number, exactly as `Number(text)` would.
 * @returns the number, NaN for an empty cell, {@link UNREADABLE} for anything else
 */
export function readNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return Number.NaN;
  if (end - start > EXACT_DIGITS + 1) return readLongNumber(bytes, start, end);
  let mantissa = 0;
  let point = -1;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit >>> 0 <= 9) mantissa = mantissa * 10 + digit;
    else if (digit === -2 && point < 0) point = i;
    else return readLongNumber(bytes, start, end);
  }
  if (point < 0) {
    return end - start > EXACT_DIGITS ? readLongNumber(bytes, start, end) : mantissa;
  }
  // Both operands are exact, so one division rounds as the decimal text itself would.
  return end - start === 1 ? UNREADABLE : mantissa / POWERS[end - point - 1]!;
}

function readLongNumber(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MAX_NUMBER_BYTES) return UNREADABLE;
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const known = (byte >= 48 && byte <= 57) || '+-.eE'.includes(String.fromCharCode(byte));
    if (!known) return UNREADABLE;
    text += String.fromCharCode(byte);
  }
  const value = Number(text);
  return Number.isFinite(value) ? value : UNREADABLE;
}

/** Two digits as a number, or 1000 when they are none: out of every range it is checked against. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : 1000;
}

/** Reads times as `ra` prints them; remembers the day, since a file's rows share it. */
export class TimeReader {
  #day = -1;
  #dayMicros = 0;

  /**
   * Reads `YYYY/MM/DD hh:mm:ss[.f…]` (also with `-` and `T`, 1 to 9 decimals) as UTC.
   * @returns whole microseconds since 1970-01-01, or {@link UNREADABLE}
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length < 19 || length === 20 || length > 29) return UNREADABLE;
    const slash = bytes[start + 4]!;
    const gap = bytes[start + 10]!;
    if (
      (slash !== 47 && slash !== 45) ||
      bytes[start + 7] !== slash ||
      (gap !== 32 && gap !== 84) ||
      bytes[start + 13] !== 58 ||
      bytes[start + 16] !== 58
    ) {
      return UNREADABLE;
    }
    const century = pair(bytes, start);
    const year = pair(bytes, start + 2);
    const month = pair(bytes, start + 5);
    const date = pair(bytes, start + 8);
    const hour = pair(bytes, start + 11);
    const minute = pair(bytes, start + 14);
    const second = pair(bytes, start + 17);
    if (century > 99 || year > 99 || month > 12 || date > 31) return UNREADABLE;
    if (hour > 23 || minute > 59 || second > 59) return UNREADABLE;
    const day = ((century * 100 + year) * 100 + month) * 100 + date;
    if (day !== this.#day && !this.#setDay(century * 100 + year, month, date)) return UNREADABLE;
    const fraction = length === 19 ? 0 : readFraction(bytes, start + 19, end);
    return this.#dayMicros + ((hour * 60 + minute) * 60 + second) * 1e6 + fraction;
  }

  #setDay(year: number, month: number, date: number): boolean {
    const millis = Date.UTC(year, month - 1, date);
    const day = new Date(millis);
    // Date.UTC turns 31 February into March, and year 11 into 1911.
    if (day.getUTCFullYear() !== year || day.getUTCMonth() !== month - 1) return false;
    if (day.getUTCDate() !== date) return false;
    this.#day = (year * 100 + month) * 100 + date;
    this.#dayMicros = millis * 1000;
    return true;
  }
}

/** `.972101` as microseconds; digits past the sixth are dropped. */
function readFraction(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 46) return UNREADABLE;
  let micros = 0;
  for (let i = 1; i <= 6 || start + i < end; i++) {
    const digit = start + i < end ? bytes[start + i]! - 48 : 0;
    if (digit >>> 0 > 9) return UNREADABLE;
    if (i <= 6) micros = micros * 10 + digit;
  }
  return micros;
}

/** Seconds past which microseconds are no whole numbers any more; the year 287396. */
const MAX_SECONDS = 9_007_199_254;

/**
 * Reads `bytes[start, end)` as seconds since 1970-01-01 UTC with any decimals, as Zeek writes times;
 * digits past the sixth are dropped.
 * @returns whole microseconds, NaN for an empty cell, {@link UNREADABLE} for anything else
 */
export function readSeconds(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return Number.NaN;
  let seconds = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit >>> 0 > 9) break;
    seconds = seconds * 10 + digit;
  }
  if (at === start || seconds > MAX_SECONDS) return UNREADABLE;
  if (at === end) return seconds * 1e6;
  if (at + 1 === end) return UNREADABLE;
  return seconds * 1e6 + readFraction(bytes, at, end);
}

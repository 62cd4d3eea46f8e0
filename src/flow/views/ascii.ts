/*
 * Writing numbers and words as ASCII straight into a byte array. Every `put…` writes at `at` and returns
 * where the next byte goes; the caller sees to the room.
 */

const ZERO = 48;
const POINT = 46;
const MINUS = 45;
const THOUSAND = 1000;
const MILLION = 1e6;
const INT32 = 0x7fffffff;
/** Greatest whole number that a float tells from its neighbours. */
const EXACT = 2 ** 53;

/** Digits of 0 to 999, first one in the low byte; how many of them in the top byte. */
const SHORT = new Uint32Array(THOUSAND);
/** The same with leading zeros, three digits each. */
const WIDE = new Uint32Array(THOUSAND);
for (let value = 0; value < THOUSAND; value++) {
  const text = String(value);
  const wide = text.padStart(3, '0');
  for (let i = 0; i < 3; i++) {
    if (i < text.length) SHORT[value]! |= text.charCodeAt(i) << (8 * i);
    WIDE[value]! |= wide.charCodeAt(i) << (8 * i);
  }
  SHORT[value]! |= text.length << 24;
}

/** Below 1000, without leading zeros. Writes up to three bytes, whatever it returns. */
function putShort(bytes: Uint8Array, at: number, value: number): number {
  const digits = SHORT[value]!;
  bytes[at] = digits;
  bytes[at + 1] = digits >>> 8;
  bytes[at + 2] = digits >>> 16;
  return at + (digits >>> 24);
}

function putWide(bytes: Uint8Array, at: number, value: number): number {
  const digits = WIDE[value]!;
  bytes[at] = digits;
  bytes[at + 1] = digits >>> 8;
  bytes[at + 2] = digits >>> 16;
  return at + 3;
}

/** A whole number from 0 up, as `String` writes it; anything else as `String` too, but slower. */
export function putWhole(bytes: Uint8Array, at: number, value: number): number {
  const whole = value | 0;
  if (whole !== value || whole < 0) return putLarge(bytes, at, value);
  if (whole < THOUSAND) return putShort(bytes, at, whole);
  const thousands = (whole / THOUSAND) | 0;
  const next = putWhole(bytes, at, thousands);
  return putWide(bytes, next, whole - thousands * THOUSAND);
}

function putLarge(bytes: Uint8Array, at: number, value: number): number {
  if (!Number.isInteger(value) || value <= INT32 || value >= EXACT) {
    return putText(bytes, at, String(value));
  }
  const millions = Math.floor(value / MILLION);
  return putSixDigits(bytes, putWhole(bytes, at, millions), value - millions * MILLION);
}

/** Six digits of a number from 0 to 999,999, leading zeros among them. */
export function putSixDigits(bytes: Uint8Array, at: number, value: number): number {
  const whole = value | 0;
  const thousands = (whole / THOUSAND) | 0;
  return putWide(bytes, putWide(bytes, at, thousands), whole - thousands * THOUSAND);
}

/** Whole microseconds as seconds with six decimals. */
export function putSeconds(bytes: Uint8Array, at: number, micros: number): number {
  let next = at;
  let rest = micros;
  if (rest < 0) {
    bytes[next++] = MINUS;
    rest = -rest;
  }
  const seconds = Math.floor(rest / MILLION);
  next = putWhole(bytes, next, seconds);
  bytes[next++] = POINT;
  return putSixDigits(bytes, next, rest - seconds * MILLION);
}

/** A number of hundredths as a decimal number with two decimals. */
export function putHundredths(bytes: Uint8Array, at: number, hundredths: number): number {
  const whole = (hundredths / 100) | 0;
  let next = at;
  next = putWhole(bytes, next, whole);
  bytes[next] = POINT;
  const rest = hundredths - whole * 100;
  const tens = (rest / 10) | 0;
  bytes[next + 1] = ZERO + tens;
  bytes[next + 2] = ZERO + rest - tens * 10;
  return next + 3;
}

/** Dotted text of the four bytes of `from` at `offset`. */
export function putIpv4(bytes: Uint8Array, at: number, from: Uint8Array, offset: number): number {
  let next = putShort(bytes, at, from[offset]!);
  bytes[next] = POINT;
  next = putShort(bytes, next + 1, from[offset + 1]!);
  bytes[next] = POINT;
  next = putShort(bytes, next + 1, from[offset + 2]!);
  bytes[next] = POINT;
  return putShort(bytes, next + 1, from[offset + 3]!);
}

/** Text without any character past U+007F. */
export function putText(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + length;
}

/** Words that are written again and again, by number; each is spelled once, when first asked for. */
export class AsciiWords {
  readonly #spell: (code: number) => string;
  /** By code: where the word's bytes lie and how many they are; -1 before it is spelled. */
  readonly #starts: Int32Array;
  readonly #lengths: Uint8Array;
  #bytes = new Uint8Array(1024);
  #used = 0;

  /** @param spell gives a word of at most 255 ASCII characters, the same each time */
  constructor(codes: number, spell: (code: number) => string) {
    this.#spell = spell;
    this.#starts = new Int32Array(codes).fill(-1);
    this.#lengths = new Uint8Array(codes);
  }

  /** Writes the word of the code. */
  put(to: Uint8Array, at: number, code: number): number {
    let start = this.#starts[code]!;
    if (start < 0) start = this.#learn(code);
    const bytes = this.#bytes;
    const length = this.#lengths[code]!;
    for (let i = 0; i < length; i++) to[at + i] = bytes[start + i]!;
    return at + length;
  }

  #learn(code: number): number {
    const word = this.#spell(code);
    if (this.#used + word.length > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    const start = this.#used;
    this.#used = putText(this.#bytes, start, word);
    this.#starts[code] = start;
    this.#lengths[code] = word.length;
    return start;
  }
}

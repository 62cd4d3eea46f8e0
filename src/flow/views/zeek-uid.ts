import type { ConnBatch } from '../zeek/batch.ts';
import { putText } from './ascii.ts';

/** `C` and at most 17 digits of base 62. */
export const LONGEST_UID = 18;

const DIGITS = new Uint8Array(62);
putText(DIGITS, 0, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

const LETTER = 67;
const ZERO = 48;
const BASE = 62;
/** Digits taken at a time: 62^5 is the greatest power below 2^30, and times 2^16 a float holds it exactly. */
const CHUNK = 5;
const CHUNK_BASE = BASE ** CHUNK;
const LIMBS = 6;

const limbs = new Uint16Array(LIMBS);
const digits = new Uint8Array(LONGEST_UID + CHUNK);

/**
 * Writes the connection's uid: 96 bits in base 62 behind a `C`, as Zeek writes them. Divides sixteen
 * bits at a time; big integers take ten times as long.
 */
export function putUid(bytes: Uint8Array, at: number, batch: ConnBatch, row: number): number {
  const { uid } = batch;
  for (let i = 0; i < LIMBS; i += 2) {
    const word = uid[row * 3 + i / 2]!;
    limbs[i] = word >>> 16;
    limbs[i + 1] = word;
  }
  let count = 0;
  for (let first = 0; first < LIMBS; ) {
    let rest = 0;
    for (let i = first; i < LIMBS; i++) {
      const value = rest * 65536 + limbs[i]!;
      const quotient = Math.floor(value / CHUNK_BASE);
      limbs[i] = quotient;
      rest = value - quotient * CHUNK_BASE;
    }
    while (first < LIMBS && limbs[first] === 0) first++;
    let chunk = rest | 0;
    for (let i = 0; i < CHUNK; i++) {
      const next = (chunk / BASE) | 0;
      digits[count++] = DIGITS[chunk - next * BASE]!;
      chunk = next;
    }
  }
  while (count > 1 && digits[count - 1] === ZERO) count--;
  bytes[at] = LETTER;
  for (let i = 1; i <= count; i++) bytes[at + i] = digits[count - i]!;
  return at + 1 + count;
}

/** The uids of the batch's rows as strings. */
export function uidTexts(batch: ConnBatch): string[] {
  const bytes = new Uint8Array(batch.length * LONGEST_UID);
  const ends = new Int32Array(batch.length);
  let at = 0;
  for (let row = 0; row < batch.length; row++) {
    at = putUid(bytes, at, batch, row);
    ends[row] = at;
  }
  // One string cut into pieces is made faster than so many strings.
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, at));
  return Array.from(ends, (end, row) => text.slice(row === 0 ? 0 : ends[row - 1]!, end));
}

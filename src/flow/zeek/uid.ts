const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** One round of MurmurHash3's finish. */
export function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Hash of some words under a seed. */
export function hashWords(words: Int32Array, start: number, end: number, seed: number): number {
  let h = seed | 0;
  for (let i = start; i < end; i++) {
    h = Math.imul(h ^ words[i]!, 0x9e3779b1);
    h ^= h >>> 15;
  }
  return mix(h);
}

/** `C` and 96 bits in base 62, as Zeek writes connection ids. */
export function uidText(high: number, middle: number, low: number): string {
  let rest = (BigInt(high >>> 0) << 64n) | (BigInt(middle >>> 0) << 32n) | BigInt(low >>> 0);
  let text = '';
  do {
    text = DIGITS[Number(rest % 62n)] + text;
    rest /= 62n;
  } while (rest > 0n);
  return `C${text}`;
}

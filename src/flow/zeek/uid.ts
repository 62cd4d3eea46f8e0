const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

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

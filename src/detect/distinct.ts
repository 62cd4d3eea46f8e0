/**
 * Counts distinct things per slot by linear counting (Whang, Vander-Zanden, Taylor 1990): a bitmap of
 * m bits a slot, estimate -m ln(share of zero bits). With m = 1024 the standard error is 2.2 % at 100,
 * 2.6 % at 1,000 and 5.4 % at 4,000; a full bitmap reads m ln m = 7,098, to be read as "at least".
 */
export class DistinctCounts {
  readonly bits: number;
  readonly #words: Uint32Array;
  readonly #ones: Uint16Array;
  readonly #stride: number;

  /** @param bits a power of two, 32 to 32768 */
  constructor(slots: number, bits = 1024) {
    this.bits = bits;
    this.#stride = bits / 32;
    this.#words = new Uint32Array(slots * this.#stride);
    this.#ones = new Uint16Array(slots);
  }

  /** Becomes a copy of counts of the same size. */
  takeOver(from: DistinctCounts): void {
    this.#words.set(from.#words);
    this.#ones.set(from.#ones);
  }

  clear(slot: number): void {
    const from = slot * this.#stride;
    this.#words.fill(0, from, from + this.#stride);
    this.#ones[slot] = 0;
  }

  /** Counts the thing with this 32-bit hash. @returns true when its bit was not yet set */
  add(slot: number, hash: number): boolean {
    const bit = hash & (this.bits - 1);
    const at = slot * this.#stride + (bit >>> 5);
    const mask = 1 << (bit & 31);
    if ((this.#words[at]! & mask) !== 0) return false;
    this.#words[at] = this.#words[at]! | mask;
    this.#ones[slot] = this.#ones[slot]! + 1;
    return true;
  }

  /** The estimate, rounded to a whole number. */
  count(slot: number): number {
    const ones = this.#ones[slot]!;
    const zeros = Math.max(1, this.bits - ones);
    return zeros === this.bits ? 0 : Math.round(-this.bits * Math.log(zeros / this.bits));
  }
}

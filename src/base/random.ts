const UINT32 = 0x1_0000_0000;

/** FNV-1a over UTF-16 units: turns a label into 32 bits for {@link Random.fork}. */
function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Seeded generator of pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of
 * state. The same seed gives the same numbers on every machine. Not for secrets.
 */
export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any integer; taken modulo 2^32 */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#a = 0x9e3779b9;
    this.#b = 0x243f6a88;
    this.#c = this.seed;
    // The first outputs of sfc32 still show the seed; its author discards twelve.
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** The next 32 bits, 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number {
    return this.uint32() / UINT32;
  }

  /** Uniform integer in [0, bound). @param bound 1 to 2^32 */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Standard normal, by Box and Muller (1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Fisher-Yates in place; returns the same array. */
  shuffle<T extends Int32Array | Uint32Array | Float64Array | Float32Array | unknown[]>(
    items: T,
  ): T {
    const list = items as unknown[];
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const kept = list[i];
      list[i] = list[j];
      list[j] = kept;
    }
    return items;
  }

  /** An independent stream for one named part of the work, whatever the parent drew before. */
  fork(label: string | number): Random {
    const word = typeof label === 'number' ? Math.imul(label + 1, 0x9e3779b1) : hashLabel(label);
    return new Random((Math.imul(this.seed ^ word, 0x85ebca6b) ^ (word >>> 13)) >>> 0);
  }
}

import { MAX_SIGNALS } from './bounds.ts';

/**
 * What inputs have made the program show so far: the cheap stand-in for code coverage. A signal is a
 * kind (0 to 255) with a value (32 bits) or a name.
 */
export class Signals {
  readonly #seen = new Set<number>();
  readonly #names = new Set<string>();
  /** Signals that no case before the running one showed. */
  fresh = 0;

  get count(): number {
    return this.#seen.size + this.#names.size;
  }

  /** Names seen, sorted. */
  get names(): string[] {
    return [...this.#names].sort();
  }

  add(kind: number, value: number): void {
    const key = kind * 2 ** 32 + (value >>> 0);
    if (this.#seen.has(key) || this.#seen.size >= MAX_SIGNALS) return;
    this.#seen.add(key);
    this.fresh++;
  }

  /** A named signal; names are of the program's own lists, never from input. */
  name(name: string): void {
    if (this.#names.has(name) || this.#names.size >= MAX_SIGNALS) return;
    this.#names.add(name);
    this.fresh++;
  }
}

/** Counts that differ by less than a doubling are the same signal. */
export function magnitude(count: number): number {
  return count <= 0 ? 0 : 1 + Math.floor(Math.log2(count));
}

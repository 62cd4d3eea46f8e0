/** Failures that cost nothing: people mistype. */
const FREE = 5;
/** Longest pause of an address, and of a name: a stranger must not lock somebody out for long. */
const LONGEST_ADDRESS = 900;
const LONGEST_NAME = 30;
/** A key that failed no more for so many seconds begins anew. */
const FORGET = 3600;
/** Keys remembered at most; beyond, the oldest go. */
const MOST_KEYS = 10_000;

interface Tries {
  failures: number;
  /** Microseconds. */
  last: number;
  until: number;
}

/** Slows down whoever tries passwords: by address and by name, each failure doubling the pause. */
export class Throttle {
  readonly #now: () => number;
  readonly #tries = new Map<string, Tries>();

  /** @param now microseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds to wait before this address may try this name; 0 when it may. */
  wait(address: string, name: string): number {
    return Math.max(this.#wait(`address ${address}`), this.#wait(`name ${name}`));
  }

  #wait(key: string): number {
    const tries = this.#tries.get(key);
    if (!tries) return 0;
    const seconds = Math.ceil((tries.until - this.#now()) / 1e6);
    // Longer than any pause: the clock was set back, and the pause says nothing.
    return seconds > 0 && seconds <= LONGEST_ADDRESS ? seconds : 0;
  }

  /** Notes a failure. */
  failed(address: string, name: string): void {
    this.#fail(`address ${address}`, LONGEST_ADDRESS);
    this.#fail(`name ${name}`, LONGEST_NAME);
  }

  /** Forgets the failures of both: the password was right. */
  succeeded(address: string, name: string): void {
    this.#tries.delete(`address ${address}`);
    this.#tries.delete(`name ${name}`);
  }

  #fail(key: string, longest: number): void {
    const now = this.#now();
    const known = this.#tries.get(key);
    const fresh = !known || Math.abs(now - known.last) > FORGET * 1e6;
    const failures = fresh ? 1 : known.failures + 1;
    const pause = failures <= FREE ? 0 : Math.min(longest, 2 ** Math.min(20, failures - FREE));
    // Set anew, so that the map's order is that of the last failure.
    this.#tries.delete(key);
    this.#tries.set(key, { failures, last: now, until: now + pause * 1e6 });
    if (this.#tries.size > MOST_KEYS) this.#tries.delete(this.#tries.keys().next().value!);
  }
}

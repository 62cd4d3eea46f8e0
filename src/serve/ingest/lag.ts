/** Moments remembered: beyond, every other one is forgotten. */
const MOST_MOMENTS = 256;

/** How far reading is behind what arrives, in time: the age of the first byte that was not read yet. */
export class Lag {
  #moments: { readonly bytes: number; readonly at: number }[] = [];
  #read = 0;

  /** So many bytes lie there. @param at milliseconds of any clock that only goes forward */
  grown(bytes: number, at: number): void {
    if (bytes <= (this.#moments.at(-1)?.bytes ?? this.#read)) return;
    this.#moments.push({ bytes, at });
    // The oldest tells the lag, the newest what is still to come.
    if (this.#moments.length > MOST_MOMENTS) {
      this.#moments = this.#moments.filter((_, i) => i % 2 === 0 || i === MOST_MOMENTS);
    }
  }

  /** So many of them were read. */
  read(bytes: number): void {
    this.#read = Math.max(this.#read, bytes);
    this.#moments = this.#moments.filter((moment) => moment.bytes > this.#read);
  }

  /** Milliseconds that the first unread byte has waited; 0 when all was read. */
  millis(now: number): number {
    const [first] = this.#moments;
    return first ? Math.max(0, now - first.at) : 0;
  }
}

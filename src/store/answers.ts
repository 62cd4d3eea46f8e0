/** Answers kept at most; the longest known goes first. */
const MOST = 200;

/**
 * Answers to questions over many rows, kept until the rows change: twenty who look at the same page
 * ask the same, and are given the one answer, also while it is still being found.
 */
export class Answers {
  readonly #millis: number;
  #kept = new Map<string, { readonly answer: Promise<unknown>; readonly until: number }>();

  /** @param millis that an answer holds at most: other processes may write too */
  constructor(millis: number) {
    this.#millis = millis;
  }

  /** Forgets all: what they spoke of has changed, and that is on the disk. */
  clear(): void {
    // A map of its own: an answer that is still on its way belongs to the time before.
    this.#kept = new Map();
  }

  /**
   * The answer that is known, or a new one.
   * @param question tells it from all others of this object, by its JSON
   */
  ask<T>(question: unknown, find: () => Promise<T>): Promise<T> {
    const kept = this.#kept;
    const key = JSON.stringify(question);
    const now = performance.now();
    const known = kept.get(key);
    if (known && known.until > now) return known.answer as Promise<T>;
    const answer = find();
    kept.delete(key);
    kept.set(key, { answer, until: now + this.#millis });
    // A failure is nobody else's answer.
    answer.catch(() => kept.delete(key));
    if (kept.size > MOST) kept.delete(kept.keys().next().value!);
    return answer;
  }
}

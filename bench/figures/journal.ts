import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** Finished pieces of a long run, a line of JSON each, so that a run that was stopped goes on. */
export class Journal<T> {
  readonly #path: string | undefined;
  readonly #known = new Map<string, T>();

  /** @param path a file that may not exist yet; without it nothing is kept */
  constructor(path: string | undefined) {
    this.#path = path;
    if (path === undefined || !existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    for (const line of text.split('\n')) {
      const found = finished<T>(line);
      if (found) this.#known.set(found.key, found.value);
    }
    // What a run that was killed left behind must not swallow the next line.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
  }

  /** What was found for the key before, or what `find` finds now. */
  async get(key: unknown, find: () => Promise<T>): Promise<T> {
    const text = JSON.stringify(key);
    const before = this.#known.get(text);
    if (before !== undefined) return before;
    const value = await find();
    this.#known.set(text, value);
    if (this.#path !== undefined) {
      appendFileSync(this.#path, `${JSON.stringify({ key: text, value })}\n`);
    }
    return value;
  }
}

/** What a line says; nothing for one that was cut off. */
function finished<T>(line: string): { key: string; value: T } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

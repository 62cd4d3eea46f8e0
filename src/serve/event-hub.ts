import type { StreamEvents } from './wire.ts';

/** One event as it goes out. */
export interface HubEvent {
  readonly id: number;
  readonly name: keyof StreamEvents;
  /** JSON of the event's data. */
  readonly data: string;
}

/** Events kept for listeners that lost their connection. */
const KEPT = 1000;

/** Passes on what happens to whoever listens, and remembers the last of it. */
export class EventHub {
  readonly #listeners = new Set<(event: HubEvent) => void>();
  readonly #kept: HubEvent[] = [];
  #id: number;

  /** @param first ids go on from here; the clock's, so that ids of a process before are smaller */
  constructor(first: number) {
    this.#id = first;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells all listeners. */
  publish<Name extends keyof StreamEvents>(name: Name, data: StreamEvents[Name]): void {
    const event: HubEvent = { id: ++this.#id, name, data: JSON.stringify(data) };
    this.#kept.push(event);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(event);
  }

  /** Events after an id, or undefined when some of them are forgotten. */
  since(id: number): readonly HubEvent[] | undefined {
    if (id === this.#id) return [];
    const first = this.#kept[0];
    if (!first || id < first.id - 1 || id > this.#id) return undefined;
    return this.#kept.filter((event) => event.id > id);
  }

  get lastId(): number {
    return this.#id;
  }

  /** @returns what ends the listening */
  listen(listener: (event: HubEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

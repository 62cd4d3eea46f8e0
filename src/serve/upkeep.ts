import type { FastifyBaseLogger } from 'fastify';
import type { Actor, Store } from '../store/index.ts';
import { retentionPolicy } from './settings.ts';

/** Microseconds between two rounds of joining small files of flows, and of deleting what is too old. */
const COMPACT_EVERY = 3600e6;
const RETAIN_EVERY = 24 * 3600e6;
/** Milliseconds between two looks at what is due. */
const LOOK_MILLIS = 60_000;
const SYSTEM: Actor = { by: 'system' };
/** How the audit log calls a round of deletion. */
const RETENTION = 'retention';

/** What upkeep works on. */
export interface UpkeepParts {
  readonly store: Store;
  readonly now: () => number;
  readonly log: FastifyBaseLogger;
}

interface Task {
  readonly name: string;
  readonly every: number;
  readonly work: () => Promise<unknown>;
  /** When it was last begun. */
  last: number;
}

/** The work that nobody asks for: small files are joined each hour, what is too old goes each day. */
export class Upkeep {
  readonly #parts: UpkeepParts;
  readonly #tasks: readonly Task[];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    const { store } = parts;
    const last = parts.now();
    const retain = async (): Promise<unknown> => store.retain(await retentionPolicy(store), SYSTEM);
    this.#tasks = [
      { name: 'compaction', every: COMPACT_EVERY, work: () => store.flows.compact(), last },
      { name: RETENTION, every: RETAIN_EVERY, work: retain, last },
    ];
  }

  /** Finds out what was done before this process, and looks each minute from now on. */
  async start(): Promise<void> {
    const { store } = this.#parts;
    const { rows } = await store.audit.page({
      where: [{ field: 'action', is: 'equal', value: RETENTION }],
      limit: 1,
    });
    // A service that is started anew each day would never come to the end of one.
    const retention = this.#tasks.find(({ name }) => name === RETENTION)!;
    retention.last = rows[0]?.at ?? retention.last;
    this.#timer = setInterval(() => void this.look(), LOOK_MILLIS);
  }

  /** Does what is due, one after the other; a call meanwhile waits for the same round. */
  look(): Promise<void> {
    this.#looking ??= this.#round().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #round(): Promise<void> {
    for (const task of this.#tasks) {
      const now = this.#parts.now();
      // A clock set back would put off the next round by as much.
      if (now >= task.last && now - task.last < task.every) continue;
      task.last = now;
      try {
        await task.work();
      } catch (error) {
        this.#parts.log.error({ err: error }, `${task.name} failed`);
      }
    }
  }

  /** Ends it, after what is being done. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}

import { Worker } from 'node:worker_threads';
import type { SqliteAnswer } from './sqlite-statements.ts';
import { SqliteStatements } from './sqlite-statements.ts';

/** A connection to SQLite, wherever it is. Errors are SQLite's own, with its `errcode`. */
export interface SqliteLane {
  query(sql: string, parameters: readonly unknown[]): Promise<SqliteAnswer>;
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** One in this thread, which waits while SQLite works. */
export function localLane(
  ...[database]: ConstructorParameters<typeof SqliteStatements>
): SqliteLane {
  const statements = new SqliteStatements(database);
  return {
    query: async (sql, parameters) => statements.query(sql, parameters),
    execute: async (sql) => statements.execute(sql),
    close: async () => statements.close(),
  };
}

/** What a thread with a connection is started with. */
export interface SqliteThreadOptions {
  readonly path: string;
  readonly lockMillis: number;
  readonly readOnly: boolean;
}

/** To the thread; answered in order. `parameters` are absent for {@link SqliteLane.execute}. */
export interface SqliteAsked {
  readonly sql: string;
  readonly parameters?: readonly unknown[];
}

/** From it. */
export type SqliteTold =
  | { readonly answer: SqliteAnswer }
  | { readonly problem: { readonly message: string; readonly errcode?: number } };

interface Waiting {
  readonly resolve: (answer: SqliteAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** One in a thread of its own: this thread goes on while SQLite works or waits for the disk. */
export class ThreadLane implements SqliteLane {
  readonly #worker: Worker;
  /** In the order they asked. */
  readonly #waiting: Waiting[] = [];
  #ended: unknown;

  constructor(options: SqliteThreadOptions) {
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const module = new URL(`./sqlite-thread${ending}`, import.meta.url);
    this.#worker = new Worker(module, { workerData: options });
    this.#worker.unref();
    this.#worker.on('message', (told: SqliteTold) => this.#told(told));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread of the data base ended')));
  }

  /** Statements that it has not answered. */
  get busy(): number {
    return this.#waiting.length;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<SqliteAnswer> {
    return this.#ask({ sql, parameters });
  }

  async execute(sql: string): Promise<void> {
    await this.#ask({ sql });
  }

  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    await this.#ask({ sql: CLOSE }).catch(() => {});
    await this.#worker.terminate();
  }

  #ask(asked: SqliteAsked): Promise<SqliteAnswer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      // Who waits for an answer keeps the process alive; an idle connection does not.
      if (this.#waiting.push({ resolve, reject }) === 1) this.#worker.ref();
      this.#worker.postMessage(asked);
    });
  }

  #told(told: SqliteTold): void {
    const { resolve, reject } = this.#waiting.shift()!;
    if (this.#waiting.length === 0) this.#worker.unref();
    if ('answer' in told) resolve(told.answer);
    else reject(Object.assign(new Error(told.problem.message), told.problem));
  }

  #end(reason: unknown): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}

/** What tells a thread to close its connection; no SQL. */
export const CLOSE = 'close';

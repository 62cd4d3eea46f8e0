import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** Statements kept ready; the store's own are fewer, so only odd filters push others out. */
const KEPT_STATEMENTS = 200;
/** `Wsft`: in the file's header, tells our data bases from others' (sqlite.org/pragma.html). */
export const APPLICATION_ID = 0x57736674;

/** Opens a file as the store needs it: write-ahead log, flushed at each commit, patient with others. */
export function openSqlite(path: string, busyMillis: number): DatabaseSync {
  const database = new DatabaseSync(path, {
    timeout: busyMillis,
    enableForeignKeyConstraints: false,
  });
  try {
    database.exec('pragma journal_mode = wal');
    // What was committed survives a power cut: the log is flushed before a commit returns.
    database.exec('pragma synchronous = full');
    database.exec('pragma temp_store = memory');
    database.exec('pragma cache_size = -32768');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What a statement gave. */
export interface SqliteAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows changed; absent for a statement that reads. */
  readonly changes?: number | bigint;
}

interface Prepared {
  readonly statement: StatementSync;
  readonly reads: boolean;
}

/** One connection with its statements kept ready. All calls block; errors are SQLite's own. */
export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  query(sql: string, parameters: readonly unknown[]): SqliteAnswer {
    const { statement, reads } = this.#prepare(sql);
    const values = parameters as readonly SQLInputValue[];
    if (reads) return { rows: statement.all(...values) };
    return { rows: [], changes: statement.run(...values).changes };
  }

  /** Runs a statement without parameters that is not worth keeping. */
  execute(sql: string): void {
    // A full disk rolls back by itself.
    if (sql === 'rollback' && !this.#database.isTransaction) return;
    this.#database.exec(sql);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #prepare(sql: string): Prepared {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, reads: statement.columns().length > 0 };
    if (this.#statements.size >= KEPT_STATEMENTS) {
      this.#statements.delete(this.#statements.keys().next().value!);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }
}

import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { engineError } from './engine-error.ts';

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

interface Prepared {
  readonly statement: StatementSync;
  readonly reads: boolean;
}

/** One connection, one user of it at a time. */
class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #where: string;
  readonly #statements = new Map<string, Prepared>();

  constructor(database: DatabaseSync, where: string) {
    this.#database = database;
    this.#where = where;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      const { statement, reads } = this.#prepare(query.sql);
      const parameters = query.parameters as readonly SQLInputValue[];
      if (reads) return { rows: statement.all(...parameters) as Row[] };
      const { changes } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw engineError(error, this.#where);
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  /** Runs a statement without parameters that is not worth keeping. */
  execute(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      throw engineError(error, this.#where);
    }
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
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

/** Hands the one connection to one after the other, in the order they asked. */
class SqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: SqliteConnection;
  #last: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(database: DatabaseSync, where: string) {
    this.#database = database;
    this.#connection = new SqliteConnection(database, where);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last;
    let release = (): void => {};
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release?.();
  }

  async beginTransaction(): Promise<void> {
    // Takes the lock to write now: taken later, a second writer would be refused without waiting.
    this.#connection.execute('begin immediate');
  }

  async commitTransaction(): Promise<void> {
    this.#connection.execute('commit');
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk rolls back by itself.
    if (this.#connection.inTransaction) this.#connection.execute('rollback');
  }

  async destroy(): Promise<void> {
    await this.#last;
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Kysely over Node's own SQLite. @param where how errors name the file */
export function sqliteDialect(database: DatabaseSync, where: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(database, where),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

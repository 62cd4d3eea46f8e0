import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import { engineError } from './engine-error.ts';

/** Connections of one process: readers of the console beside the work. */
const CONNECTIONS = 8;
/** Milliseconds a statement may take; the store's own take far less, so a longer one is stuck. */
const STATEMENT_MILLIS = 60_000;
/** Type numbers of PostgreSQL's `bigint` and `numeric` (pg_type.dat). */
const INT8 = 20;
const NUMERIC = 1700;

/** Passes all on, and says engine errors in our words. */
class CheckedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #where: string;

  constructor(inner: DatabaseConnection, where: string) {
    this.inner = inner;
    this.#where = where;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    try {
      return await this.inner.executeQuery<Row>(query);
    } catch (error) {
      throw engineError(error, this.#where);
    }
  }

  streamQuery<Row>(query: CompiledQuery, size?: number): AsyncIterableIterator<QueryResult<Row>> {
    return this.inner.streamQuery<Row>(query, size);
  }
}

class CheckedDriver implements Driver {
  readonly #inner: Driver;
  readonly #where: string;

  constructor(inner: Driver, where: string) {
    this.#inner = inner;
    this.#where = where;
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return new CheckedConnection(await this.#inner.acquireConnection(), this.#where);
    } catch (error) {
      throw engineError(error, this.#where);
    }
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.#checked(this.#inner.beginTransaction(inner(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#checked(this.#inner.commitTransaction(inner(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#checked(this.#inner.rollbackTransaction(inner(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#inner.releaseConnection(inner(connection));
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }

  async #checked(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw engineError(error, this.#where);
    }
  }
}

function inner(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof CheckedConnection ? connection.inner : connection;
}

/** Kysely over a PostgreSQL server. @param where how errors name it: without the password */
export function postgresDialect(url: string, where: string, lockMillis: number): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: lockMillis,
    // A commit that returned is on the disk, whatever the server's default.
    options: `-c synchronous_commit=on -c statement_timeout=${STATEMENT_MILLIS} -c lock_timeout=${lockMillis} -c timezone=UTC`,
    types: {
      // Counts and microseconds fit a double; pg gives them as text.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format),
    },
  });
  // An idle connection that breaks is replaced at the next query; unheard, the event ends the process.
  pool.on('error', () => {});
  const dialect = new PostgresDialect({ pool });
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new CheckedDriver(dialect.createDriver(), where),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

/** The URL without user and password, for messages. */
export function publicUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return 'the PostgreSQL address';
  }
}

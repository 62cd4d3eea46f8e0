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
import type { SqliteLane, ThreadLane } from './sqlite-lane.ts';

/** The connections of a data base: one writes, for one user at a time; others read what was committed. */
export interface SqliteLanes {
  readonly writer: SqliteLane;
  /** None: the writer reads as well. */
  readonly readers: readonly ThreadLane[];
  /** How errors name the file. */
  readonly where: string;
}

/** Who uses the writer, one after the other, in the order they asked. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** @returns what ends the turn, once it is there */
  async take(): Promise<() => void> {
    const before = this.#last;
    let release = (): void => {};
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  get idle(): Promise<void> {
    return this.#last;
  }
}

/** What one user sees: takes the writer when it must, and keeps it until it is released. */
class SqliteConnection implements DatabaseConnection {
  readonly #lanes: SqliteLanes;
  readonly #turns: Turns;
  #release: (() => void) | undefined;

  constructor(lanes: SqliteLanes, turns: Turns) {
    this.#lanes = lanes;
    this.#turns = turns;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { sql, parameters } = query;
    const { writer, where } = this.#lanes;
    // Inside a transaction its own changes are to be seen.
    const apart = this.#release === undefined && query.query.kind === 'SelectQueryNode';
    const reader = apart ? this.#reader() : undefined;
    if (!reader) this.#release ??= await this.#turns.take();
    try {
      const { rows, changes } = await (reader ?? writer).query(sql, parameters);
      if (changes === undefined) return { rows: rows as Row[] };
      return { rows: [], numAffectedRows: BigInt(changes) };
    } catch (error) {
      throw engineError(error, where);
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }

  /** Runs a statement of the writer's. */
  async execute(sql: string): Promise<void> {
    this.#release ??= await this.#turns.take();
    try {
      await this.#lanes.writer.execute(sql);
    } catch (error) {
      throw engineError(error, this.#lanes.where);
    }
  }

  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** The one with the fewest who wait. */
  #reader(): ThreadLane | undefined {
    let least: ThreadLane | undefined;
    for (const one of this.#lanes.readers) if (!least || one.busy < least.busy) least = one;
    return least;
  }
}

class SqliteDriver implements Driver {
  readonly #lanes: SqliteLanes;
  readonly #turns = new Turns();

  constructor(lanes: SqliteLanes) {
    this.#lanes = lanes;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new SqliteConnection(this.#lanes, this.#turns);
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    connection.release();
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    // Takes the lock to write now: taken later, a second writer would be refused without waiting.
    await connection.execute('begin immediate');
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.execute('commit');
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    await connection.execute('rollback');
  }

  async destroy(): Promise<void> {
    await this.#turns.idle;
    const { readers, writer } = this.#lanes;
    await Promise.all(readers.map((reader) => reader.close()));
    await writer.close();
  }
}

/** Kysely over Node's own SQLite. */
export function sqliteDialect(lanes: SqliteLanes): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(lanes),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

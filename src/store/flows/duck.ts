import { availableParallelism } from 'node:os';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { WiresiftError } from '../../base/index.ts';
import { engineError } from '../engine-error.ts';

/** What queries over flows may take. */
export interface FlowLimits {
  /** Milliseconds of one query; default 15,000. */
  readonly queryMillis: number;
  /** Milliseconds of one download; default 600,000. */
  readonly streamMillis: number;
  /** Megabytes of all queries together; default 512. */
  readonly memoryMegabytes: number;
  readonly threads: number;
  /** Queries at once; more wait. */
  readonly atOnce: number;
  /** Rows that a page by time reads first: enough for any but a rare filter. */
  readonly nearRows: number;
}

/** What holds unless told otherwise. */
export const FLOW_LIMITS: FlowLimits = {
  queryMillis: 15_000,
  streamMillis: 600_000,
  memoryMegabytes: 512,
  // Who answers people needs a processor while a question over all flows is worked on.
  threads: Math.max(1, Math.min(2, availableParallelism() - 1)),
  // Node has four threads for files and DuckDB together: uploads need theirs.
  atOnce: 2,
  nearRows: 200_000,
};

/** SQL text made by the store, and the values bound to its `$1`, `$2` … */
export interface FlowSql {
  readonly text: string;
  readonly values: readonly DuckDBValue[];
}

const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Milliseconds between two tries to stop a query: one that comes between two steps is not heard. */
const INTERRUPT_MILLIS = 10;

function interruptAfter(connection: DuckDBConnection, millis: number): NodeJS.Timeout {
  const end = performance.now() + millis;
  return setInterval(
    () => {
      if (performance.now() >= end) connection.interrupt();
    },
    Math.min(millis, INTERRUPT_MILLIS),
  );
}

/**
 * One DuckDB for all questions to flows: in memory, with nothing of its own to write. It may open files
 * below the flows' folder and nowhere else, and no query can change that.
 */
export class Duck {
  readonly #folder: string;
  readonly #limits: FlowLimits;
  readonly nearRows: number;
  #opening: Promise<DuckDBInstance> | undefined;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(folder: string, limits: FlowLimits) {
    this.#folder = folder;
    this.#limits = limits;
    this.nearRows = limits.nearRows;
    this.#free = limits.atOnce;
  }

  /** All rows of a question. @throws WiresiftError `STORE_LIMIT`, `STORE_DAMAGED` */
  async rows(sql: FlowSql): Promise<DuckDBValue[][]> {
    return this.#connected(this.#limits.queryMillis, async (connection) => {
      const result = await connection.runAndReadAll(sql.text, [...sql.values]);
      return result.getRows();
    });
  }

  /** Rows in pieces of some two thousand; the query goes on as they are taken. */
  async *stream(sql: FlowSql): AsyncGenerator<DuckDBValue[][]> {
    const release = await this.#turn();
    let timer: NodeJS.Timeout | undefined;
    let connection: DuckDBConnection | undefined;
    try {
      connection = await (await this.#instance()).connect();
      timer = interruptAfter(connection, this.#limits.streamMillis);
      const result = await connection.stream(sql.text, [...sql.values]);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) return;
        yield chunk.getRows();
      }
    } catch (error) {
      throw this.#meant(error, this.#limits.streamMillis);
    } finally {
      clearInterval(timer);
      connection?.closeSync();
      release();
    }
  }

  /** Joins files into one, in the order of the list. */
  async copy(from: readonly string[], to: string): Promise<void> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    // Its own instance: the one for questions must not write.
    const instance = await DuckDBInstance.create(':memory:', this.#settings());
    try {
      const connection = await instance.connect();
      const files = from.map(sqlText).join(', ');
      await connection.run(
        `COPY (SELECT * FROM read_parquet([${files}], hive_partitioning = false)) ` +
          `TO ${sqlText(to)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
      );
      connection.closeSync();
    } catch (error) {
      throw this.#meant(error, this.#limits.streamMillis);
    } finally {
      instance.closeSync();
    }
  }

  async close(): Promise<void> {
    const instance = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    instance?.closeSync();
  }

  #settings(): Record<string, string> {
    const { memoryMegabytes, threads } = this.#limits;
    return {
      memory_limit: `${memoryMegabytes}MB`,
      threads: String(threads),
      // Nothing spills: a question that does not fit is refused.
      temp_directory: '',
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
    };
  }

  #instance(): Promise<DuckDBInstance> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<DuckDBInstance> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', this.#settings());
    const connection = await instance.connect();
    await connection.run(`SET allowed_directories = [${sqlText(`${this.#folder}/`)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    connection.closeSync();
    return instance;
  }

  async #connected<T>(
    millis: number,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const release = await this.#turn();
    let timer: NodeJS.Timeout | undefined;
    let connection: DuckDBConnection | undefined;
    try {
      connection = await (await this.#instance()).connect();
      timer = interruptAfter(connection, millis);
      return await work(connection);
    } catch (error) {
      throw this.#meant(error, millis);
    } finally {
      clearInterval(timer);
      connection?.closeSync();
      release();
    }
  }

  async #turn(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
  }

  #meant(error: unknown, millis: number): unknown {
    const text = error instanceof Error ? error.message : '';
    const limit = (saw: string): WiresiftError =>
      new WiresiftError(
        {
          code: 'STORE_LIMIT',
          where: 'query over flows',
          saw,
          expected: `${millis} ms and ${this.#limits.memoryMegabytes} MB at most`,
          todo: 'Ask for a shorter time or fewer rows',
        },
        { cause: error },
      );
    if (/^INTERRUPT/i.test(text)) return limit('a query that took too long');
    if (/Out of Memory/i.test(text)) return limit('a query that needs more memory');
    if (
      /^(IO Error|Invalid Input Error|Invalid Error|Serialization Error)/i.test(text) &&
      !/No space/i.test(text)
    ) {
      return new WiresiftError(
        {
          code: 'STORE_DAMAGED',
          where: 'flows',
          saw: text.slice(0, 200),
          expected: 'Parquet files as the store wrote them',
          todo: 'Restore them from a backup; see docs/store.md',
        },
        { cause: error },
      );
    }
    return engineError(error, 'flows');
  }
}

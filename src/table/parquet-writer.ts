import { resolve } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createWholeFile } from '../base/index.ts';
import type { FormatWriter } from './output.ts';
import type { ColumnType, Schema } from './schema.ts';
import type { Column, Table } from './table.ts';

type DuckDb = typeof import('@duckdb/node-api');

/** Rows of one DuckDB data chunk: its vector size. */
const CHUNK_ROWS = 2048;
/** Microseconds either side of 1970 that DuckDB keeps as a finite TIMESTAMP; beyond, the cell is empty. */
const MAX_MICROS = 2 ** 62;

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  number: 'DOUBLE',
  text: 'VARCHAR',
  time: 'TIMESTAMP',
};

const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** An in-memory DuckDB with one empty table for the rows. */
interface Store {
  readonly duckdb: DuckDb;
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly appender: DuckDBAppender;
}

/**
 * Parquet by DuckDB, zstd-compressed: numbers as DOUBLE, words as VARCHAR, times as TIMESTAMP in
 * microseconds (UTC), empty cells as NULL. Rows wait in DuckDB's memory until `finish`, about 100
 * bytes a flow; DuckDB is loaded at the first row.
 */
export function createParquetWriter(schema: Schema, path: string): FormatWriter {
  const file = createWholeFile(path);
  let opening: Promise<Store> | undefined;
  const store = (): Promise<Store> => {
    opening ??= openStore(schema);
    return opening;
  };
  const release = async (): Promise<void> => {
    const open = await opening?.catch(() => undefined);
    opening = undefined;
    open?.connection.closeSync();
    open?.instance.closeSync();
  };
  return {
    async append(table) {
      const { duckdb, appender } = await store();
      for (let from = 0; from < table.rows; from += CHUNK_ROWS) {
        appendChunk(duckdb, appender, table, from);
      }
    },
    async finish() {
      const { appender, connection } = await store();
      appender.closeSync();
      // Into the very file that is already open, so that the commit below flushes these bytes.
      await connection.run(
        `COPY rows TO ${sqlText(resolve(file.temporaryPath))} ` +
          '(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)',
      );
      await release();
      file.commit();
    },
    abort() {
      file.abort();
      void release();
    },
  };
}

async function openStore(schema: Schema): Promise<Store> {
  const duckdb = await import('@duckdb/node-api');
  const instance = await duckdb.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = schema.columns.map(({ name, type }) => `${sqlName(name)} ${sqlTypes[type]}`);
  await connection.run(`CREATE TABLE rows (${columns.join(', ')})`);
  return { duckdb, instance, connection, appender: await connection.createAppender('rows') };
}

function appendChunk(duckdb: DuckDb, appender: DuckDBAppender, table: Table, from: number): void {
  const rows = Math.min(CHUNK_ROWS, table.rows - from);
  const types = table.schema.columns.map(({ type }) =>
    type === 'text' ? duckdb.VARCHAR : type === 'time' ? duckdb.TIMESTAMP : duckdb.DOUBLE,
  );
  const chunk = duckdb.DuckDBDataChunk.create(types, rows);
  for (let i = 0; i < types.length; i++) {
    const vector = chunk.getColumnVector(i);
    const column = table.columns[i]!;
    if (vector instanceof duckdb.DuckDBDoubleVector) fillNumbers(vector, column, from);
    else if (vector instanceof duckdb.DuckDBTimestampVector)
      fillTimes(duckdb, vector, column, from);
    else if (vector instanceof duckdb.DuckDBVarCharVector) fillWords(vector, column, from);
    vector.flush();
  }
  appender.appendDataChunk(chunk);
}

type Vector<Name extends keyof DuckDb> = InstanceType<
  DuckDb[Name] extends abstract new (...rest: never) => unknown ? DuckDb[Name] : never
>;

function fillNumbers(vector: Vector<'DuckDBDoubleVector'>, column: Column, from: number): void {
  if (column.kind !== 'number') return;
  for (let i = 0; i < vector.itemCount; i++) {
    const value = column.values[from + i]!;
    vector.setItem(i, Number.isNaN(value) ? null : value);
  }
}

function fillTimes(
  { DuckDBTimestampValue }: DuckDb,
  vector: Vector<'DuckDBTimestampVector'>,
  column: Column,
  from: number,
): void {
  if (column.kind !== 'number') return;
  for (let i = 0; i < vector.itemCount; i++) {
    const micros = column.values[from + i]!;
    const fits = Math.abs(micros) < MAX_MICROS;
    vector.setItem(i, fits ? new DuckDBTimestampValue(BigInt(Math.floor(micros))) : null);
  }
}

function fillWords(vector: Vector<'DuckDBVarCharVector'>, column: Column, from: number): void {
  if (column.kind !== 'text') return;
  const { codes, dictionary } = column;
  for (let i = 0; i < vector.itemCount; i++) {
    const code = codes[from + i]!;
    vector.setItem(i, code < 0 ? null : dictionary[code]!);
  }
}

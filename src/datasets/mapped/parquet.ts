import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { stopRequested, WiresiftError } from '../../base/index.ts';
import type { Column, Schema, Table } from '../../table/index.ts';
import type { FileShare, ReadOptions } from '../dataset.ts';
import { type FileRows, joinHashes, partOf } from '../dataset-files.ts';
import { MAX_PROBLEMS, Problems } from '../problems.ts';
import { MAX_CELLS } from '../table-rows.ts';
import { columnNames, placesOf } from './format.ts';
import type { Mapping } from './mapping.ts';

const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Types that DuckDB turns into microseconds since 1970 itself. */
const INSTANT = /^(TIMESTAMP|DATE)/;
const NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL)/;

interface FileColumn {
  readonly name: string;
  readonly type: string;
}

/** One column of the mapping with how SQL reads it. */
interface Cell {
  readonly name: string;
  /** The cell as text. */
  readonly raw: string;
  /** NULL where the cell is empty. */
  readonly value: string;
  /** True for a cell that cannot be read; absent: there is none. */
  readonly bad?: string;
}

/**
 * Reads Parquet files into typed arrays by DuckDB: numbers as they are, words as codes of an ENUM
 * made of the distinct ones. Rows keep their order.
 * @throws WiresiftError `DATASET_OPEN`, `DATASET_FORMAT`, `DATASET_MAPPING`, `DATASET_LIMIT`,
 *   `DATASET_ROW` (strict), `ABORTED`
 */
export async function readParquet(
  mapping: Mapping,
  schema: Schema,
  paths: readonly string[],
  options: ReadOptions,
): Promise<FileRows> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const problems = new Problems(options.strict);
    const work: Work = { connection, mapping, schema, problems };
    const files: FileShare[] = [];
    let rows = 0;
    for (const [index, path] of paths.entries()) {
      if (options.signal?.aborted) throw stopRequested(path);
      const added = await told(path, () => addFile(work, path, index));
      const hash = await hashOf(path);
      files.push({ path, part: partOf(path), firstRow: rows, rows: added, management: 0, hash });
      rows += added;
      options.onProgress?.(index + 1, paths.length + 1);
    }
    const table = await takeTable(work, rows);
    const { list, count } = problems;
    return { table, files, hash: joinHashes(files), problems: list, problemCount: count };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

interface Work {
  readonly connection: DuckDBConnection;
  readonly mapping: Mapping;
  readonly schema: Schema;
  readonly problems: Problems;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WiresiftError || !(error instanceof Error)) throw error;
    throw new WiresiftError(
      {
        code: 'DATASET_FORMAT',
        where: path,
        saw: error.message.split('\n')[0]!.slice(0, 200),
        expected: 'a Parquet file that DuckDB can read',
        todo: 'Check that the file is whole',
      },
      { cause: error },
    );
  }
}

/** Puts the file's rows behind those of the files before it. @returns how many */
async function addFile(work: Work, path: string, index: number): Promise<number> {
  const { connection, mapping, schema, problems } = work;
  const source = `read_parquet(${sqlText(path)}, file_row_number = true)`;
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${source}`);
  const columns = described
    .map(([name, type]) => ({ name: String(name), type: String(type) }))
    .filter(({ name }) => name !== 'file_row_number');
  const names = columnNames(columns.map(({ name }) => name));
  const places = placesOf(mapping, names, path);
  const cells = schema.columns.map((_, i) => cellOf(work, i, columns[places[i]!]!));
  const cases = cells.flatMap(({ name, raw, bad }) =>
    bad ? [`WHEN ${bad} THEN ${sqlText(`${name} `)} || left(${raw}, 40)`] : [],
  );
  const saw = cases.length > 0 ? `CASE ${cases.join(' ')} END` : 'NULL';
  const list = cells.map(({ value }, i) => `${value} AS c${i}`).join(', ');
  const select = `SELECT ${list} FROM ${source} WHERE ${saw} IS NULL`;
  const before = await count(connection, index);
  await connection.run(
    index === 0 ? `CREATE TABLE cells AS ${select}` : `INSERT INTO cells ${select}`,
  );
  const rows = await count(connection, index + 1);
  if (rows * schema.columns.length > MAX_CELLS) {
    throw new WiresiftError({
      code: 'DATASET_LIMIT',
      where: path,
      saw: `${rows} rows of ${schema.columns.length} columns`,
      expected: `at most ${MAX_CELLS} cells`,
      todo: 'Read fewer files at a time, or name fewer columns',
    });
  }
  if (cases.length > 0) {
    const from = `FROM (SELECT file_row_number AS place, ${saw} AS saw FROM ${source}) WHERE saw IS NOT NULL`;
    const told = await rowsOf(connection, `SELECT place, saw ${from} LIMIT ${MAX_PROBLEMS}`);
    for (const [at, what] of told) {
      problems.add(`${path}, row ${Number(at) + 1}`, String(what), 'what the mapping says');
    }
    const [[all]] = (await rowsOf(connection, `SELECT count(*) ${from}`)) as [[unknown]];
    problems.count += Number(all) - told.length;
  }
  return rows - before;
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}

async function count(connection: DuckDBConnection, files: number): Promise<number> {
  if (files === 0) return 0;
  const rows = await rowsOf(connection, 'SELECT count(*) FROM cells');
  return Number(rows[0]![0]);
}

function cellOf({ mapping, schema }: Work, at: number, column: FileColumn): Cell {
  const { name, type } = schema.columns[at]!;
  const { time, spec } = mapping.columns[at]!;
  const own = sqlName(column.name);
  const empty = ['', ...mapping.empty].map(sqlText).join(', ');
  const raw = `CAST(${own} AS VARCHAR)`;
  const word = `CASE WHEN ${raw} IN (${empty}) THEN NULL ELSE ${raw} END`;
  if (spec?.type === 'time' && INSTANT.test(column.type)) {
    // As the mapping would have it from text: microseconds before its own factor.
    const divide = type === 'number' && time === 'milliseconds' ? ' / 1000' : '';
    if (type !== 'text') return { name, raw, value: `epoch_us(${own})${divide}` };
  }
  if (type === 'text') return { name, raw, value: word };
  const plain = NUMBER.test(column.type);
  const calendar = type === 'time' && time === 'calendar';
  const number = calendar
    ? `epoch_us(TRY_CAST(${word} AS TIMESTAMP))`
    : `TRY_CAST(${plain ? own : word} AS DOUBLE)`;
  const value = type === 'time' && time === 'seconds' ? `floor(${number} * 1000000)` : number;
  // Not through text, which would take most of the time.
  if (plain && !calendar) return { name, raw, value };
  return { name, raw, value, bad: `(${word}) IS NOT NULL AND ${number} IS NULL` };
}

/** The rows of all files; empties the store. */
async function takeTable({ connection, schema }: Work, rows: number): Promise<Table> {
  const columns: Column[] = [];
  for (const [i, { type }] of schema.columns.entries()) {
    if (type !== 'text') {
      const values = new Float64Array(rows);
      await fill(connection, `SELECT coalesce(c${i}::DOUBLE, 'NaN'::DOUBLE) FROM cells`, values);
      columns.push({ kind: 'number', values: finite(values) });
      continue;
    }
    const distinct = `SELECT DISTINCT c${i} FROM cells WHERE c${i} IS NOT NULL ORDER BY 1`;
    const dictionary = (await rowsOf(connection, distinct)).map(([word]) => String(word));
    const codes = new Int32Array(rows).fill(-1);
    if (dictionary.length > 0) {
      await connection.run(`CREATE TYPE words${i} AS ENUM (${distinct})`);
      const code = `coalesce(enum_code(c${i}::words${i})::DOUBLE, -1)`;
      await fill(connection, `SELECT ${code} FROM cells`, codes);
    }
    columns.push({ kind: 'text', codes, dictionary });
  }
  await connection.run('DROP TABLE cells');
  return { schema, rows, columns };
}

/** Infinite numbers are empty, as every step takes them. */
const finite = (values: Float64Array): Float64Array => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = Number.NaN;
  return values;
};

/** Copies a column of DOUBLE without NULL. */
async function fill(
  connection: DuckDBConnection,
  sql: string,
  into: Float64Array | Int32Array,
): Promise<void> {
  const result = await connection.stream(sql);
  let at = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const vector = chunk.getColumnVector(0);
    const { rowCount } = chunk;
    for (let i = 0; i < rowCount; i++) into[at++] = vector.getItem(i) as number;
  }
}

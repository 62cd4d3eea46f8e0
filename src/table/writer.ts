import { createWholeFile, WiresiftError } from '../base/index.ts';
import { createCsvWriter } from './csv-writer.ts';
import { createJsonLinesWriter } from './jsonl-writer.ts';
import type { FormatWriter, TableSink } from './output.ts';
import { createParquetWriter } from './parquet-writer.ts';
import { type Schema, schemaId } from './schema.ts';
import type { Table } from './table.ts';

/** The formats a table can be written in, in the order they are offered to the user. */
export const TABLE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

/** A word of {@link TABLE_FORMATS}. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Writes tables of one schema, one after the other, into one file. */
export interface TableWriter {
  /**
   * Adds the rows of `table`; nothing of it is kept after the promise settles. Wait for one call
   * before the next. When it fails, the writer has aborted itself.
   * @throws WiresiftError `TABLE_SCHEMA` when the table has other columns, `TABLE_CLOSED` after `close` or `abort`
   */
  append(table: Table): Promise<void>;
  /** Puts the file under its final name, whole. Does nothing the second time. */
  close(): Promise<void>;
  /** Leaves nothing behind. Safe at any time; does nothing after `close`. */
  abort(): void;
}

/** What {@link createTableWriter} needs; exactly one of `path` and `sink`. */
export interface TableWriterOptions {
  readonly format: TableFormat;
  readonly schema: Schema;
  readonly path?: string;
  /** Not for Parquet, whose index stands at the end and which DuckDB writes to a file. */
  readonly sink?: TableSink;
}

/**
 * Opens a writer. A path is written whole or not at all: under a temporary name beside it, then
 * fsync and rename at `close`.
 * @throws WiresiftError `TABLE_OUTPUT` (exit code 2) when not exactly one of path and sink is given, or Parquet is sent to a sink
 * @throws the system's error when the folder is missing or not writable
 */
export function createTableWriter(options: TableWriterOptions): TableWriter {
  const { schema } = options;
  const inner = openFormat(options);
  let closed = false;

  const abort = (): void => {
    if (closed) return;
    closed = true;
    inner.abort();
  };
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      abort();
      throw error;
    }
  };
  return {
    append: (table) =>
      guarded(async () => {
        if (closed) throw closedError(schema);
        checkTable(table, schema);
        await inner.append(table);
      }),
    close: () =>
      guarded(async () => {
        if (closed) return;
        await inner.finish();
        closed = true;
      }),
    abort,
  };
}

function openFormat({ format, schema, path, sink }: TableWriterOptions): FormatWriter {
  if ((path === undefined) === (sink === undefined)) {
    throw outputError(path === undefined ? 'neither' : 'both', 'either a path or a sink');
  }
  if (format === 'parquet') {
    if (path === undefined)
      throw outputError('a stream', 'a path, because Parquet is not a stream');
    return createParquetWriter(schema, path);
  }
  const out: TableSink = sink ?? createWholeFile(path!);
  return format === 'csv' ? createCsvWriter(schema, out) : createJsonLinesWriter(schema, out);
}

function checkTable(table: Table, schema: Schema): void {
  const same =
    schemaId(table.schema) === schemaId(schema) &&
    table.columns.length === schema.columns.length &&
    schema.columns.every(
      (spec, i) =>
        table.schema.columns[i]!.name === spec.name &&
        (spec.type === 'text') === (table.columns[i]!.kind === 'text'),
    );
  if (same) return;
  throw new WiresiftError({
    code: 'TABLE_SCHEMA',
    where: `writer of ${schemaId(schema)}`,
    saw: `a table of ${schemaId(table.schema)} with ${table.columns.length} columns`,
    expected: `the ${schema.columns.length} columns the writer was opened with`,
    todo: 'Open one writer for each schema',
  });
}

function closedError(schema: Schema): WiresiftError {
  return new WiresiftError({
    code: 'TABLE_CLOSED',
    where: `writer of ${schemaId(schema)}`,
    saw: 'rows after close or abort',
    expected: 'no more rows',
    todo: 'Open a new writer',
  });
}

function outputError(saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'TABLE_OUTPUT',
    where: 'output',
    saw,
    expected,
    todo: 'Name a file with -o',
    exitCode: 2,
  });
}

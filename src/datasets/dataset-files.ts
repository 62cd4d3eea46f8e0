import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Schema, Table } from '../table/index.ts';
import type { FileShare, ReadOptions } from './dataset.ts';
import { DelimitedParser, type LineFormat } from './delimited.ts';
import { Problems } from './problems.ts';
import { TableRows } from './table-rows.ts';
import { unpacked } from './unpack.ts';

/** How much gzip shrinks text of flows, on the high side: for the first allocation. */
const GZIP_RATIO = 12;

/** What one data set's text files are like. */
export interface FileKind {
  /** The view's columns, then those the publisher has besides (label, difficulty). */
  readonly schema: Schema;
  /** Bytes of text a row takes, on the short side: for the first allocation. */
  readonly rowBytes: number;
  /** A new one for each file. */
  readonly format: (path: string) => LineFormat;
  /** What a file's share is called; default {@link partOf}. */
  readonly partOf?: (path: string) => string;
}

/** Rows of all files, one after the other. */
export interface FileRows {
  readonly table: Table;
  readonly files: readonly FileShare[];
  /** As {@link import('../table/index.ts').LabelledTable.hash}. */
  readonly hash: string;
  readonly problems: readonly string[];
  readonly problemCount: number;
}

/**
 * Reads delimited text files, plain or gzipped, into one table in the order given.
 * @throws as {@link import('./dataset.ts').Dataset.read}
 */
export async function readRows(
  paths: string | readonly string[],
  options: ReadOptions,
  kind: FileKind,
): Promise<FileRows> {
  const list = typeof paths === 'string' ? [paths] : paths;
  // A file that cannot be opened counts nothing here; opening it says why.
  const sizes = await Promise.all(
    list.map(async (path) => (await stat(path).catch(() => undefined))?.size ?? 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const zipped = list.some((path) => path.endsWith('.gz'));
  const rows = new TableRows(kind.schema, (total / kind.rowBytes) * (zipped ? GZIP_RATIO : 1));
  const problems = new Problems(options.strict);
  const files: FileShare[] = [];
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    options.onProgress?.(done, total);
  };
  for (const path of list) {
    const firstRow = rows.length;
    const parser = new DelimitedParser({ path, rows, problems, format: kind.format(path) });
    const hash = createHash('sha256');
    const { signal } = options;
    for await (const piece of unpacked(path, { hash, onBytes, signal })) parser.feed(piece);
    parser.finish();
    const part = (kind.partOf ?? partOf)(path);
    const { management } = parser;
    const share = { path, part, firstRow, rows: rows.length - firstRow, management };
    files.push({ ...share, hash: hash.digest('hex') });
  }
  return {
    table: rows.take(),
    files,
    hash: joinHashes(files),
    problems: problems.list,
    problemCount: problems.count,
  };
}

/** `KDDTest+` for `data/KDDTest+.txt.gz`. */
export function partOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/i, '')
    .replace(/\.(csv|txt|labeled|log|data)$/i, '');
}

/** The hash of several files: of their hashes joined; one file's own. */
export function joinHashes(files: readonly Pick<FileShare, 'hash'>[]): string {
  if (files.length === 1) return files[0]!.hash;
  return createHash('sha256')
    .update(files.map((file) => file.hash).join(''))
    .digest('hex');
}

/** The first `count` columns as a table of `schema`. */
export function viewOf(table: Table, schema: Schema): Table {
  return { schema, rows: table.rows, columns: table.columns.slice(0, schema.columns.length) };
}

/** The columns named, as a table of their own: what the publisher wrote besides the view. */
export function besides(table: Table, name: string, names: readonly string[]): Table {
  const picked = table.schema.columns.flatMap((column, i) =>
    names.includes(column.name) ? [i] : [],
  );
  return {
    schema: { name, version: 1, columns: picked.map((i) => table.schema.columns[i]!) },
    rows: table.rows,
    columns: picked.map((i) => table.columns[i]!),
  };
}

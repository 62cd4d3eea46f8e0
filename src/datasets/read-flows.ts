import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { WiresiftError } from '../base/index.ts';
import type { Table } from '../table/index.ts';
import { FLOW_FORMATS, type FlowFormat, HEAD_BYTES, recognise } from './flow-format.ts';
import { type FlowParser, openParser } from './flow-parser.ts';
import { jsonObject } from './json-line.ts';
import { Problems } from './problems.ts';
import { unpacked } from './unpack.ts';
import { readDirective } from './zeek-log/format.ts';
import { jsonPath } from './zeek-log/json.ts';
import { SIDE_LOGS, SideLogs, sideSchema } from './zeek-log/side-logs.ts';

/** How to read flows. */
export interface ReadFlowsOptions {
  /** Throw at the first row that cannot be read instead of counting it. */
  readonly strict?: boolean;
  /** Rows of a table at most; 8192 unless given. */
  readonly batchRows?: number;
  readonly signal?: AbortSignal;
  /** What `-` stands for, unpacked; the process's standard input unless given. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Told when a file's kind is known. */
  readonly onFile?: (path: string, format: FlowFormat) => void;
}

/** Flows of files that others made, as tables of a view; see {@link readFlows}. */
export interface FlowTables extends AsyncIterable<Table> {
  /** The first hundred rows that could not be read, each with file, row and reason. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  /** Rows that tell of the sensor, or events that are not flows. */
  readonly skipped: number;
}

/** One file with what its first bytes say. */
export interface Opened {
  readonly path: string;
  readonly format: FlowFormat;
  /** Zeek: `conn`, `dns` …; else ''. */
  readonly log: string;
  readonly head: Uint8Array;
  readonly pieces: AsyncIterator<Uint8Array>;
}

/**
 * Reads flows that others made, recognised by content: see {@link FLOW_FORMATS}. A folder stands for
 * the files in it. Zeek's dns, ssl, http and weird logs are joined to the conn log by `uid`. Bad rows
 * are counted, and the rows around them still come.
 * @param paths file, folder or `-` for standard input; plain or gzipped
 * @throws WiresiftError while iterating: `FLOWS_FORMAT`, `FLOWS_COMPRESSED`, `DATASET_OPEN`,
 * `DATASET_GZIP`, `DATASET_ROW` (strict), `ABORTED`
 */
export function readFlows(
  paths: string | readonly string[],
  options: ReadFlowsOptions = {},
): FlowTables {
  const problems = new Problems(options.strict);
  const counts = { skipped: 0 };
  const list = typeof paths === 'string' ? [paths] : paths;
  return {
    problems: problems.list,
    get problemCount() {
      return problems.count;
    },
    get skipped() {
      return counts.skipped;
    },
    [Symbol.asyncIterator]: () => tablesOf(list, options, { problems, counts }),
  };
}

/** Where what cannot be read is counted. */
export interface Account {
  readonly problems: Problems;
  readonly counts: { skipped: number };
}

async function* tablesOf(
  paths: readonly string[],
  options: ReadFlowsOptions,
  account: Account,
): AsyncGenerator<Table> {
  const files = await filesOf(paths);
  const sides = new SideLogs();
  const rest: string[] = [];
  let joined = 0;
  // Side logs first, whatever their place, since rows of conn.log are joined as they pass.
  for (const path of files) {
    if (files.length === 1 || path === '-') rest.push(path);
    else {
      const file = await openFile(path, options);
      if (!file && paths.includes(path)) throw unknown(path);
      if (file && SIDE_LOGS.includes(file.log)) {
        joined += await readSide(file, sides, account);
      } else if (file && (file.log === '' || file.log === 'conn')) rest.push(path);
      await file?.pieces.return?.(undefined);
    }
  }
  for (const path of rest) {
    const file = await openFile(path, options);
    if (!file) throw unknown(path);
    options.onFile?.(path, file.format);
    if (file.log !== '' && file.log !== 'conn') throw onlySide(path, file.log);
    const { log, format } = file;
    const { problems } = account;
    const parser = openParser(format.name, { path, problems, log, schema: format.schema });
    for await (const table of parsed(file, parser, options)) {
      yield log === 'conn' && joined > 0 ? sides.join(table) : table;
    }
    account.counts.skipped += parser.skipped;
  }
  if (rest.length === 0) throw onlySide(paths.join(', '), 'no conn.log nor other flows');
}

/** The files named, and those in the folders named, a folder's in order of their names. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory();
    if (!isFolder) files.push(path);
    else {
      const names = await readdir(path, { withFileTypes: true });
      const plain = names.filter((entry) => entry.isFile()).map((entry) => entry.name);
      files.push(...plain.sort().map((name) => join(path, name)));
    }
  }
  return files;
}

/**
 * Opens a file of flows and reads its head.
 * @returns undefined when it is of no known kind
 */
export async function openFile(
  path: string,
  { signal, stdin = standardInput() }: ReadFlowsOptions,
): Promise<Opened | undefined> {
  const source = path === '-' ? stdin : unpacked(path, { hash: createHash('sha256'), signal });
  const pieces = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < HEAD_BYTES) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const format = recognise(head);
  if (format) return { path, format, log: logOf(format, head), head, pieces };
  await pieces.return?.(undefined);
  return undefined;
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  const input: AsyncIterable<Buffer> = process.stdin;
  const pieces = input[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  }
  const zipped = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const { pipeline } = await import('node:stream');
  yield* zipped ? pipeline(all, createGunzip(), () => {}) : all();
}

/** Which of Zeek's logs a file is. */
function logOf({ name }: FlowFormat, head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString();
  if (name === 'zeek-json') {
    return jsonPath(jsonObject(text.slice(0, text.indexOf('\n') >>> 0)) ?? {});
  }
  if (name !== 'zeek-tsv') return '';
  const told = { path: '', separator: '\t', unset: '-', empty: '(empty)', fields: [] };
  for (const line of text.split('\n')) {
    if (!line.startsWith('#') || readDirective(told, line.replace(/\r$/, ''))) break;
  }
  return told.path === '' ? 'conn' : told.path;
}

/** Reads a side log whole. @returns its rows */
export async function readSide(
  file: Opened,
  sides: SideLogs,
  { problems }: Account,
): Promise<number> {
  const { path, log, format } = file;
  const schema = sideSchema(log);
  const parser = openParser(format.name, { path, problems, log, schema });
  let rows = 0;
  parser.feed(file.head);
  for (let next = await file.pieces.next(); !next.done; next = await file.pieces.next()) {
    parser.feed(next.value);
  }
  parser.finish();
  for (const table of parser.take(0)) {
    sides.add(table);
    rows += table.rows;
  }
  return rows;
}

async function* parsed(
  { head, pieces }: Opened,
  parser: FlowParser,
  { batchRows = 8192 }: ReadFlowsOptions,
): AsyncGenerator<Table> {
  try {
    parser.feed(head);
    for (;;) {
      for (const table of parser.take(batchRows)) yield* slices(table, batchRows);
      const { done, value } = await pieces.next();
      if (done) break;
      parser.feed(value);
    }
    parser.finish();
    for (const table of parser.take(0)) yield* slices(table, batchRows);
  } finally {
    await pieces.return?.(undefined);
  }
}

function* slices(table: Table, rows: number): Generator<Table> {
  if (table.rows <= rows) {
    yield table;
    return;
  }
  for (let from = 0; from < table.rows; from += rows) {
    const to = Math.min(table.rows, from + rows);
    const columns = table.columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: column.values.subarray(from, to) }
        : { ...column, codes: column.codes.subarray(from, to) },
    );
    yield { schema: table.schema, rows: to - from, columns };
  }
}

function unknown(path: string): WiresiftError {
  const titles = Object.values(FLOW_FORMATS).map(({ title }) => title);
  return new WiresiftError({
    code: 'FLOWS_FORMAT',
    where: path,
    saw: 'a file of no known kind',
    expected: titles.join(', '),
    todo: 'Check that the file is what its name says; docs/readers.md lists what is read',
  });
}

function onlySide(path: string, log: string): WiresiftError {
  return new WiresiftError({
    code: 'FLOWS_FORMAT',
    where: path,
    saw: log.includes(' ') ? log : `Zeek's ${log}.log`,
    expected: 'conn.log, alone or with dns, ssl, http and weird logs',
    todo: 'Give the folder that holds them all',
  });
}

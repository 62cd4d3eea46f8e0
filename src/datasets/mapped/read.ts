import { open } from 'node:fs/promises';
import type { Column, Schema, Table, TextColumn } from '../../table/index.ts';
import type { DatasetTable, ReadOptions } from '../dataset.ts';
import { type FileRows, readRows } from '../dataset-files.ts';
import { identicalGroups } from '../identical.ts';
import { MAX_PROBLEMS, Problems } from '../problems.ts';
import { badMapping } from './checked.ts';
import { cellType, mappedFormat } from './format.ts';
import type { MappedColumn, Mapping } from './mapping.ts';
import { readParquet } from './parquet.ts';
import { type MappedTarget, readLabels } from './targets.ts';
import { shortTime } from './times.ts';

const ROW_BYTES = 100;
const PARQUET_MAGIC = 'PAR1';

/** One column of the table a column of the mapping, typed as the file holds it. */
export function mappedFileSchema(mapping: Mapping): Schema {
  return {
    name: `${mapping.name}-file`,
    version: 1,
    columns: mapping.columns.map((column) => ({
      name: column.name,
      type: cellType(column),
      role: 'context',
      live: false,
      meaning: `The file's column ${column.name}`,
    })),
  };
}

async function isParquet(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const magic = Buffer.alloc(PARQUET_MAGIC.length);
    await file.read(magic, 0, magic.length, 0);
    return magic.toString('latin1') === PARQUET_MAGIC;
  } finally {
    await file.close();
  }
}

/**
 * Reads files as a mapping describes them: delimited text, plain or gzipped, or Parquet, told by the
 * first bytes. Groups are those of the columns of the role group, else identical rows.
 * @throws as {@link import('../dataset.ts').Dataset.read}, and `DATASET_MAPPING` where the files
 *   and the mapping differ
 */
export async function readMapped(
  mapping: Mapping,
  target: MappedTarget,
  paths: string | readonly string[],
  options: ReadOptions = {},
): Promise<DatasetTable> {
  const list = typeof paths === 'string' ? [paths] : paths;
  const schema = mappedFileSchema(mapping);
  const { table: cells, ...read } = await readCells(mapping, schema, list, options);
  const times = unreadTimes(mapping, cells, options.strict);
  const table = tableOf(mapping, cells);
  const at = mapping.columns.findIndex(({ name }) => name === target.column);
  const rawLabel = cells.columns[at] as TextColumn;
  return {
    table,
    dataset: mapping.name,
    rawLabel,
    ...readLabels(rawLabel, target, mapping.name),
    ...groupsOf(mapping, cells, table),
    ...read,
    problems: [...read.problems, ...times.list].slice(0, MAX_PROBLEMS),
    problemCount: read.problemCount + times.count,
  };
}

/** Counts words that are no time in columns whose times are read from words; their cells are empty. */
function unreadTimes(mapping: Mapping, cells: Table, strict: boolean | undefined): Problems {
  const problems = new Problems(strict);
  for (const [i, { name, spec, time }] of mapping.columns.entries()) {
    const column = cells.columns[i]!;
    if (spec?.type !== 'time' || column.kind !== 'text') continue;
    const bad = column.dictionary.map((word) => Number.isNaN(shortTime(word, time!)));
    const row = column.codes.findIndex((code) => bad[code]);
    if (row < 0) continue;
    const saw = `${name} ${JSON.stringify(column.dictionary[column.codes[row]!]!.slice(0, 40))}`;
    problems.add(`row ${row + 1} of all`, saw, `a time, ${time}; left empty`);
    problems.count += column.codes.reduce((sum, code) => sum + (bad[code] ? 1 : 0), 0) - 1;
  }
  return problems;
}

async function readCells(
  mapping: Mapping,
  schema: Schema,
  paths: readonly string[],
  options: ReadOptions,
): Promise<FileRows> {
  const parquet = await Promise.all(paths.map(isParquet));
  if (parquet.every((each) => each)) return readParquet(mapping, schema, paths, options);
  if (parquet.includes(true)) {
    throw badMapping(paths[parquet.indexOf(false)]!, {
      saw: 'text among Parquet files',
      expected: 'files of one kind',
      todo: 'Read them one kind at a time',
    });
  }
  return readRows(paths, options, {
    schema,
    rowBytes: ROW_BYTES,
    format: (path) => mappedFormat(mapping, schema, path),
  });
}

/** The table in the mapping's schema; columns of a view that the files lack are empty. */
function tableOf(mapping: Mapping, cells: Table): Table {
  const { rows } = cells;
  const columns = mapping.schema.columns.map(({ name, type }): Column => {
    const at = mapping.columns.findIndex(({ spec }) => spec?.name === name);
    if (at >= 0) return finishedColumn(mapping.columns[at]!, cells.columns[at]!);
    if (type === 'text') {
      return { kind: 'text', codes: new Int32Array(rows).fill(-1), dictionary: [] };
    }
    return { kind: 'number', values: new Float64Array(rows).fill(Number.NaN) };
  });
  return { schema: mapping.schema, rows, columns };
}

const MICROS: ReadonlyMap<string | undefined, number> = new Map([['milliseconds', 1000]]);

/** Multiplies numbers, and turns words into times, as the mapping says. */
function finishedColumn({ spec, time, factor }: MappedColumn, column: Column): Column {
  if (column.kind === 'text') {
    if (spec?.type !== 'time') return column;
    const times = Float64Array.from(column.dictionary, (word) => shortTime(word, time!));
    const values = Float64Array.from(column.codes, (code) => times[code] ?? Number.NaN);
    return { kind: 'number', values };
  }
  const times = factor * (MICROS.get(time) ?? 1);
  if (times !== 1) for (let i = 0; i < column.values.length; i++) column.values[i]! *= times;
  return column;
}

function groupsOf(
  { columns }: Mapping,
  cells: Table,
  table: Table,
): { groups: Int32Array; groupNames: readonly string[] } {
  const named = columns.flatMap(({ name, role }) => (role === 'group' ? [name] : []));
  if (named.length === 0) return identicalGroups(table);
  const { groups, groupNames } = identicalGroups(cells, named);
  if (named.length > 1) return { groups, groupNames };
  const source = cells.columns[columns.findIndex(({ name }) => name === named[0])]!;
  if (source.kind !== 'text') return { groups, groupNames };
  const names = groupNames.map(() => '-');
  source.codes.forEach((code, row) => {
    if (code >= 0) names[groups[row]!] = source.dictionary[code]!;
  });
  return { groups, groupNames: names };
}

import { WiresiftError } from '../base/index.ts';
import { columnIndex, type Schema } from './schema.ts';

/** Numbers (or times, in microseconds); NaN is an empty cell. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly values: Float64Array;
}

/** Words by code: `dictionary[codes[row]]`; code -1 is an empty cell. */
export interface TextColumn {
  readonly kind: 'text';
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

/** The cells of one column. */
export type Column = NumberColumn | TextColumn;

/** Rows by columns; `columns[i]` holds the cells of `schema.columns[i]`. */
export interface Table {
  readonly schema: Schema;
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** A table whose rows carry the truth. */
export interface LabelledTable {
  readonly table: Table;
  /** Data set's name, as in the registry: `ctu13`. */
  readonly dataset: string;
  /** Class names; `labels` indexes them. */
  readonly classes: readonly string[];
  /** One class a row; -1 where the data set does not say (CTU-13's background). */
  readonly labels: Int32Array;
  /** What the publisher wrote, word for word. */
  readonly rawLabel: TextColumn;
  /** Rows that belong together (host, scenario): never parted by a grouped split. */
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
  /** SHA-256 of the file's bytes as read (compressed if it was), hexadecimal; several files: of their hashes joined. */
  readonly hash: string;
  /** Rows that could not be read, each with file, row and reason (the first hundred), and their count. */
  readonly problems: readonly string[];
  readonly problemCount: number;
}

function wrongColumn(table: Table, name: string, expected: string, saw: string): WiresiftError {
  return new WiresiftError({
    code: 'TABLE_COLUMN',
    where: `table ${table.schema.name}, column ${name}`,
    saw,
    expected,
    todo: 'Check the view or data set that the table came from',
  });
}

/** @throws WiresiftError `TABLE_COLUMN` when there is no such number (or time) column */
export function numbers(table: Table, name: string): Float64Array {
  const column = table.columns[columnIndex(table.schema, name)];
  if (column?.kind === 'number') return column.values;
  throw wrongColumn(table, name, 'a column of numbers', column ? 'a column of text' : 'no column');
}

/** @throws WiresiftError `TABLE_COLUMN` when there is no such text column */
export function texts(table: Table, name: string): TextColumn {
  const column = table.columns[columnIndex(table.schema, name)];
  if (column?.kind === 'text') return column;
  throw wrongColumn(table, name, 'a column of text', column ? 'a column of numbers' : 'no column');
}

/** The cell as text, or undefined when empty. */
export function textAt(column: TextColumn, row: number): string | undefined {
  const code = column.codes[row]!;
  return code < 0 ? undefined : column.dictionary[code];
}

/** The rows named, in that order, as a new table; dictionaries are shared. */
export function takeRows(table: Table, rows: Int32Array | Uint32Array): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === 'number') {
      const values = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]!]!;
      return { kind: 'number', values };
    }
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i]!]!;
    return { kind: 'text', codes, dictionary: column.dictionary };
  });
  return { schema: table.schema, rows: rows.length, columns };
}

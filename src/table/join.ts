import { WiresiftError } from '../base/index.ts';
import { type Schema, schemaId } from './schema.ts';
import type { Column, Table, TextColumn } from './table.ts';

function joinNumbers(tables: readonly Table[], index: number, rows: number): Column {
  const values = new Float64Array(rows);
  let at = 0;
  for (const table of tables) {
    const column = table.columns[index]!;
    if (column.kind === 'number') values.set(column.values.subarray(0, table.rows), at);
    at += table.rows;
  }
  return { kind: 'number', values };
}

/** Codes of one dictionary as codes of the joined one; one place more, for empty cells. */
function translation({ dictionary }: TextColumn, places: Map<string, number>): Int32Array {
  const codes = new Int32Array(dictionary.length + 1).fill(-1);
  dictionary.forEach((word, code) => {
    let place = places.get(word);
    if (place === undefined) {
      place = places.size;
      places.set(word, place);
    }
    codes[code + 1] = place;
  });
  return codes;
}

function joinTexts(tables: readonly Table[], index: number, rows: number): Column {
  const codes = new Int32Array(rows);
  const places = new Map<string, number>();
  let at = 0;
  for (const table of tables) {
    const column = table.columns[index]!;
    if (column.kind !== 'text') continue;
    const translated = translation(column, places);
    for (let row = 0; row < table.rows; row++) {
      codes[at + row] = translated[column.codes[row]! + 1]!;
    }
    at += table.rows;
  }
  return { kind: 'text', codes, dictionary: [...places.keys()] };
}

/**
 * Rows of several tables of one schema, one after the other, as a new table with dictionaries of its
 * own. @throws WiresiftError `TABLE_COLUMN` when a table has another schema
 */
export function joinTables(schema: Schema, tables: readonly Table[]): Table {
  const other = tables.find((table) => schemaId(table.schema) !== schemaId(schema));
  if (other) {
    throw new WiresiftError({
      code: 'TABLE_COLUMN',
      where: 'tables to join',
      saw: `a table of ${schemaId(other.schema)}`,
      expected: schemaId(schema),
      todo: 'Join tables of one view only',
    });
  }
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const columns = schema.columns.map(({ type }, index) =>
    type === 'text' ? joinTexts(tables, index, rows) : joinNumbers(tables, index, rows),
  );
  return { schema, rows, columns };
}

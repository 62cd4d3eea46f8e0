import type { ColumnRole, Schema, Table } from '../../../src/table/index.ts';

type Cells = readonly (number | null)[] | readonly (string | null)[];

/** A column of a test's table. */
export interface TestColumn {
  readonly name: string;
  readonly role?: ColumnRole;
  readonly time?: boolean;
  readonly cells: Cells;
}

const isText = (cells: Cells): cells is readonly (string | null)[] =>
  cells.some((cell) => typeof cell === 'string');

/** A table from columns of cells; a column with a word in it is text. */
export function tableOf(columns: readonly TestColumn[]): Table {
  const schema: Schema = {
    name: 'made',
    version: 1,
    columns: columns.map(({ name, role, time, cells }) => ({
      name,
      type: isText(cells) ? 'text' : time ? 'time' : 'number',
      role: role ?? 'feature',
      meaning: name,
      live: true,
    })),
  };
  return {
    schema,
    rows: columns[0]?.cells.length ?? 0,
    columns: columns.map(({ cells }) => {
      if (!isText(cells)) {
        const values = Float64Array.from(cells, (cell) => Number(cell ?? Number.NaN));
        return { kind: 'number', values };
      }
      const dictionary = [...new Set(cells.filter((cell) => cell !== null))];
      const codes = Int32Array.from(cells, (cell) =>
        cell === null ? -1 : dictionary.indexOf(cell),
      );
      return { kind: 'text', codes, dictionary };
    }),
  };
}

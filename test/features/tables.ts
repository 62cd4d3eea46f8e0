import { argusSchema } from '../../src/flow/index.ts';
import {
  type Column,
  NumberBuilder,
  type Schema,
  type Table,
  TextBuilder,
} from '../../src/table/index.ts';

/** A cell: a number, a word, or undefined for an empty one. */
export type Cell = number | string | undefined;

/** A table from rows of cells in schema order. */
export function tableOf(schema: Schema, rows: readonly (readonly Cell[])[]): Table {
  const columns = schema.columns.map((spec, c): Column => {
    if (spec.type === 'text') {
      const builder = new TextBuilder();
      for (const row of rows) builder.push(row[c] as string | undefined);
      return builder.finish();
    }
    const builder = new NumberBuilder();
    for (const row of rows) builder.push((row[c] as number | undefined) ?? Number.NaN);
    return builder.finish();
  });
  return { schema, rows: rows.length, columns };
}

/** A small schema with a column of each role. */
export const mixedSchema: Schema = {
  name: 'mixed',
  version: 3,
  columns: [
    { name: 'when', type: 'time', role: 'time', live: true, meaning: 'time' },
    { name: 'who', type: 'text', role: 'identity', live: true, meaning: 'address' },
    { name: 'note', type: 'text', role: 'context', live: true, meaning: 'remark' },
    { name: 'size', type: 'number', role: 'feature', live: true, meaning: 'bytes' },
    { name: 'kind', type: 'text', role: 'feature', live: true, meaning: 'protocol' },
    { name: 'later', type: 'number', role: 'feature', live: false, meaning: 'known afterwards' },
    { name: 'truth', type: 'text', role: 'label', live: false, meaning: 'label' },
  ],
};

/** Rows of {@link mixedSchema} with the given size and kind. */
export function mixedTable(cells: readonly (readonly [Cell, Cell])[]): Table {
  return tableOf(
    mixedSchema,
    cells.map(([size, kind], i) => [i, `host${i}`, 'x', size, kind, i * 2, 'bad']),
  );
}

/** One argus row; what is not given is a plain TCP flow. */
export function argusRow(cells: Readonly<Record<string, Cell>> = {}): Cell[] {
  const plain: Record<string, Cell> = {
    StartTime: 0,
    Dur: 2,
    Proto: 'tcp',
    SrcAddr: '10.0.0.1',
    Sport: '1025',
    Dir: '->',
    DstAddr: '10.0.0.2',
    Dport: '80',
    State: 'FSPA_FSPA',
    sTos: 0,
    dTos: 0,
    TotPkts: 4,
    TotBytes: 1000,
    SrcBytes: 250,
    ...cells,
  };
  return argusSchema.columns.map(({ name }) => plain[name]);
}

/** A table of {@link argusRow}s. */
export function argusTable(...rows: Readonly<Record<string, Cell>>[]): Table {
  return tableOf(
    argusSchema,
    rows.map((cells) => argusRow(cells)),
  );
}

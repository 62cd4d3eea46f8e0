import { WiresiftError } from '../base/index.ts';

/** A cell as both engines hold it. */
export type Cell = string | number | null;
/** A row as both engines hold it, by column. */
export type Cells = Record<string, Cell>;

/** How a field is held. `rank` is a word kept as its place in a list, so that it sorts by meaning. */
export interface FieldSpec {
  readonly type: 'text' | 'number' | 'flag' | 'json' | 'rank';
  readonly words?: readonly string[];
  /** Never shown in the audit log. */
  readonly secret?: boolean;
}

/** A table: how each field of its record is held, and what may be searched and sorted by. */
export interface TableSpec<Row> {
  readonly table: string;
  readonly fields: { readonly [Field in keyof Row & string]: FieldSpec };
  /** Fields without empty cells that pages may be sorted by; the first is the default. */
  readonly sorts: readonly (keyof Row & string)[];
  /** Text fields that {@link import('./query.ts').PageQuery.search} looks in. */
  readonly search: readonly (keyof Row & string)[];
  /** A column that the engine keeps with all of them in small letters; absent in small tables. */
  readonly searchColumn?: string;
  /** Key of the table and last word of every order. */
  readonly key: 'id';
}

/** The plain ways to hold a field. */
export const TEXT: FieldSpec = { type: 'text' };
export const NUMBER: FieldSpec = { type: 'number' };
export const FLAG: FieldSpec = { type: 'flag' };
export const JSON_FIELD: FieldSpec = { type: 'json' };
export const SECRET: FieldSpec = { type: 'text', secret: true };

/** A field whose words have an order of their own. */
export function rank(words: readonly string[]): FieldSpec {
  return { type: 'rank', words };
}

/** `createdAt` as `created_at`: columns are written so. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** One value as a cell. JSON takes anything; text loses NUL, which PostgreSQL cannot hold. */
export function toCell(spec: FieldSpec, value: unknown): Cell {
  if (spec.type === 'json') return JSON.stringify(value ?? null);
  if (value === null || value === undefined) return null;
  switch (spec.type) {
    case 'flag':
      return value === true ? 1 : 0;
    case 'number':
      return Number(value);
    case 'rank': {
      const place = spec.words!.indexOf(String(value));
      return place < 0 ? null : place;
    }
    default:
      return plainCell(String(value));
  }
}

/** Text that both engines can hold: no NUL, no half of a surrogate pair. */
export function plainCell(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function fromCell(spec: FieldSpec, cell: Cell, where: string): unknown {
  if (spec.type === 'json') return cell === null ? null : parseJson(String(cell), where);
  if (cell === null) return null;
  if (spec.type === 'flag') return Number(cell) === 1;
  if (spec.type === 'rank') return spec.words![Number(cell)];
  return spec.type === 'number' ? Number(cell) : String(cell);
}

/** JSON that the store wrote itself. @throws WiresiftError `STORE_DAMAGED` when it is none */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WiresiftError(
      {
        code: 'STORE_DAMAGED',
        where,
        saw: 'a cell that is no JSON',
        expected: 'what the store wrote',
        todo: 'Restore the store from a backup',
      },
      { cause: error },
    );
  }
}

/** The given fields of a record as cells by column. Fields the table does not have are refused. */
export function encode<Row>(spec: TableSpec<Row>, record: Partial<Row>): Cells {
  const cells: Cells = {};
  for (const [field, value] of Object.entries(record)) {
    if (value === undefined) continue;
    const how = fieldOf(spec, field);
    cells[columnOf(field)] = toCell(how, value);
  }
  return cells;
}

/** A row as a record. */
export function decode<Row>(spec: TableSpec<Row>, cells: Cells): Row {
  const record: Record<string, unknown> = {};
  for (const field of Object.keys(spec.fields)) {
    const how = spec.fields[field as keyof Row & string];
    record[field] = fromCell(how, cells[columnOf(field)] ?? null, `${spec.table}.${field}`);
  }
  return record as Row;
}

/** How a field is held. @throws WiresiftError `STORE_QUERY` when the table has none of that name */
export function fieldOf<Row>(spec: TableSpec<Row>, field: string): FieldSpec {
  if (Object.hasOwn(spec.fields, field)) return spec.fields[field as keyof Row & string];
  throw new WiresiftError({
    code: 'STORE_QUERY',
    where: spec.table,
    saw: `the field ${JSON.stringify(field.slice(0, 80))}`,
    expected: Object.keys(spec.fields).join(', '),
    todo: 'Name a field of this list',
    exitCode: 2,
  });
}

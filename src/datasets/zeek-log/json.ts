import type { ColumnSpec, Schema } from '../../table/index.ts';
import { isoMicros, type JsonObject, member } from '../json-line.ts';
import type { CellValue } from '../record-rows.ts';

/** A cell that is there but cannot be read, with what was seen. */
export class BadCell {
  readonly saw: string;

  constructor(name: string, value: unknown) {
    this.saw = `${name} ${JSON.stringify(value)?.slice(0, 40)}`;
  }
}

/** Seconds, as `JSON::TS_EPOCH` writes them, or text, as `JSON::TS_ISO8601` does. */
function timeCell(value: unknown): number {
  if (typeof value === 'string') return isoMicros(value);
  return typeof value === 'number' && value >= 0 ? Math.round(value * 1e6) : Number.NaN;
}

function textCell(value: unknown): CellValue | BadCell {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.filter((word) => typeof word !== 'object').join(',');
  return undefined;
}

function cell({ name, type }: ColumnSpec, value: unknown): CellValue | BadCell {
  if (value === undefined || value === null) return undefined;
  if (type === 'text') return textCell(value);
  const number = type === 'time' ? timeCell(value) : value;
  if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
  return new BadCell(name, value);
}

/** Zeek's nested form of `id.orig_h`, as some shippers rewrite it. */
function nested(object: JsonObject, field: string): unknown {
  const dot = field.indexOf('.');
  if (dot < 0) return undefined;
  const inner = member(object, field.slice(0, dot));
  return typeof inner === 'object' && inner !== null
    ? member(inner as JsonObject, field.slice(dot + 1))
    : undefined;
}

/**
 * The cells of one line of a Zeek log in JSON.
 * @param fields for each column of the schema the field that fills it, or ''
 */
export function jsonCells(
  object: JsonObject,
  schema: Schema,
  fields: readonly string[],
): CellValue[] | BadCell {
  const cells: CellValue[] = [];
  for (const [i, column] of schema.columns.entries()) {
    const field = fields[i]!;
    const value = field === '' ? undefined : (member(object, field) ?? nested(object, field));
    const read = cell(column, value);
    if (read instanceof BadCell) return read;
    cells.push(read);
  }
  return cells;
}

/** Fields that tell which log a line is of, where it does not say so in `_path`. */
const SIGNS: readonly (readonly [path: string, field: string])[] = [
  ['conn', 'conn_state'],
  ['dns', 'qclass'],
  ['http', 'trans_depth'],
  ['ssl', 'established'],
  ['weird', 'peer'],
];

/** `conn`, `dns` … of a line, or '' when it is no Zeek log of these. */
export function jsonPath(object: JsonObject): string {
  const path = member(object, '_path');
  if (typeof path === 'string') return path;
  if (member(object, 'ts') === undefined || member(object, 'event_type') !== undefined) return '';
  return SIGNS.find(([, field]) => member(object, field) !== undefined)?.[0] ?? '';
}

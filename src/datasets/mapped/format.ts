import { WiresiftError } from '../../base/index.ts';
import type { Schema } from '../../table/index.ts';
import { formatError, type LineFormat, MAX_FIELDS, type RowLayout } from '../delimited.ts';
import { unquote } from '../quoted.ts';
import { shown } from './checked.ts';
import type { MappedColumn, Mapping } from './mapping.ts';

/** Delimiters tried when the mapping names none, likeliest first. */
const SEPARATORS: readonly number[] = [44, 9, 59, 124];

/** Cells of one line, with quotation marks taken away. */
function cellsOf(line: string, separator: number, quoted: boolean): string[] {
  const bytes = new Uint8Array(Buffer.from(line));
  if (!quoted || !line.includes('"')) return line.split(String.fromCharCode(separator));
  const bounds = new Int32Array(MAX_FIELDS + 2);
  const layout = { separator, bounds, max: MAX_FIELDS };
  const fields = Math.min(MAX_FIELDS, unquote(bytes, 0, bytes.length, layout));
  return Array.from({ length: fields }, (_, i) =>
    Buffer.from(bytes.subarray(bounds[i]!, bounds[i + 1]! - 1)).toString(),
  );
}

/** Names trimmed; a name that comes again gets `.1`, `.2` behind it. */
export function columnNames(cells: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell) => {
    const name = cell.trim();
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}.${times}`;
  });
}

/**
 * Where each mapped column stands among a file's.
 * @throws WiresiftError `DATASET_MAPPING` when a column is missing, or one is not named
 */
export function placesOf(mapping: Mapping, names: readonly string[], path: string): number[] {
  const places = mapping.columns.map(({ name }) => names.indexOf(name));
  const missing = mapping.columns.filter((_, i) => places[i]! < 0).map(({ name }) => name);
  if (missing.length > 0) {
    throw mismatch(
      path,
      `no column ${missing.slice(0, 5).map(shown).join(', ')} among ${names.slice(0, 12).join(', ')}`,
      'every column that the mapping names',
      'Check the names in the mapping, its delimiter and its header',
    );
  }
  const { columns, ignored, ignoreOthers } = mapping;
  const known = new Set([...columns.map(({ name }) => name), ...ignored]);
  const others = names.filter((name) => !known.has(name));
  if (others.length > 0 && !ignoreOthers) {
    throw mismatch(
      path,
      `${others.length} columns that the mapping does not name: ${others.slice(0, 8).join(', ')}`,
      'a role for each column',
      'Name them in "columns", or add "others": "ignore"',
    );
  }
  return places;
}

function mismatch(where: string, saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({ code: 'DATASET_MAPPING', where, saw, expected, todo, exitCode: 2 });
}

/**
 * Text files as a mapping describes them.
 * @param schema one column for each of the mapping's, in order
 */
export function mappedFormat(mapping: Mapping, schema: Schema, path: string): LineFormat {
  const expected = mapping.header ? 'a header with the names of the columns' : 'rows of cells';
  return {
    expected,
    directive: -1,
    head(line) {
      if (line.trim() === '') return undefined;
      if (line.includes('\0')) throw formatError(path, 'bytes that are no text', expected);
      const separator = mapping.separator ?? likeliest(line);
      const cells = cellsOf(line, separator, mapping.quoted);
      if (cells.length > MAX_FIELDS) {
        throw formatError(path, `${cells.length} cells`, `at most ${MAX_FIELDS}`);
      }
      const names = mapping.header ? columnNames(cells) : cells.map((_, i) => String(i + 1));
      const places = placesOf(mapping, names, path);
      const layout: RowLayout = {
        separator,
        fields: cells.length,
        cells: schema.columns.map((_, i) => places[i]!),
        // The empty word too: a cell of times may be empty here.
        unset: ['', ...mapping.empty],
        quoted: mapping.quoted,
        signed: true,
        calendar: mapping.columns.some(({ time }) => time === 'calendar'),
      };
      return { layout, isRow: !mapping.header };
    },
  };
}

function likeliest(line: string): number {
  const count = (separator: number): number => line.split(String.fromCharCode(separator)).length;
  return SEPARATORS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

/** How the cells of a column lie in the file: the type that the rows are read with. */
export function cellType({ spec, time }: MappedColumn): 'number' | 'text' | 'time' {
  if (!spec) return 'text';
  if (spec.type !== 'time') return spec.type;
  if (time === 'seconds' || time === 'calendar') return 'time';
  return time === 'day-first' || time === 'month-first' ? 'text' : 'number';
}

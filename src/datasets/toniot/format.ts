import { TON_IOT_NAMES, zeekSchema } from '../../flow/index.ts';
import {
  type ColumnSpec,
  columnIndex,
  numbers,
  type Schema,
  type Table,
  texts,
} from '../../table/index.ts';
import { formatError, type LineFormat, MAX_FIELDS } from '../delimited.ts';

const extra = (name: string, meaning: string): ColumnSpec => ({
  name,
  type: 'text',
  role: 'label',
  live: false,
  meaning,
});

/** The zeek view with TON_IoT's two label columns behind it. */
export const tonIotFileSchema: Schema = {
  ...zeekSchema,
  columns: [
    ...zeekSchema.columns,
    extra('label', '0 normal, 1 attack'),
    extra('type', 'normal, or the kind of attack'),
  ],
};

/** Columns that every release has; they tell the file from other comma-separated text. */
const NEEDED = ['src_ip', 'dst_ip', 'proto', 'conn_state', 'src_ip_bytes'];

const namesOf = (line: string): string[] =>
  line
    .replace(/^\uFEFF/, '')
    .trim()
    .split(',', MAX_FIELDS + 1)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));

/** Whether a line is the header of a TON_IoT network file. */
export function isTonIotHeader(line: string): boolean {
  const names = namesOf(line);
  return names.length <= MAX_FIELDS && NEEDED.every((name) => names.includes(name));
}

/**
 * Any release of the network data: 44 columns without `ts`, 45 and more with it. Cells are found by
 * the header's names; columns that the view lacks are left out.
 */
export function tonIotFormat(path: string): LineFormat {
  const expected = `a header with ${NEEDED.join(', ')}`;
  return {
    expected,
    directive: -1,
    head(line) {
      if (!isTonIotHeader(line)) {
        throw formatError(path, JSON.stringify(line.slice(0, 40)), expected);
      }
      const names = namesOf(line);
      const cells = tonIotFileSchema.columns.map(() => -1);
      for (const [cell, name] of names.entries()) {
        const column = columnIndex(tonIotFileSchema, TON_IOT_NAMES.get(name) ?? name);
        if (column >= 0) cells[column] = cell;
      }
      const unset = ['-', '(empty)'];
      const layout = { separator: 44, fields: names.length, cells, unset, quoted: true };
      return { layout, isRow: false };
    },
  };
}

/**
 * Empties the numbers that the publisher filled with 0 where Zeek wrote nothing, so that the cells
 * are those that the meter leaves: duration and both payload sizes of a row where all three are 0,
 * the DNS numbers of a row without a DNS flag, the HTTP numbers of a row without a depth. Changes
 * the table in place.
 */
export function emptyFilledCells(table: Table): void {
  const code = texts(table, 'dns_AA').codes;
  const depth = numbers(table, 'http_trans_depth');
  clearZeros(table, ['duration', 'orig_bytes', 'resp_bytes'], () => true);
  clearZeros(table, ['dns_qclass', 'dns_qtype', 'dns_rcode'], (row) => code[row] === -1);
  const sizes = ['http_request_body_len', 'http_response_body_len', 'http_status_code'];
  clearZeros(table, sizes, (row) => Number.isNaN(depth[row]));
}

function clearZeros(table: Table, names: readonly string[], applies: (row: number) => boolean) {
  const columns = names.map((name) => numbers(table, name));
  const [first, second, third] = columns as [Float64Array, Float64Array, Float64Array];
  for (let row = 0; row < table.rows; row++) {
    if (first[row] !== 0 || second[row] !== 0 || third[row] !== 0 || !applies(row)) continue;
    for (const column of columns) column[row] = Number.NaN;
  }
}

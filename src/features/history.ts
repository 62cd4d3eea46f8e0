import { WiresiftError } from '../base/index.ts';
import {
  ADDRESS_COLUMNS,
  numbers,
  type Schema,
  schemaId,
  type Table,
  texts,
  timeColumn,
} from '../table/index.ts';
import type { MatrixHistory } from './matrix.ts';

/** Names of the columns that tell how long a flow lasted, in seconds. */
const DURATIONS: readonly string[] = ['Dur', 'duration'];

/** Columns that tell which host began a flow, when, and how long it lasted. */
interface HistoryColumns {
  readonly host: string;
  readonly start: string;
  readonly duration: string | undefined;
}

function historyColumns(schema: Schema): HistoryColumns | undefined {
  const named = (names: readonly string[]): string | undefined =>
    schema.columns.find(({ name }) => names.includes(name))?.name;
  const host = named(ADDRESS_COLUMNS.map(([source]) => source));
  const start = timeColumn(schema);
  if (host === undefined || start === undefined) return undefined;
  return { host, start, duration: named(DURATIONS) };
}

function refuse(schema: Schema, saw: string): never {
  throw new WiresiftError({
    code: 'FEATURE_HISTORY',
    where: `pipeline of ${schemaId(schema)}`,
    saw,
    expected: 'the address that began each flow, and times',
    todo: 'Models that read what a host did before need flows with addresses and times: choose another model or other data',
  });
}

/** Whether any row of a table tells both who began its flow and when it ended. */
export function hasHistory(table: Table): boolean {
  if (!historyColumns(table.schema)) return false;
  const { hosts, times } = tableHistory(table);
  return hosts.some((host, row) => host >= 0 && !Number.isNaN(times[row]!));
}

/** @throws WiresiftError `FEATURE_HISTORY` when no row of a table tells both */
export function checkHistory(table: Table): void {
  if (hasHistory(table)) return;
  const known = historyColumns(table.schema) !== undefined;
  const saw = known ? 'no row with both an address and a time' : 'no originators or no times';
  refuse(table.schema, saw);
}

/**
 * Who began the flows of the rows named (all when absent), and when they ended.
 * @throws WiresiftError `FEATURE_HISTORY` when the schema does not tell
 */
export function tableHistory(table: Table, rows?: Int32Array): MatrixHistory {
  const columns = historyColumns(table.schema);
  if (!columns) return refuse(table.schema, 'no originators or no times');
  const { codes, dictionary } = texts(table, columns.host);
  const starts = numbers(table, columns.start);
  const lasted = columns.duration === undefined ? undefined : numbers(table, columns.duration);
  const count = rows ? rows.length : table.rows;
  const hosts = new Int32Array(new SharedArrayBuffer(4 * count));
  const times = new Float64Array(new SharedArrayBuffer(8 * count));
  for (let i = 0; i < count; i++) {
    const row = rows ? rows[i]! : i;
    const seconds = lasted ? lasted[row]! : 0;
    hosts[i] = codes[row]!;
    times[i] =
      starts[row]! + (seconds > 0 && seconds < Number.POSITIVE_INFINITY ? seconds * 1e6 : 0);
  }
  return { hosts, names: dictionary, times };
}

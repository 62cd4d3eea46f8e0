import { WiresiftError } from '../../base/index.ts';
import type { Column, ColumnSpec, Schema, Table } from '../../table/index.ts';
import { DEFAULT_WINDOWS } from './spans.ts';

interface Feature {
  readonly name: string;
  readonly meaning: string;
  readonly unit?: string;
}

/** The features of one host and window, in order; `docs/windows.md` defines each. */
export const WINDOW_FEATURES: readonly Feature[] = [
  { name: 'flows', meaning: 'Flow records with the host at either end', unit: 'flows' },
  { name: 'peers', meaning: 'Distinct hosts at the other end', unit: 'hosts' },
  { name: 'ports', meaning: 'Distinct responder ports by protocol (ICMP: types and codes)' },
  { name: 'failed_ratio', meaning: 'Share of flows without an answer, or refused' },
  { name: 'bytes_out', meaning: 'Bytes the host sent', unit: 'B' },
  { name: 'bytes_in', meaning: 'Bytes the host received', unit: 'B' },
  { name: 'packets_out', meaning: 'Packets the host sent', unit: 'packets' },
  { name: 'packets_in', meaning: 'Packets the host received', unit: 'packets' },
  { name: 'peer_entropy', meaning: 'Entropy of the peers over flows', unit: 'bit' },
  { name: 'port_entropy', meaning: 'Entropy of the responder ports over flows', unit: 'bit' },
  { name: 'regularity', meaning: "How regular the contacts with this row's peer are, 1 a clock" },
  { name: 'dns_queries', meaning: 'Flows with a DNS query', unit: 'flows' },
  { name: 'nxdomain_ratio', meaning: 'Share of flows with a DNS query that got NXDOMAIN' },
  { name: 'new_peer_ratio', meaning: 'Share of flows whose peer the host did not remember' },
];

/** Which host of the row: originator, responder. */
const SIDES = [
  { prefix: 'src', host: 'originator' },
  { prefix: 'dst', host: 'responder' },
] as const;

/** Features of a batch's rows; the memory is reused by the next call that hands one out. */
export interface WindowColumns {
  /** Lengths of the windows in seconds. */
  readonly windows: readonly number[];
  readonly rows: number;
  /** Numbers a row: two hosts by windows by {@link WINDOW_FEATURES}. */
  readonly stride: number;
  /**
   * `stride` numbers a row, in the order of {@link windowSchemaColumns}. NaN where there is nothing to
   * say: a late row, no query to have a ratio of, too few gaps.
   */
  readonly values: Float64Array;
}

/** The columns of {@link WindowColumns}, in order: `src_flows_1s` to `dst_new_peer_ratio_600s`. */
export function windowSchemaColumns(
  windows: readonly number[] = DEFAULT_WINDOWS,
): readonly ColumnSpec[] {
  return SIDES.flatMap(({ prefix, host }) =>
    windows.flatMap((seconds) =>
      WINDOW_FEATURES.map(
        ({ name, meaning, unit }): ColumnSpec => ({
          name: `${prefix}_${name}_${seconds}s`,
          type: 'number',
          role: 'feature',
          live: true,
          meaning: `${meaning}, last ${seconds} s of the ${host}`,
          ...(unit ? { unit } : {}),
        }),
      ),
    ),
  );
}

/** The schema with the windows' columns behind its own: `argus+windows`. */
export function windowSchema(schema: Schema, windows?: readonly number[]): Schema {
  return {
    name: `${schema.name}+windows`,
    version: 1,
    columns: [...schema.columns, ...windowSchemaColumns(windows)],
  };
}

/**
 * The table with the features' columns behind its own, copied; row i of the one is row i of the other.
 * @throws WiresiftError `WINDOWS_ROWS` when their numbers of rows differ
 */
export function attachWindows(table: Table, features: WindowColumns): Table {
  const { rows, stride, values } = features;
  if (rows !== table.rows) {
    throw new WiresiftError({
      code: 'WINDOWS_ROWS',
      where: `table ${table.schema.name}`,
      saw: `${table.rows} rows, and window features of ${rows}`,
      expected: 'as many of one as of the other',
      todo: 'Observe exactly the flows that the table was made from',
    });
  }
  const columns: Column[] = Array.from({ length: stride }, (_, column) => {
    const cells = new Float64Array(rows);
    for (let row = 0, at = column; row < rows; row++, at += stride) cells[row] = values[at]!;
    return { kind: 'number', values: cells };
  });
  return {
    schema: windowSchema(table.schema, features.windows),
    rows,
    columns: [...table.columns, ...columns],
  };
}

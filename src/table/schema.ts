/**
 * What a column may be used for. `identity` (addresses, ports) and `time` tell who and when, and are
 * refused as features unless the user allows it; `context` is shown to people only.
 */
export type ColumnRole = 'identity' | 'time' | 'feature' | 'context' | 'label';

/** How a column's cells are held: see {@link NumberColumn} and {@link TextColumn}. */
export type ColumnType = 'number' | 'text' | 'time';

/** One column, declared once: readers, encoders, docs and labels all take it from here. */
export interface ColumnSpec {
  readonly name: string;
  /** `time` is a number column in whole microseconds since 1970-01-01 UTC. */
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly meaning: string;
  /** `s`, `B`, `packets`, `us`; absent when the column has no unit. */
  readonly unit?: string;
  /** False when the meter cannot compute it from packets; such a column is refused as a feature. */
  readonly live: boolean;
}

/** The columns of a view or of a data set, in order. Both share one object: see ARCHITECTURE.md. */
export interface Schema {
  readonly name: string;
  /** Raised whenever the meaning of any column changes; a model of another version is refused. */
  readonly version: number;
  readonly columns: readonly ColumnSpec[];
}

/** @returns position of the column called `name`, or -1 */
export function columnIndex(schema: Schema, name: string): number {
  return schema.columns.findIndex((column) => column.name === name);
}

/** `argus@1`: what a model file stores and compares. */
export function schemaId(schema: Schema): string {
  return `${schema.name}@${schema.version}`;
}

/** Names of the columns that tell who began a flow and with whom, by view. */
export const ADDRESS_COLUMNS: readonly (readonly [source: string, destination: string])[] = [
  ['SrcAddr', 'DstAddr'],
  ['src_ip', 'dst_ip'],
  ['id.orig_h', 'id.resp_h'],
];

/** Name of the column that says when a flow began: the first with the role `time`. */
export function timeColumn(schema: Schema): string | undefined {
  return schema.columns.find(({ role, type }) => role === 'time' && type === 'time')?.name;
}

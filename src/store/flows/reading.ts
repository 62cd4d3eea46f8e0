import type { DuckDBValue } from '@duckdb/node-api';
import type { Values } from './flow-sql.ts';
import type { FlowCell, FlowPart } from './flow-store.ts';
import type { FlowView } from './view.ts';

/** Where a query reads, and the text of its FROM. */
export interface Reading {
  readonly view: FlowView;
  readonly parts: readonly FlowPart[];
  readonly unread: number;
  readonly values: Values;
  /** `SELECT … FROM here WHERE …`, without the SELECT. */
  readonly from: string;
}

/** A DuckDB value as a cell. */
export function cellOf(value: DuckDBValue | undefined): FlowCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return typeof value === 'bigint' ? Number(value) : String(value);
}

import { WiresiftError } from '../../base/index.ts';
import { argusSchema, kddSchema, zeekSchema } from '../../flow/index.ts';
import {
  type Column,
  type ColumnSpec,
  columnIndex,
  type Schema,
  type Table,
} from '../../table/index.ts';

/** A view of flows as the store keeps it. */
export interface FlowView {
  /** Name of folder and queries: `argus`. */
  readonly name: string;
  /** The view's own columns, then those of {@link STORED_COLUMNS}. */
  readonly schema: Schema;
  /** Column whose hour chooses the folder, or undefined. */
  readonly time: string | undefined;
  /** Columns with the addresses of both sides; none in a view that tells no addresses. */
  readonly hosts: readonly string[];
}

/** What the store keeps of a flow beside its view. */
export const STORED_COLUMNS: readonly ColumnSpec[] = [
  {
    name: 'flow_id',
    type: 'number',
    role: 'identity',
    live: true,
    meaning: 'Serial number of the flow within its origin, by which alerts name it',
  },
  {
    name: 'score',
    type: 'number',
    role: 'context',
    live: true,
    meaning: 'Probability of harm that the first model gave it; empty when none scored it',
  },
];

/** A view of the meter as the store keeps it. @param hosts its address columns */
export function flowView(schema: Schema, hosts: readonly string[]): FlowView {
  return {
    name: schema.name,
    schema: { ...schema, columns: [...schema.columns, ...STORED_COLUMNS] },
    time: schema.columns.find(({ type }) => type === 'time')?.name,
    hosts,
  };
}

/** The views that are kept unless told otherwise. */
export const FLOW_VIEWS: readonly FlowView[] = [
  flowView(argusSchema, ['SrcAddr', 'DstAddr']),
  flowView(zeekSchema, ['id.orig_h', 'id.resp_h']),
  flowView(kddSchema, []),
];

/** What is known of a table's rows beside their cells; one entry a row. */
export interface RowFacts {
  readonly ids?: Float64Array;
  readonly scores?: Float32Array | Float64Array;
}

/** A table of a view with the stored columns behind its own. */
export function storedTable(view: FlowView, table: Table, facts: RowFacts = {}): Table {
  const own = view.schema.columns.length - STORED_COLUMNS.length;
  const fits =
    table.columns.length === own &&
    table.schema.columns.every(({ name }, i) => name === view.schema.columns[i]!.name);
  if (!fits || table.schema.version !== view.schema.version) {
    throw new WiresiftError({
      code: 'TABLE_SCHEMA',
      where: `flows of the ${view.name} view`,
      saw: `a table of ${table.schema.name}@${table.schema.version}, ${table.columns.length} columns`,
      expected: `${view.name}@${view.schema.version}, ${own} columns`,
      todo: 'Hand over tables of the view the writer was opened for',
    });
  }
  const numbers = (values: ArrayLike<number> | undefined): Column => ({
    kind: 'number',
    values: values
      ? Float64Array.from({ length: table.rows }, (_, row) => values[row]!)
      : new Float64Array(table.rows).fill(Number.NaN),
  });
  const columns = [...table.columns, numbers(facts.ids), numbers(facts.scores)];
  return { schema: view.schema, rows: table.rows, columns };
}

/** Cells of the time column, or undefined. */
export function timesOf(view: FlowView, table: Table): Float64Array | undefined {
  if (view.time === undefined) return undefined;
  const column = table.columns[columnIndex(view.schema, view.time)]!;
  return column.kind === 'number' ? column.values : undefined;
}

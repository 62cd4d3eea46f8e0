import type { DuckDBValue } from '@duckdb/node-api';
import type { ColumnSpec } from '../../table/index.ts';
import { badQuery, operandsOf } from '../filter.ts';
import { type Condition, MAX_CONDITIONS } from '../query.ts';
import type { FlowFilter } from './flow-store.ts';
import type { FlowView } from './view.ts';

/** A column's name as SQL; the name comes from a schema, never from outside. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The column called so. @throws WiresiftError `STORE_QUERY` (exit code 2) when the view has none */
export function columnOf(view: FlowView, name: string): ColumnSpec {
  const column = view.schema.columns.find((one) => one.name === name);
  if (column) return column;
  const names = view.schema.columns.map((one) => one.name).join(', ');
  throw badQuery(
    `flows of the ${view.name} view`,
    `the column ${JSON.stringify(String(name).slice(0, 80))}`,
    names,
  );
}

/** A column's cells as this program hands them out: times as microseconds. */
export function cellSql({ name, type }: ColumnSpec): string {
  return type === 'time' ? `epoch_us(${quoted(name)})::DOUBLE` : quoted(name);
}

/** Gathers values for `$1`, `$2` … */
export class Values {
  readonly list: DuckDBValue[] = [];

  /** @returns the text that stands for the value */
  bind(value: DuckDBValue): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** A value compared with a column: times are bound as microseconds. */
export function boundCell(
  values: Values,
  { type }: ColumnSpec,
  value: string | number | boolean,
): string {
  if (type === 'time')
    return `make_timestamp(${values.bind(BigInt(Math.trunc(Number(value))))}::BIGINT)`;
  if (type === 'number') return `${values.bind(Number(value))}::DOUBLE`;
  return `${values.bind(String(value))}::VARCHAR`;
}

const OPERATORS: Readonly<Partial<Record<Condition['is'], string>>> = {
  equal: '=',
  'not equal': 'IS DISTINCT FROM',
  less: '<',
  'at most': '<=',
  more: '>',
  'at least': '>=',
};

/** Times that a timestamp holds; a condition beyond would overflow. */
const MAX_TIME = 2 ** 53;

function conditionSql(view: FlowView, condition: Condition, values: Values): string {
  const column = columnOf(view, condition.field);
  const name = quoted(column.name);
  const { is } = condition;
  if (is === 'empty') return `${name} IS NULL`;
  if (is === 'not empty') return `${name} IS NOT NULL`;
  const operands = operandsOf(condition, column.type === 'text' ? 'text' : 'number');
  if (column.type === 'time' && operands.some((value) => Math.abs(Number(value)) > MAX_TIME)) {
    throw badQuery(column.name, 'a time beyond reach', 'microseconds since 1970');
  }
  if (is === 'contains' || is === 'starts') {
    const test = is === 'contains' ? 'contains' : 'starts_with';
    return `${test}(lower(${name}), lower(${boundCell(values, column, operands[0]!)}))`;
  }
  if (is === 'one of' || is === 'none of') {
    if (operands.length === 0) return is === 'one of' ? 'false' : 'true';
    const list = operands.map((value) => boundCell(values, column, value)).join(', ');
    return is === 'one of'
      ? `${name} IN (${list})`
      : `(${name} NOT IN (${list}) OR ${name} IS NULL)`;
  }
  return `${name} ${OPERATORS[is]!} ${boundCell(values, column, operands[0]!)}`;
}

/** The filter's own conditions beside {@link FlowFilter.where}. */
function impliedConditions(view: FlowView, { from, to }: FlowFilter): Condition[] {
  const conditions: Condition[] = [];
  if (view.time === undefined) return conditions;
  if (from !== undefined) conditions.push({ field: view.time, is: 'at least', value: from });
  if (to !== undefined) conditions.push({ field: view.time, is: 'less', value: to });
  return conditions;
}

/**
 * A filter as the text after WHERE, its values bound.
 * @throws WiresiftError `STORE_QUERY` (exit code 2) for what the view does not have
 */
export function whereSql(view: FlowView, filter: FlowFilter, values: Values): string {
  const where = [...impliedConditions(view, filter), ...(filter.where ?? [])];
  if (where.length > MAX_CONDITIONS) {
    throw badQuery('flows', `${where.length} conditions`, `${MAX_CONDITIONS} at most`);
  }
  const parts = where.map((condition) => conditionSql(view, condition, values));
  if (filter.host !== undefined) {
    if (view.hosts.length === 0)
      throw badQuery('host', 'a host', `no host: the ${view.name} view tells no addresses`);
    const sides = view.hosts.map((name) => {
      const address = boundCell(values, columnOf(view, name), String(filter.host));
      return `${quoted(name)} = ${address}`;
    });
    parts.push(`(${sides.join(' OR ')})`);
  }
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

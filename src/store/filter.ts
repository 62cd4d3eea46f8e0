import {
  type Expression,
  type ExpressionBuilder,
  type RawBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import { WiresiftError } from '../base/index.ts';
import type { Tables } from './database.ts';
import { type Cell, columnOf, type FieldSpec, fieldOf, type TableSpec, toCell } from './fields.ts';
import {
  COMPARISONS,
  type Condition,
  MAX_CONDITIONS,
  MAX_OPERAND,
  MAX_VALUES,
  type Operand,
} from './query.ts';

type Builder = ExpressionBuilder<Tables, string>;

/** A question that makes no sense. */
export function badQuery(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'STORE_QUERY',
    where,
    saw,
    expected,
    todo: 'See docs/store.md for what can be asked',
    exitCode: 2,
  });
}

const OPERATORS = {
  equal: '=',
  'not equal': '<>',
  less: '<',
  'at most': '<=',
  more: '>',
  'at least': '>=',
} as const;

/** The values of a condition, as a list whose length and types are checked. */
export function operandsOf(
  { field, is, value }: Condition,
  type: 'text' | 'number' | 'flag',
): Operand[] {
  if (!COMPARISONS.includes(is)) {
    throw badQuery(field, `the comparison ${JSON.stringify(is)}`, COMPARISONS.join(', '));
  }
  if (is === 'empty' || is === 'not empty') return [];
  const many = is === 'one of' || is === 'none of';
  const values: readonly unknown[] = many && Array.isArray(value) ? value : [value];
  if ((many && !Array.isArray(value)) || values.length > MAX_VALUES) {
    throw badQuery(
      field,
      many ? 'no list, or too long a list' : 'a list',
      `up to ${MAX_VALUES} values`,
    );
  }
  for (const one of values) checkOperand(field, one, type);
  if ((is === 'contains' || is === 'starts') && type !== 'text') {
    throw badQuery(field, `${is} on a ${type}`, 'a field of text');
  }
  return values as Operand[];
}

const WANTED = { text: 'string', number: 'number', flag: 'boolean' } as const;

function checkOperand(field: string, value: unknown, type: 'text' | 'number' | 'flag'): void {
  const fits =
    typeof value === WANTED[type] &&
    (typeof value !== 'number' || Number.isFinite(value)) &&
    (typeof value !== 'string' || value.length <= MAX_OPERAND);
  if (!fits) throw badQuery(field, `a value of type ${typeof value}`, `a ${type}`);
}

/** Text as a pattern of LIKE in which nothing is special; the escape character is `\`. */
export function likePattern(text: string, anywhere: boolean): string {
  const plain = text.replace(/[\\%_]/g, '\\$&');
  return `${anywhere ? '%' : ''}${plain}%`;
}

/** `ILIKE` by bytes on both engines: LIKE over ASCII lower case. */
export function like(column: string, text: string, anywhere: boolean): RawBuilder<SqlBool> {
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${smallLetters(likePattern(text, anywhere))} escape '\\'`;
}

/** Not Unicode: SQLite folds ASCII alone, and both engines are to find the same rows. */
function smallLetters(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function oneCondition(eb: Builder, spec: FieldSpec, condition: Condition): Expression<SqlBool> {
  const { field, is } = condition;
  const column = columnOf(field);
  if (spec.type === 'json') throw badQuery(field, 'a field of JSON', 'another field');
  // Comparing bit by bit would tell a secret in the end.
  if (spec.secret && is !== 'equal') throw badQuery(field, is, 'equal, for a secret');
  if (is === 'empty') return eb(column, 'is', null);
  if (is === 'not empty') return eb(column, 'is not', null);
  const type = spec.type === 'rank' ? 'text' : spec.type;
  const values = operandsOf(condition, type);
  if (is === 'contains' || is === 'starts') {
    if (spec.type === 'rank') throw badQuery(field, is, 'equal, less, more, one of');
    return like(column, String(values[0]), is === 'contains');
  }
  const cells: Cell[] = values.map((value) => {
    const cell = toCell(spec, value);
    if (cell === null) throw badQuery(field, JSON.stringify(value), spec.words!.join(', '));
    return cell;
  });
  if (is === 'one of') return cells.length === 0 ? sql<SqlBool>`1 = 0` : eb(column, 'in', cells);
  if (is === 'none of') {
    return cells.length === 0
      ? sql<SqlBool>`1 = 1`
      : eb.or([eb(column, 'not in', cells), eb(column, 'is', null)]);
  }
  const compared = eb(column, OPERATORS[is], cells[0]!);
  return is === 'not equal' ? eb.or([compared, eb(column, 'is', null)]) : compared;
}

/** What is searched for, and where. */
export interface Search {
  readonly text?: string | undefined;
  readonly engine?: 'sqlite' | 'postgres';
}

/**
 * Conditions and search words as one expression.
 * @throws WiresiftError `STORE_QUERY` (exit code 2) for what the table does not have
 */
export function whereOf<Row>(
  eb: Builder,
  spec: TableSpec<Row>,
  where: readonly Condition[] = [],
  { text = '', engine = 'sqlite' }: Search = {},
): Expression<SqlBool> {
  // The two engines' names of one function.
  const find = engine === 'sqlite' ? 'instr' : 'strpos';
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (where.length + words.length > MAX_CONDITIONS || text.length > MAX_OPERAND) {
    throw badQuery(
      spec.table,
      `${where.length + words.length} conditions`,
      `${MAX_CONDITIONS} at most`,
    );
  }
  const parts = where.map((condition) =>
    oneCondition(eb, fieldOf(spec, condition.field), condition),
  );
  for (const word of words) {
    const { searchColumn } = spec;
    parts.push(
      searchColumn === undefined
        ? eb.or(spec.search.map((field) => like(columnOf(field), word, true)))
        : sql<SqlBool>`${sql.raw(find)}(${sql.ref(searchColumn)}, ${smallLetters(word)}) > 0`,
    );
  }
  return parts.length === 0 ? sql<SqlBool>`1 = 1` : eb.and(parts);
}

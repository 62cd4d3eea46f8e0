import type { Comparison, Condition, Page, PageQuery, Rows } from '../store/index.ts';
import { badInput } from './refusals.ts';
import type { ListQuery } from './wire.ts';

/** Words of filters in addresses. */
const WORDS: ReadonlyMap<string, Comparison> = new Map([
  ['eq', 'equal'],
  ['ne', 'not equal'],
  ['lt', 'less'],
  ['le', 'at most'],
  ['gt', 'more'],
  ['ge', 'at least'],
  ['in', 'one of'],
  ['nin', 'none of'],
  ['has', 'contains'],
  ['starts', 'starts'],
  ['empty', 'empty'],
  ['some', 'not empty'],
]);

/** Fields of the lists that hold numbers or yes and no: values of filters are text until here. */
const NUMBERS = new Set([
  ...['version', 'createdAt', 'changedAt', 'score', 'first', 'last', 'flows', 'bytes', 'peerCount'],
  ...['resolvedAt', 'alerts', 'openAlerts', 'size', 'received', 'progress', 'attempts', 'priority'],
  ...['startedAt', 'finishedAt', 'expiresAt', 'usedAt', 'revokedAt', 'lastSignInAt', 'until', 'at'],
  ...['failedSignIns', 'lockedUntil'],
]);
const FLAGS = new Set(['disabled', 'mustChangePassword', 'reviewed', 'shared', 'cancelRequested']);

function typed(field: string, text: string): string | number | boolean {
  if (FLAGS.has(field)) {
    if (text === 'true' || text === 'false') return text === 'true';
    throw badInput(`filter ${field}`, JSON.stringify(text), 'true or false');
  }
  if (!NUMBERS.has(field)) return text;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw badInput(`filter ${field}`, JSON.stringify(text), 'a number');
  }
  return value;
}

/** `severity:in:high|medium` as a condition. @throws WiresiftError `SERVE_INPUT` */
export function readFilter(text: string): Condition {
  const [field = '', word = '', ...rest] = text.split(':');
  const is = WORDS.get(word);
  if (field === '' || is === undefined) {
    throw badInput('filter', JSON.stringify(text.slice(0, 80)), 'field:is:value');
  }
  if (is === 'empty' || is === 'not empty') return { field, is };
  const value = rest.join(':');
  if (is === 'one of' || is === 'none of') {
    return { field, is, value: value.split('|').map((one) => typed(field, one)) };
  }
  return { field, is, value: typed(field, value) };
}

/** What the store is asked. Fields are checked there. */
export function pageQuery<Field extends string>(
  query: ListQuery,
  more: readonly Condition<Field>[] = [],
): PageQuery<Field> {
  const { cursor, limit, sort, order, q, filter = [] } = query;
  const where = [...(filter.map(readFilter) as Condition<Field>[]), ...more];
  return {
    where,
    ...(q === undefined ? {} : { search: q }),
    ...(sort === undefined ? {} : { sort: { by: sort as Field, descending: order !== 'up' } }),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { after: cursor }),
  };
}

/** A page as callers get it. @param show what of a row goes out */
export async function answerPage<Row, Shown>(
  rows: Rows<Row>,
  query: ListQuery,
  show: (row: Row) => Shown,
  more: readonly Condition<keyof Row & string>[] = [],
): Promise<{ rows: Shown[]; next: string | null; total?: number }> {
  const asked = pageQuery<keyof Row & string>(query, more);
  const page: Page<Row> = await rows.page(asked);
  const found = { rows: page.rows.map(show), next: page.next };
  if (query.total !== true) return found;
  return { ...found, total: await rows.count(asked.where, asked.search) };
}

import type { Database } from './database.ts';
import { columnOf, fieldOf } from './fields.ts';
import { whereOf } from './filter.ts';
import type { AlertRecord } from './records.ts';
import { pageSize } from './rows.ts';
import type { AlertGroup, AlertGroupsQuery } from './store.ts';
import { ALERTS } from './tables.ts';

/** Alerts summed by host or kind: the gravest group first, of equal ones that with most alerts. */
export async function alertGroups(
  { db, engine }: Database,
  { by, where, search, limit }: AlertGroupsQuery,
): Promise<AlertGroup[]> {
  const { words } = fieldOf(ALERTS, 'severity');
  const rows = await db
    .selectFrom('alerts')
    .select((eb) => [
      eb.ref(columnOf(by)).as('value'),
      eb.fn.countAll().as('n'),
      eb.fn.max('severity').as('worst'),
      eb.fn.max('last').as('latest'),
    ])
    .where((eb) => whereOf(eb, ALERTS, where, { text: search, engine }))
    .groupBy(columnOf(by))
    .orderBy('worst', 'desc')
    .orderBy('n', 'desc')
    .orderBy(columnOf(by))
    .limit(pageSize('alerts by group', limit))
    .execute();
  return rows.map(({ value, n, worst, latest }) => ({
    value: String(value),
    count: Number(n),
    worst: words![Number(worst)]! as AlertRecord['severity'],
    last: Number(latest),
  }));
}

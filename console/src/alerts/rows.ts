import { type Accessor, createMemo, createSignal } from 'solid-js';
import type { AlertGroups, AlertPage, AlertRow } from '../../../src/serve/wire.ts';
import { call, type Query } from '../service/api.ts';
import { type Ask, createRows, type ListRows, type Page } from '../service/list.ts';
import { SEVERITIES } from './words.ts';

/** A group of alerts, as the service sums it. */
export type AlertGroup = AlertGroups['groups'][number];

/** What the list shows: all in one order, or by group. */
export interface AlertsAsked {
  readonly filters: Query & { readonly filter: readonly string[] };
  readonly by: 'host' | 'kind' | undefined;
  readonly sort: string;
  readonly order: 'up' | 'down';
}

/** Rows of alerts, and the groups they stand in. */
export interface AlertRows extends ListRows<AlertRow> {
  readonly group: (word: string) => AlertGroup | undefined;
  /** Whether there may be more groups than the service tells of. */
  readonly capped: Accessor<boolean>;
}

/** Groups whose alerts are asked for at once, and groups that the service tells of, at most. */
const AT_ONCE = 100;
const MOST_GROUPS = 1000;

/** Where to go on: from a group up to but without another, and within these. */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly within?: string;
}

const gravity = ({ severity }: AlertRow): number => SEVERITIES.indexOf(severity);

/** Puts rows in the order of their groups, the gravest of each first, of these the newest. */
export function inGroups(
  rows: readonly AlertRow[],
  by: 'host' | 'kind',
  groups: readonly AlertGroup[],
): AlertRow[] {
  const place = new Map(groups.map(({ value }, at) => [value, at]));
  const placeOf = (row: AlertRow): number => place.get(row[by]) ?? groups.length;
  return [...rows].sort(
    (a, b) => placeOf(a) - placeOf(b) || gravity(a) - gravity(b) || b.last - a.last,
  );
}

/** As many groups as have room in a page; one at least, and that may need several pages. */
export function groupsAt(groups: readonly AlertGroup[], from: number, room: number): number {
  let to = from + 1;
  let sum = groups[from]?.count ?? 0;
  while (to < groups.length && to - from < AT_ONCE && sum + groups[to]!.count <= room) {
    sum += groups[to++]!.count;
  }
  return to;
}

/** Loads alerts as the page asks for them; groups come with the gravest first. */
export function createAlertRows(asked: Accessor<AlertsAsked>): AlertRows {
  const [groups, setGroups] = createSignal<readonly AlertGroup[]>([]);
  const byGroup = async (
    { filters, by }: AlertsAsked,
    { cursor, limit, signal }: Ask,
  ): Promise<Page<AlertRow>> => {
    if (cursor === undefined) {
      const query = { ...filters, by };
      setGroups((await call<AlertGroups>('/api/alerts/groups', { query, signal })).groups);
    }
    const all = groups();
    const place: Place = cursor === undefined ? { from: 0, to: 0 } : JSON.parse(cursor);
    const from = place.from;
    if (from >= all.length) return { rows: [], next: null, total: 0 };
    const to = place.within === undefined ? groupsAt(all, from, limit) : place.to;
    const words = all.slice(from, to).map(({ value }) => value);
    const filter = [...filters.filter, `${by}:in:${words.join('|')}`];
    const query = { ...filters, filter, sort: 'severity', order: 'down', limit };
    const page = await call<AlertPage>('/api/alerts', {
      query: { ...query, cursor: place.within },
      signal,
    });
    const next: Place | null =
      page.next !== null
        ? { from, to, within: page.next }
        : to < all.length
          ? { from: to, to }
          : null;
    return {
      rows: inGroups(page.rows, by!, all),
      next: next && JSON.stringify(next),
      total: all.reduce((sum, { count }) => sum + count, 0),
    };
  };
  const plain = (
    { filters, sort, order }: AlertsAsked,
    { cursor, limit, signal }: Ask,
  ): Promise<Page<AlertRow>> => {
    const total = cursor === undefined ? true : undefined;
    const query = { ...filters, sort, order, cursor, limit, total };
    return call<AlertPage>('/api/alerts', { query, signal });
  };
  const list = createRows<AlertRow, AlertsAsked>(asked, (what, how) =>
    what.by ? byGroup(what, how) : plain(what, how),
  );
  const byWord = createMemo(() => new Map(groups().map((one) => [one.value, one])));
  return {
    ...list,
    group: (word) => byWord().get(word),
    capped: () => asked().by !== undefined && groups().length >= MOST_GROUPS,
  };
}

import { useSearchParams } from '@solidjs/router';
import { type Accessor, batch, createEffect, createMemo, createSignal, on } from 'solid-js';
import { complain } from '../shell/toasts.tsx';
import { call, problemText, type Query } from './api.ts';

/** What every list of the service answers. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
  readonly total?: number;
}

/** Search, filters and order of a list: they stand in the address, so that a link shows the same. */
export interface ListState {
  readonly q: Accessor<string>;
  /** `field:is:value`, as the service takes them. */
  readonly filters: Accessor<readonly string[]>;
  readonly sort: Accessor<string | undefined>;
  readonly order: Accessor<'up' | 'down'>;
  readonly setQ: (text: string) => void;
  /** Puts conditions on a field in place of those that stand; none removes them. */
  readonly setFilter: (field: string, conditions: readonly string[]) => void;
  /** Conditions on a field, without its name: `eq:open`. */
  readonly filter: (field: string) => readonly string[];
  readonly setSort: (field: string, order: 'up' | 'down') => void;
  readonly clear: () => void;
  readonly query: Accessor<Query>;
}

const listed = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Whether two plain values say the same: the address is read anew with every step, and seldom differs. */
export const sameAsText = (a: unknown, b: unknown): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The list's state, read from the address and written to it. */
export function createListState(): ListState {
  const [params, setParams] = useSearchParams<{
    q: string;
    filter: string[];
    sort: string;
    order: string;
  }>();
  const filters = createMemo(() => listed(params.filter), [], { equals: sameAsText });
  const q = (): string => params.q ?? '';
  const sort = (): string | undefined => params.sort;
  const order = (): 'up' | 'down' => (params.order === 'up' ? 'up' : 'down');
  const replace = { replace: true, scroll: false };
  return {
    q,
    filters,
    sort,
    order,
    setQ: (text) => setParams({ q: text || undefined }, replace),
    setFilter(field, conditions) {
      const others = filters().filter((one) => !one.startsWith(`${field}:`));
      const all = [...others, ...conditions.map((one) => `${field}:${one}`)];
      setParams({ filter: all.length > 0 ? all : undefined }, replace);
    },
    filter: (field) =>
      filters()
        .filter((one) => one.startsWith(`${field}:`))
        .map((one) => one.slice(field.length + 1)),
    setSort: (field, next) => setParams({ sort: field, order: next }, replace),
    clear: () => setParams({ q: undefined, filter: undefined }, replace),
    query: createMemo<Query>(
      () => ({
        q: q() || undefined,
        filter: filters(),
        sort: sort(),
        order: sort() === undefined ? undefined : order(),
      }),
      {},
      { equals: sameAsText },
    ),
  };
}

/** Rows of a list as far as they were asked for. */
export interface ListRows<Row> {
  readonly rows: Accessor<readonly Row[]>;
  readonly total: Accessor<number | undefined>;
  readonly done: Accessor<boolean>;
  readonly loading: Accessor<boolean>;
  readonly problem: Accessor<string>;
  /** Loads what follows, unless that is under way or there is nothing. */
  readonly more: () => void;
  /** Loads again from the start, as many rows as there are now; what stands stays until then. */
  readonly reload: () => Promise<void>;
  /** Puts changed rows in the place of those with their ids. */
  readonly replace: (changed: readonly Row[]) => void;
}

/** Rows asked for at a time, and at most when a long list is loaded again. */
const STEP = 200;
const MOST = 1000;

/** What is asked of a list beside its query. */
export interface Ask {
  /** Where to go on; undefined: from the start. */
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** Loads a list by and by. A change of `query` starts it anew. */
export function createListRows<Row extends { readonly id: string | number }>(
  path: string,
  query: Accessor<Query>,
): ListRows<Row> {
  return createRows<Row, Query>(query, (asked, { cursor, limit, signal }) => {
    const total = cursor === undefined ? true : undefined;
    return call<Page<Row>>(path, { query: { ...asked, cursor, limit, total }, signal });
  });
}

/** As {@link createListRows}, for lists that are asked for in another way. */
export function createRows<Row extends { readonly id: string | number }, Asked>(
  query: Accessor<Asked>,
  ask: (query: Asked, how: Ask) => Promise<Page<Row>>,
): ListRows<Row> {
  const [rows, setRows] = createSignal<readonly Row[]>([]);
  const [next, setNext] = createSignal<string | null>(null);
  const [total, setTotal] = createSignal<number>();
  const [loading, setLoading] = createSignal(false);
  const [problem, setProblem] = createSignal('');
  const [begun, setBegun] = createSignal(false);
  let running: AbortController | undefined;

  const load = async (cursor: string | undefined, limit: number): Promise<void> => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    setLoading(true);
    try {
      const page = await ask(query(), { cursor, limit, signal });
      batch(() => {
        setRows((old) => (cursor === undefined ? page.rows : [...old, ...page.rows]));
        setNext(page.next);
        if (page.total !== undefined) setTotal(page.total);
        setProblem('');
        setBegun(true);
      });
    } catch (error) {
      if (signal.aborted) return;
      setProblem(problemText(error));
      if (rows().length > 0) complain(error);
    } finally {
      if (!signal.aborted) setLoading(false);
    }
  };
  createEffect(on(query, () => void load(undefined, STEP)));
  return {
    rows,
    total,
    done: () => begun() && next() === null,
    loading,
    problem,
    more() {
      const cursor = next();
      // Who went far goes on: each step is as long as what is there.
      const step = Math.min(MOST, Math.max(STEP, rows().length));
      if (cursor !== null && !loading()) void load(cursor, step);
    },
    reload: () => load(undefined, Math.min(MOST, Math.max(STEP, rows().length))),
    replace(changed) {
      const byId = new Map(changed.map((row) => [row.id, row]));
      setRows((old) => old.map((row) => byId.get(row.id) ?? row));
    },
  };
}

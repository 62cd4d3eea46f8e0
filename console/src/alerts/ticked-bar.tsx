import { createSignal, For, type JSX, Show } from 'solid-js';
import type { AlertPage } from '../../../src/serve/wire.ts';
import { countText, plural } from '../parts/words.ts';
import { call, type Query } from '../service/api.ts';
import { complain } from '../shell/toasts.tsx';
import { countOf, everybody, judge, type Matching } from './judging.ts';
import type { Ticks } from './ticks.ts';

/** Alerts of one change at most, as the service takes them. */
const MOST = 10_000;

/** Filters of a list, as the service takes them. */
export type ListFilters = Query & { readonly q: string | undefined; readonly filter: string[] };

/** All alerts that match now, as a question whose answer does not grow with those that come. */
async function allMatching({ q, filter }: ListFilters): Promise<Matching> {
  const query = { q, filter, sort: 'createdAt', order: 'down', limit: 1, total: true };
  const { rows, total = 0 } = await call<AlertPage>('/api/alerts', { query });
  const until = rows[0] ? [`createdAt:le:${rows[0].createdAt}`] : [];
  return { ...(q === undefined ? {} : { q }), filter: [...filter, ...until], count: total };
}

/** What can be done with all that is ticked. */
export function TickedBar(props: {
  readonly ticks: Ticks;
  readonly total: number | undefined;
  readonly filters: ListFilters;
  readonly onResolve: () => void;
}): JSX.Element {
  const [counting, setCounting] = createSignal(false);
  const count = (): number => countOf(props.ticks.meant());
  const change = async (judgement: Parameters<typeof judge>[1]): Promise<void> => {
    if (await judge(props.ticks.meant(), judgement)) props.ticks.clear();
  };
  const takeAll = async (): Promise<void> => {
    setCounting(true);
    try {
      props.ticks.takeAll(await allMatching(props.filters));
    } finally {
      setCounting(false);
    }
  };
  const others = (): boolean =>
    props.ticks.all() === undefined && props.total !== undefined && count() < props.total;
  return (
    <Show when={count() > 0}>
      <div class="bar ticked-bar" role="region" aria-label="What is ticked">
        <strong role="status">
          {props.ticks.all()
            ? `All ${plural(count(), 'alert')} that match`
            : `${plural(count(), 'alert')} ticked`}
        </strong>
        <button type="button" class="main" onClick={() => props.onResolve()}>
          Resolve …
        </button>
        <button type="button" onClick={() => void change({ state: 'open', verdict: 'undecided' })}>
          Open again
        </button>
        <select
          aria-label="Give all to"
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            currentTarget.value = '?';
            void change({ assignee: value === '' ? null : value });
          }}
        >
          <option value="?">Give to …</option>
          <option value="">nobody</option>
          <For each={everybody()}>{({ id, name }) => <option value={id}>{name}</option>}</For>
        </select>
        <button type="button" class="quiet" onClick={() => props.ticks.clear()}>
          Untick
        </button>
        <Show when={others()}>
          <Show
            when={props.total! <= MOST}
            fallback={
              <span class="faint">
                {countText(props.total!)} match: to take all, narrow the filters to{' '}
                {countText(MOST)}
              </span>
            }
          >
            <button
              type="button"
              disabled={counting()}
              onClick={() => void takeAll().catch(complain)}
            >
              Take all {countText(props.total!)} that match
            </button>
          </Show>
        </Show>
      </div>
    </Show>
  );
}

import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { AlertDetail, FlowPage, FlowViews } from '../../../src/serve/wire.ts';
import { type Listable, Listed } from '../parts/listed.tsx';
import { countText, timeText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain } from '../shell/toasts.tsx';

type Column = FlowViews['views'][number]['columns'][number];
type Row = FlowPage['rows'][number];

/** Rows drawn before a person asks for more. */
const FIRST = 50;
const STEP = 500;

/** Flows behind an alert, and their downloads. */
export function AlertFlows(props: {
  readonly id: string;
  readonly total: number;
  readonly page: FlowPage | undefined;
  readonly problem: string;
  readonly views: FlowViews | undefined;
  readonly missing: AlertDetail['missing'];
}): JSX.Element {
  const { may } = useSession();
  const [more, setMore] = createSignal<readonly Row[]>([]);
  const [next, setNext] = createSignal<string | null>(null);
  const [drawn, setDrawn] = createSignal(FIRST);
  createEffect(
    on(
      () => props.page,
      (page) => {
        setMore([]);
        setNext(page?.next ?? null);
        setDrawn(FIRST);
      },
    ),
  );
  const path = (end: string): string => `/api/alerts/${encodeURIComponent(props.id)}/${end}`;
  const rows = (): readonly Row[] => [...(props.page?.rows ?? []), ...more()];
  const columns = (): readonly string[] => props.page?.columns ?? [];
  const specs = (): ReadonlyMap<string, Column> => {
    const all = props.views?.views ?? [];
    // A page may hold more than its view: the flow's number, its score.
    const fits = all.find((view) => view.columns.every(({ name }) => columns().includes(name)));
    const known = fits?.columns ?? all.flatMap((view) => view.columns);
    return new Map(known.map((one) => [one.name, one]));
  };
  const times = (): ReadonlySet<string> =>
    new Set((props.views?.views ?? []).flatMap(({ time }) => (time === null ? [] : [time])));
  const showMore = async (): Promise<void> => {
    setDrawn((count) => count + STEP);
    const cursor = next();
    if (cursor === null || drawn() <= rows().length) return;
    try {
      const query = { cursor, limit: STEP };
      const page = await call<FlowPage>(path('flows'), { query });
      setMore((old) => [...old, ...page.rows]);
      setNext(page.next);
    } catch (error) {
      complain(error);
    }
  };
  const list: Listable = {
    rows,
    problem: () => props.problem,
    loading: () => props.page === undefined,
    done: () => drawn() >= rows().length && next() === null,
    more: () => void showMore(),
  };
  const text = (name: string, cell: string | number | null): string => {
    if (cell === null) return '';
    if (typeof cell === 'string') return cell;
    if (times().has(name)) return timeText(cell);
    // Ports are numbers too: no gaps between thousands.
    return String(Number.isInteger(cell) ? cell : Number(cell.toPrecision(6)));
  };
  return (
    <section class="panel" aria-labelledby="flows-title">
      <h2 id="flows-title">Flows</h2>
      <div class="bar">
        <span>{countText(props.total)} in all</span>
        <span class="grow" />
        <a class="button" href={path('flows.csv')} download="">
          Download CSV
        </a>
        <Show when={may('analyst')}>
          <Show
            when={props.missing.packets === null}
            fallback={
              <button type="button" disabled={true} aria-describedby="packets-missing">
                Download packets (pcap)
              </button>
            }
          >
            <a class="button" href={path('pcap')} download="">
              Download packets (pcap)
            </a>
          </Show>
        </Show>
      </div>
      <Show when={props.missing.packets}>
        {(why) => (
          <p class="faint" id="packets-missing">
            No packets: {why()}
          </p>
        )}
      </Show>
      <Show when={props.missing.flows}>{(why) => <p class="faint">{why()}</p>}</Show>
      <Listed list={list} empty="The flows of this alert are no longer kept.">
        <div class="wide flows" tabindex="0" role="region" aria-label="Flows of the alert">
          <table class="dense">
            <thead>
              <tr>
                <For each={columns()}>
                  {(name) => (
                    <th scope="col" title={specs().get(name)?.meaning}>
                      {name}
                      <Show when={!times().has(name) && specs().get(name)?.unit}>
                        {(unit) => <span class="faint"> {unit()}</span>}
                      </Show>
                    </th>
                  )}
                </For>
              </tr>
            </thead>
            <tbody>
              <For each={rows().slice(0, drawn())}>
                {(row) => (
                  <tr>
                    <For each={columns()}>
                      {(name, at) => (
                        <td classList={{ n: typeof row.cells[at()] === 'number' }}>
                          {text(name, row.cells[at()] ?? null)}
                        </td>
                      )}
                    </For>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </Listed>
    </section>
  );
}

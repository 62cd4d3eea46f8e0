import { A, useSearchParams } from '@solidjs/router';
import { createMemo, For, type JSX, onCleanup, Show } from 'solid-js';
import type { Overview } from '../../../src/serve/wire.ts';
import { AlertsByTime } from '../overview/alerts-by-time.tsx';
import { CoveragePanel } from '../overview/coverage.tsx';
import { ModelsAtWork } from '../overview/models.tsx';
import { Processing } from '../overview/processing.tsx';
import { TrafficByTime } from '../overview/traffic.tsx';
import { WorldMaps } from '../overview/world.tsx';
import { WorstHosts } from '../overview/worst-hosts.tsx';
import { Shown } from '../parts/shown.tsx';
import { countText, timeText } from '../parts/words.ts';
import { sameAsText } from '../service/list.ts';
import { createLoaded } from '../service/loaded.ts';
import { onStream } from '../service/stream.ts';
import '../overview/overview.css';

const HOUR = 3_600_000_000;
/** Stretches that can be looked at, counted back from the newest traffic. */
const WINDOWS = [
  { word: '', title: 'all of it', micros: 0 },
  { word: '1h', title: 'its last hour', micros: HOUR },
  { word: '24h', title: 'its last 24 hours', micros: 24 * HOUR },
  { word: '7d', title: 'its last 7 days', micros: 168 * HOUR },
];
/** The picture is loaded again at most this often. */
const CALM_MILLIS = 3000;

/** What is going on, in one look. */
export default function OverviewPage(): JSX.Element {
  const [params, setParams] = useSearchParams<{ from: string; to: string }>();
  const query = createMemo(
    () => ({ from: params.from, to: params.to, bars: 60, by: 'kind' }),
    undefined,
    { equals: sameAsText },
  );
  const overview = createLoaded<Overview>(() => '/api/overview', query);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      overview.reload();
    }, CALM_MILLIS);
  };
  onCleanup(() => clearTimeout(timer));
  onStream('overview', soon);
  onStream('alert', soon);
  onStream('job', soon);
  onStream('reset', soon);
  const choose = (micros: number): void => {
    const newest = overview.data()?.to;
    const from = micros === 0 || newest == null ? undefined : String(newest - micros);
    setParams({ from, to: undefined }, { replace: true, scroll: false });
  };
  return (
    <section class="page overview-page">
      <div class="bar">
        <h1>Overview</h1>
        <span class="grow" />
        <label class="inline">
          Traffic of
          <select
            onChange={({ currentTarget }) =>
              choose(WINDOWS[currentTarget.selectedIndex]?.micros ?? 0)
            }
          >
            <For each={WINDOWS}>
              {({ title, micros }) => (
                <option selected={(params.from === undefined) === (micros === 0)}>{title}</option>
              )}
            </For>
          </select>
        </label>
      </div>
      <Shown of={overview}>
        {(found) => (
          <Show when={found().from !== null} fallback={<Nothing overview={found()} />}>
            <Tiles overview={found()} />
            <div class="panels overview-panels">
              <AlertsByTime overview={found()} />
              <WorstHosts hosts={found().hosts} />
              <WorldMaps countries={found().countries} />
            </div>
            <div class="panels woven">
              <TrafficByTime overview={found()} />
              <ModelsAtWork models={found().models} />
              <Processing overview={found()} />
              <CoveragePanel coverage={found().coverage} />
            </div>
          </Show>
        )}
      </Shown>
    </section>
  );
}

function Tiles(props: { readonly overview: Overview }): JSX.Element {
  const alerts = () => props.overview.alerts;
  const link = (severity: string): string =>
    `/alerts?filter=${encodeURIComponent(`severity:eq:${severity}`)}`;
  return (
    <>
      <ul class="tiles">
        <li class="tile">
          <A href="/alerts">
            <strong>{countText(alerts().open)}</strong> open alerts
          </A>
        </li>
        <For each={alerts().severity}>
          {({ value, open }) => (
            <li class="tile" classList={{ [value]: open > 0 }}>
              <A href={link(value)}>
                <strong>{countText(open)}</strong> {value}
              </A>
            </li>
          )}
        </For>
        <li class="tile">
          <strong>{countText(alerts().total - alerts().open)}</strong> resolved
        </li>
        <li class="tile">
          <strong>{countText(alerts().suppressed)}</strong> hidden by rules
        </li>
        <li class="tile">
          <strong>{countText(props.overview.traffic.flows)}</strong> flows
        </li>
      </ul>
      <p class="faint">
        Traffic from {timeText(props.overview.from)} to {timeText(props.overview.to)} UTC.
      </p>
    </>
  );
}

function Nothing(props: { readonly overview: Overview }): JSX.Element {
  return (
    <>
      <p>
        There is no traffic yet. <A href="/files">Upload a capture</A>: its alerts appear here while
        it arrives.
      </p>
      <div class="panels">
        <Processing overview={props.overview} />
        <ModelsAtWork models={props.overview.models} />
      </div>
    </>
  );
}

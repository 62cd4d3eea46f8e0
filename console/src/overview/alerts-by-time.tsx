import { A } from '@solidjs/router';
import { createMemo, For, type JSX, Show } from 'solid-js';
import type { StripChart } from '../../../src/report/chart/chart.ts';
import type { AlertRow, Overview } from '../../../src/serve/wire.ts';
import { KIND_NAMES } from '../alerts/words.ts';
import { Picture } from '../parts/picture.tsx';
import { countText } from '../parts/words.ts';

const nameOf = (kind: string): string => KIND_NAMES[kind as AlertRow['kind']] ?? kind;

/** Bars of the service as strips, a kind each, the most frequent above. */
function stripsOf({ from, to, alerts }: Overview): StripChart {
  const { bars, width, kind } = alerts;
  const start = from!;
  const count = Math.max(1, Math.ceil((to! - start) / width) || 1);
  const rows = new Map(kind.map(({ value }) => [String(value), new Array<number>(count).fill(0)]));
  for (const bar of bars) {
    const values = rows.get(bar.value) ?? new Array<number>(count).fill(0);
    rows.set(bar.value, values);
    const at = Math.max(0, Math.min(count - 1, Math.floor((bar.from - start) / width)));
    values[at] = values[at]! + bar.count;
  }
  return {
    kind: 'strips',
    title: 'Alerts by time and kind',
    note: 'The darker, the more alerts of that kind at that time.',
    edges: Array.from({ length: count + 1 }, (_, i) => start + i * width),
    strips: [...rows].map(([value, values]) => ({ label: nameOf(value), values })),
    x: { title: 'time of the traffic (UTC)', format: 'time' },
  };
}

/** When alerts of each kind were, and how many. */
export function AlertsByTime(props: { readonly overview: Overview }): JSX.Element {
  const chart = createMemo(() => stripsOf(props.overview));
  const most = (): number => Math.max(...props.overview.alerts.kind.map(({ count }) => count), 1);
  return (
    <section class="panel" aria-labelledby="alerts-title">
      <h2 id="alerts-title" class="unseen">
        Alerts by time and kind
      </h2>
      <Show
        when={props.overview.alerts.kind.length > 0}
        fallback={<p class="faint">No alert in this stretch of time.</p>}
      >
        <Picture chart={chart()} most={1100} />
        <ul class="bar-list">
          <For each={props.overview.alerts.kind}>
            {({ value, count }) => (
              <li>
                <A
                  href={`/alerts?filter=${encodeURIComponent(`kind:eq:${value}`)}&filter=state:in:open|resolved`}
                >
                  {nameOf(String(value))}
                </A>
                <span class="meter" aria-hidden="true">
                  <span style={{ width: `${(100 * count) / most()}%` }} />
                </span>
                <span class="n">{countText(count)}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}

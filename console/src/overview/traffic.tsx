import { createMemo, type JSX, Show } from 'solid-js';
import type { LineChart } from '../../../src/report/chart/chart.ts';
import type { Overview } from '../../../src/serve/wire.ts';
import { Picture } from '../parts/picture.tsx';

function linesOf({ traffic }: Overview): LineChart {
  const { bars } = traffic;
  const last = bars.at(-1);
  return {
    kind: 'lines',
    title: 'Traffic by time',
    lines: [
      {
        name: 'flows',
        x: [...bars.map(({ from }) => from), ...(last ? [last.to] : [])],
        y: [...bars.map(({ count }) => count), ...(last ? [last.count] : [])],
        steps: true,
      },
    ],
    x: { title: 'time of the traffic (UTC)', format: 'time' },
    y: { title: 'flows', format: 'count' },
  };
}

/** How much traffic there was, by time. */
export function TrafficByTime(props: { readonly overview: Overview }): JSX.Element {
  const chart = createMemo(() => linesOf(props.overview));
  return (
    <section class="panel" aria-labelledby="traffic-title">
      <h2 id="traffic-title" class="unseen">
        Traffic by time
      </h2>
      <Show
        when={props.overview.traffic.bars.length > 0}
        fallback={<p class="faint">No flow is kept of this stretch of time.</p>}
      >
        <Picture chart={chart()} most={900} />
      </Show>
    </section>
  );
}

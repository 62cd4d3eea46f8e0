import { createMemo, type JSX, Show } from 'solid-js';
import type { StripChart } from '../../../src/report/chart/chart.ts';
import type { AlertRow, FlowPage, FlowViews } from '../../../src/serve/wire.ts';
import { Picture } from '../parts/picture.tsx';
import { countText, plural } from '../parts/words.ts';

const BINS = 80;
/** Peers with a strip of their own; the others share one. */
const PEERS = 10;
const FEW = 3;

/** The view whose columns a page of flows has. */
function viewOf(
  page: FlowPage,
  views: FlowViews | undefined,
): FlowViews['views'][number] | undefined {
  return views?.views.find(
    ({ time, hosts }) =>
      time !== null &&
      page.columns.includes(time) &&
      hosts.every((host) => page.columns.includes(host)),
  );
}

interface Spot {
  readonly at: number;
  readonly peer: string;
}

function spotsOf(page: FlowPage, views: FlowViews | undefined, host: string): readonly Spot[] {
  const view = viewOf(page, views);
  if (!view) return [];
  const time = page.columns.indexOf(view.time!);
  const hosts = view.hosts.map((name) => page.columns.indexOf(name));
  return page.rows.flatMap(({ cells }) => {
    const at = cells[time];
    if (typeof at !== 'number') return [];
    const peer = hosts.map((index) => String(cells[index])).find((one) => one !== host) ?? host;
    return [{ at, peer }];
  });
}

function chartOf(spots: readonly Spot[], part: string): StripChart {
  const low = spots.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const high = spots.reduce((most, { at }) => Math.max(most, at), low);
  const width = Math.max(1, (high - low) / BINS);
  const counts = new Map<string, number>();
  for (const { peer } of spots) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  // Of very many peers none stands out: then it matters when each was met first.
  const crowd = counts.size > 2 * PEERS;
  const order = [...counts].sort((a, b) => b[1] - a[1]);
  const named = order.slice(0, crowd ? FEW : PEERS).map(([peer]) => peer);
  const empty = (): number[] => new Array<number>(BINS).fill(0);
  const rows = new Map(named.map((peer) => [peer, empty()]));
  const [all, met, rest] = [empty(), empty(), empty()];
  const known = new Set<string>();
  for (const { at, peer } of [...spots].sort((a, b) => a.at - b.at)) {
    const bin = Math.min(BINS - 1, Math.floor((at - low) / width));
    all[bin]!++;
    if (!known.has(peer)) met[bin]!++;
    known.add(peer);
    (rows.get(peer) ?? rest)[bin]!++;
  }
  const strips = [...rows].map(([label, values]) => ({ label, values }));
  if (crowd) {
    const firsts = { label: `${countText(counts.size)} peers met first`, values: met };
    strips.unshift({ label: 'all flows', values: all }, firsts);
  } else if (counts.size > named.length) {
    strips.push({ label: `${counts.size - named.length} others`, values: rest });
  }
  return {
    kind: 'strips',
    title: 'Time line: flows by peer',
    note: `${part}; the darker, the more at that time. A beacon is an even row of marks.`,
    edges: Array.from({ length: BINS + 1 }, (_, i) => low + i * width),
    strips,
    x: { title: 'time (UTC)', format: 'time' },
  };
}

/** When the flows behind the alert were, by the peer they were with. */
export function TimeLine(props: {
  readonly row: AlertRow;
  readonly flows: FlowPage | undefined;
  readonly views: FlowViews | undefined;
}): JSX.Element {
  const spots = createMemo(() =>
    props.flows ? spotsOf(props.flows, props.views, props.row.host) : [],
  );
  const part = (): string =>
    props.flows?.next != null
      ? `The first ${plural(spots().length, 'flow')}`
      : plural(spots().length, 'flow');
  return (
    <Show when={spots().length > 0}>
      <section class="panel" aria-labelledby="time-title">
        <h2 id="time-title" class="unseen">
          Time line
        </h2>
        <Picture chart={chartOf(spots(), part())} most={1500} />
      </section>
    </Show>
  );
}

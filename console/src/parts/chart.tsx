import { createEffect, createMemo, createSignal, type JSX, onCleanup, onMount } from 'solid-js';
import type { Chart } from '../../../src/report/chart/chart.ts';
import { drawChart } from '../../../src/report/chart/draw.ts';
import { theme } from '../../../src/report/chart/theme.ts';

/** Narrower than this nothing can be read. */
const LEAST = 240;

/** A chart as reports draw it, as wide as its place; drawn anew when that changes. */
export default function ChartPicture(props: {
  readonly chart: Chart;
  readonly most?: number;
}): JSX.Element {
  const [width, setWidth] = createSignal(0);
  let box!: HTMLDivElement;
  onMount(() => {
    const watcher = new ResizeObserver(([entry]) => {
      const room = Math.floor(entry!.contentRect.width);
      setWidth(Math.max(LEAST, Math.min(room, props.most ?? 900)));
    });
    watcher.observe(box);
    onCleanup(() => watcher.disconnect());
  });
  const markup = createMemo(() =>
    width() === 0 ? '' : drawChart(props.chart, { width: width(), theme: theme('page'), document }),
  );
  // The drawing escapes every text itself.
  // The drawing library labels its parts for nobody: the picture as a whole has a name.
  createEffect(() => {
    markup();
    for (const part of box.querySelectorAll('svg [aria-label]')) part.removeAttribute('aria-label');
  });
  return <div class="chart" ref={box} innerHTML={markup()} />;
}

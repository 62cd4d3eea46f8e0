import * as Plot from '@observablehq/plot';
import { axisText, cellText, logTicks, plainTicks, tickFormat } from './axis-text.ts';
import type { Bar, BarChart } from './chart.ts';
import { type Drawing, type DrawOptions, FONT, fitted, textWidth } from './drawing.ts';
import { seriesStyle } from './theme.ts';

const BAR = 15;
const GAP = 7;
/** Share of the width that labels may take. */
const LABELS = 0.4;

interface Row {
  readonly key: string;
  readonly label: string;
  readonly bar: Bar;
  readonly series: number;
}

/** Rows in the order given, those of a label together; keys are unique where labels repeat. */
function rowsOf(bars: readonly Bar[], names: readonly string[]): Row[] {
  const groups = new Map<string, Bar[]>();
  for (const bar of bars) {
    const group = groups.get(bar.label);
    if (group) group.push(bar);
    else groups.set(bar.label, [bar]);
  }
  const rows: Row[] = [];
  for (const [label, group] of groups) {
    group.forEach((bar, index) => {
      const series = Math.max(0, names.indexOf(bar.series ?? ''));
      rows.push({ key: `${rows.length}`, label: index === 0 ? label : '', bar, series });
    });
  }
  return rows;
}

const valueText = ({ value, low, high }: Bar, chart: BarChart): string => {
  if (value === null) return 'none';
  const { format } = chart.value;
  const told = (one: number): string =>
    format === 'share' ? cellText(one, format) : axisText(one, format);
  return low === undefined || high === undefined
    ? told(value)
    : `${told(value)} (${told(low)}–${told(high)})`;
};

/** The value axis: from 0, or on a log scale from the power of ten below the smallest. */
function domainOf({ bars, value }: BarChart): [number, number] {
  if (value.domain) return [...value.domain];
  const all = bars.flatMap((bar) => [bar.value ?? 0, bar.high ?? 0, bar.low ?? bar.value ?? 0]);
  const high = Math.max(...all, 0);
  if (!value.log) return [Math.min(0, ...all), high > 0 ? high : 1];
  const positive = all.filter((one) => one > 0);
  const low = positive.length > 0 ? Math.min(...positive) : 1;
  return [10 ** Math.floor(Math.log10(low) - 1e-9), high > 0 ? high : 10];
}

/** There is no tenth of a row: such an axis only begins there so that a bar of one is seen. */
function countTicks({ value }: BarChart, [low, high]: [number, number], count: number): number[] {
  return logTicks(value.format === 'count' ? Math.max(1, low) : low, high, count);
}

/** Horizontal bars with their figures written beside them. */
export function drawBars(chart: BarChart, { width, theme, document }: DrawOptions): Drawing {
  const names = [...new Set(chart.bars.map(({ series }) => series ?? ''))];
  const rows = rowsOf(chart.bars, names);
  const room = Math.max(...rows.map(({ label }) => textWidth(label, FONT)), 20) + 10;
  const marginLeft = Math.min(room, width * LABELS);
  const label = (text: string): string => fitted(text, FONT, marginLeft - 8);
  const domain = domainOf(chart);
  const start = chart.value.log ? domain[0] : 0;
  const marginRight =
    Math.max(...rows.map(({ bar }) => textWidth(valueText(bar, chart), FONT)), 10) + 14;
  const height = rows.length * (BAR + (names.length > 1 ? 2 : GAP)) + 52;
  const count = Math.max(2, Math.floor((width - marginLeft - marginRight) / 60));
  const ticks = chart.value.log ? countTicks(chart, domain, count) : plainTicks(domain, count);
  const end = ({ bar }: Row): number => Math.max(bar.value ?? start, bar.high ?? start, start);
  const drawn = rows.filter(({ bar }) => bar.value !== null);
  const ranged = drawn.filter(({ bar }) => bar.low !== undefined && bar.high !== undefined);
  const element = Plot.plot({
    document,
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: 6,
    marginBottom: 40,
    x: {
      type: chart.value.log ? 'log' : 'linear',
      domain,
      label: chart.value.title,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks,
      tickFormat: tickFormat(chart.value),
      clamp: true,
    },
    y: {
      domain: rows.map(({ key }) => key),
      label: null,
      tickSize: 0,
      tickFormat: (key: string) => label(rows[Number(key)]?.label ?? ''),
      padding: names.length > 1 ? 0.12 : 0.3,
    },
    marks: [
      Plot.gridX(ticks, { stroke: theme.faint, strokeOpacity: 0.25 }),
      Plot.barX(drawn, {
        x1: start,
        x2: (row: Row) => Math.max(row.bar.value ?? start, Math.min(start, domain[0])),
        y: 'key',
        fill: (row: Row) => seriesStyle(theme, row.series).colour,
        fillOpacity: (row: Row) => (row.series % 2 === 0 ? 0.9 : 0.55),
      }),
      Plot.ruleY(ranged, {
        x1: (row: Row) => row.bar.low,
        x2: (row: Row) => row.bar.high,
        y: 'key',
        stroke: theme.ink,
        strokeWidth: 1.5,
      }),
      Plot.text(rows, {
        x: end,
        y: 'key',
        text: ({ bar }: Row) => valueText(bar, chart),
        textAnchor: 'start',
        dx: 5,
        fill: theme.ink,
      }),
      Plot.ruleX([start], { stroke: theme.ink }),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  });
  const legend =
    names.length < 2
      ? []
      : names.map((text, index) => ({
          text,
          colour: seriesStyle(theme, index).colour,
          opacity: index % 2 === 0 ? 0.9 : 0.55,
          mark: 'box' as const,
          dash: '',
        }));
  return { element, width, height, legend };
}

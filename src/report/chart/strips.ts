import * as Plot from '@observablehq/plot';
import { logTicks, plainTicks, tickFormat } from './axis-text.ts';
import type { StripChart } from './chart.ts';
import { type Drawing, type DrawOptions, FONT, fitted, textWidth } from './drawing.ts';
import { TIME_MARGIN, timeRoom, timeTicks } from './time-axis.ts';

const STRIP = 22;
/** Share of the width that labels may take. */
const LABELS = 0.36;
/** The least that a bin with anything in it is shaded. */
const FAINTEST = 0.12;

interface Bin {
  readonly x1: number;
  readonly x2: number;
  readonly key: string;
  readonly shade: number;
}

/** Bins that hold something, shaded by the root of their share of the strip's fullest bin. */
function binsOf({ edges, strips }: StripChart): Bin[] {
  return strips.flatMap(({ values }, at) => {
    const most = Math.max(...values, 0);
    return values.flatMap((value, bin): Bin[] => {
      if (!(value > 0)) return [];
      const shade = Math.max(FAINTEST, Math.sqrt(value / most));
      return [{ x1: edges[bin]!, x2: edges[bin + 1]!, key: String(at), shade }];
    });
  });
}

/** Shaded strips over one axis, a strip a class. */
export function drawStrips(chart: StripChart, { width, theme, document }: DrawOptions): Drawing {
  const { strips, x } = chart;
  const room = Math.max(...strips.map(({ label }) => textWidth(label, FONT)), 20) + 12;
  const marginLeft = Math.min(room, width * LABELS);
  const marginRight = x.format === 'time' ? TIME_MARGIN : 22;
  const marginBottom = x.format === 'time' ? 56 : 42;
  const height = strips.length * STRIP + 8 + marginBottom;
  const first = chart.edges[0] ?? 0;
  const last = chart.edges.at(-1) ?? 1;
  const domain: [number, number] = x.domain
    ? [...x.domain]
    : [first, last > first ? last : first + 1];
  const count = Math.max(2, Math.floor((width - marginLeft - marginRight) / 65));
  const ticks =
    x.format === 'time'
      ? timeTicks(...domain, timeRoom(width - marginLeft - marginRight))
      : x.log
        ? logTicks(...domain, count)
        : plainTicks(domain, count);
  const element = Plot.plot({
    document,
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: 6,
    marginBottom,
    x: {
      type: x.log ? 'log' : 'linear',
      domain,
      label: x.title,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks,
      tickFormat: tickFormat(x, ticks),
    },
    y: {
      type: 'band',
      domain: strips.map((_, index) => String(index)),
      label: null,
      tickSize: 0,
      tickFormat: (key: string) => fitted(strips[Number(key)]?.label ?? '', FONT, marginLeft - 10),
      padding: 0.12,
    },
    marks: [
      Plot.gridX(ticks, { stroke: theme.faint, strokeOpacity: 0.25 }),
      Plot.barX(binsOf(chart), {
        x1: 'x1',
        x2: 'x2',
        y: 'key',
        fill: theme.plus,
        fillOpacity: 'shade',
        insetRight: 0.5,
      }),
      Plot.frame({ stroke: theme.faint, strokeOpacity: 0.5 }),
    ],
    opacity: { type: 'identity' },
  });
  return { element, width, height, legend: [] };
}

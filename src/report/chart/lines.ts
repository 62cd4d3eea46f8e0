import * as Plot from '@observablehq/plot';
import { axisText, logTicks, plainTicks, tickFormat } from './axis-text.ts';
import type { Axis, Line, LineChart } from './chart.ts';
import { type Drawing, type DrawOptions, FONT, textWidth } from './drawing.ts';
import { seriesStyle, type Theme } from './theme.ts';
import { TIME_MARGIN, timeRoom, timeTicks } from './time-axis.ts';

/** Height of the picture as a share of its width, within bounds that a page can show. */
const SHAPE = 0.56;
const LOWEST = 220;
const HIGHEST = 420;
/** Pixels that a number needs along an axis; lines of text need less above each other. */
const LABEL = 75;
const TALL = LABEL / 42;
/** Opacity of a band: the grid shows through. */
const BAND = 0.2;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** The points that an axis can show: finite, and positive where it is logarithmic. */
function pointsOf(line: Line, x: Axis, y: Axis): Point[] {
  const shown = (value: number, axis: Axis): boolean =>
    Number.isFinite(value) && (!axis.log || value > 0);
  const points: Point[] = [];
  line.x.forEach((at, index) => {
    const value = line.y[index]!;
    if (!shown(at, x) || !shown(value, y)) return;
    const low = line.low?.[index] ?? value;
    const high = line.high?.[index] ?? value;
    points.push({ x: at, y: value, low: shown(low, y) ? low : value, high });
  });
  return points;
}

function span(values: readonly number[], axis: Axis): [number, number] {
  if (axis.domain) return [...axis.domain];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return axis.log ? [1, 10] : [0, 1];
  if (low === high) return axis.log ? [low / 2, high * 2] : [Math.min(0, low), high || 1];
  const fromZero = !axis.log && (axis.format === 'count' || axis.format === 'share');
  return fromZero ? [Math.min(0, low), high] : [low, high];
}

/** @param room pixels that the axis has */
function ticksOf(axis: Axis, domain: [number, number], room: number): number[] {
  if (axis.format === 'time') return timeTicks(...domain, timeRoom(room));
  const count = Math.floor(room / LABEL);
  if (axis.log) return logTicks(...domain, count);
  const most = axis.whole ? Math.min(count, Math.floor(domain[1] - domain[0])) : count;
  return plainTicks(domain, most);
}

function scale(axis: Axis, domain: [number, number], ticks: number[]): Plot.ScaleOptions {
  return {
    type: axis.log ? 'log' : 'linear',
    domain,
    label: axis.title,
    labelAnchor: 'center',
    labelArrow: 'none',
    ticks,
    tickFormat: tickFormat(axis, ticks),
  };
}

function lineMarks(line: Line, points: Point[], index: number, theme: Theme): Plot.Markish[] {
  const { colour, dash } = seriesStyle(theme, index);
  const curve = line.steps ? 'step-after' : 'linear';
  const marks: Plot.Markish[] = [];
  if (line.low && line.high) {
    const band = { x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: BAND };
    marks.push(Plot.areaY(points, { ...band, curve } as Plot.AreaYOptions));
  }
  if (line.bandOnly) return marks;
  const stroke = { stroke: colour, strokeWidth: 2, strokeDasharray: dash === '' ? 'none' : dash };
  if (!line.dotsOnly) marks.push(Plot.line(points, { x: 'x', y: 'y', ...stroke, curve }));
  if (line.dots || line.dotsOnly)
    marks.push(Plot.dot(points, { x: 'x', y: 'y', r: 3, fill: colour }));
  return marks;
}

/** Lines, their bands and the points worth naming. */
export function drawLines(chart: LineChart, { width, theme, document }: DrawOptions): Drawing {
  const height = Math.round(Math.min(HIGHEST, Math.max(LOWEST, width * SHAPE)));
  const lines = chart.lines.map((line) => pointsOf(line, chart.x, chart.y));
  const all = lines.flat();
  const marked = [...(chart.points ?? [])];
  const xs = span(
    [...all, ...marked].map(({ x }) => x),
    chart.x,
  );
  const ys = span(
    [...all.flatMap(({ low, high }) => [low, high]), ...marked.map(({ y }) => y)],
    chart.y,
  );
  const yTicks = ticksOf(chart.y, ys, height * TALL);
  const room = Math.max(
    ...yTicks.map((value) => textWidth(axisText(value, chart.y.format), FONT)),
    18,
  );
  const time = chart.x.format === 'time';
  const marginLeft = room + 34;
  const marginRight = time ? TIME_MARGIN : 22;
  const xTicks = ticksOf(chart.x, xs, time ? width - marginLeft - marginRight : width);
  const ends = [
    { x: xs[0], y: ys[0] },
    { x: xs[1], y: ys[1] },
  ];
  const onRight = ({ x }: { x: number }): boolean => x > xs[0] + (xs[1] - xs[0]) * 0.6;
  const element = Plot.plot({
    document,
    width,
    height,
    marginLeft,
    marginRight,
    marginTop: 10,
    marginBottom: time ? 56 : 42,
    x: scale(chart.x, xs, xTicks),
    y: scale(chart.y, ys, yTicks),
    marks: [
      Plot.gridX(xTicks, { stroke: theme.faint, strokeOpacity: 0.2 }),
      Plot.gridY(yTicks, { stroke: theme.faint, strokeOpacity: 0.2 }),
      ...(chart.diagonal
        ? [Plot.line(ends, { x: 'x', y: 'y', stroke: theme.faint, strokeDasharray: '4 4' })]
        : []),
      ...chart.lines.flatMap((line, index) => lineMarks(line, lines[index]!, index, theme)),
      Plot.dot(marked, {
        x: 'x',
        y: 'y',
        r: 5,
        stroke: theme.ink,
        strokeWidth: 2,
        fill: theme.paper,
      }),
      ...[false, true].map((right) =>
        Plot.text(
          marked.filter((point) => onRight(point) === right),
          {
            x: 'x',
            y: 'y',
            text: 'label',
            textAnchor: right ? 'end' : 'start',
            dx: right ? -10 : 10,
            dy: 14,
            fill: theme.ink,
            stroke: theme.paper,
            strokeWidth: 4,
          },
        ),
      ),
      Plot.frame({ stroke: theme.faint }),
    ],
    color: { type: 'identity' },
  });
  const legend =
    chart.lines.length < 2 && !chart.diagonal
      ? []
      : chart.lines.map((line, index) => ({
          text: line.name,
          ...seriesStyle(theme, index),
          opacity: line.bandOnly ? BAND : 1,
          mark: line.bandOnly ? ('box' as const) : ('line' as const),
        }));
  return { element, width, height, legend };
}

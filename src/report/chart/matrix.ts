import * as Plot from '@observablehq/plot';
import { cellText } from './axis-text.ts';
import type { MatrixChart } from './chart.ts';
import { type Drawing, type DrawOptions, FONT, fitted, textWidth } from './drawing.ts';

/** Edge of a cell, pixels. */
const SMALLEST = 9;
const LARGEST_HEIGHT = 44;
/** Column labels are cut to this length, pixels. */
const LONGEST = 140;
/** The darkest shade still lets its number be read, on light and on dark paper. */
const DARKEST = 0.55;
/** Correlations below it would be written 0.00: their cells stay empty. */
const UNRELATED = 0.005;

interface Cell {
  readonly row: string;
  readonly column: string;
  readonly value: number | null;
  readonly shade: number;
}

function cellsOf({ rows, columns, values, shades }: MatrixChart): Cell[] {
  const cells: Cell[] = [];
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const at = row * columns.length + column;
      const value = values[at] ?? null;
      const shade = (shades ? shades[at] : value) ?? 0;
      cells.push({ row: String(row), column: String(column), value, shade });
    }
  }
  return cells;
}

/** How far column labels are turned so that neighbours keep apart, and the height that they take. */
function columnLabels(
  longest: number,
  cellWidth: number,
): { readonly turn: number; readonly below: number } {
  if (longest + 6 <= cellWidth) return { turn: 0, below: FONT + 10 };
  const length = Math.min(longest, LONGEST);
  if (cellWidth < 26) return { turn: -90, below: length + 12 };
  return { turn: -40, below: length * Math.sin((40 * Math.PI) / 180) + FONT + 10 };
}

/** A grid of shaded cells, with numbers where they fit; a minus marks negative cells where not. */
export function drawMatrix(chart: MatrixChart, { width, theme, document }: DrawOptions): Drawing {
  const cells = cellsOf(chart);
  const longest = (labels: readonly string[]): number =>
    Math.max(...labels.map((label) => textWidth(label, FONT)), 10);
  const marginLeft = Math.min(longest(chart.rows) + 34, width * 0.36);
  const marginRight = 12;
  const cellWidth = (width - marginLeft - marginRight) / Math.max(1, chart.columns.length);
  const { turn, below } = columnLabels(longest(chart.columns), cellWidth);
  const marginBottom = below + (chart.columnTitle === '' ? 12 : 28);
  const cellHeight = Math.max(SMALLEST, Math.min(LARGEST_HEIGHT, cellWidth));
  const marginTop = 8;
  const height = Math.round(cellHeight * chart.rows.length + marginTop + marginBottom);
  const correlated = chart.format === 'correlation';
  const text = ({ value }: Cell): string =>
    value === null || (correlated && Math.abs(value) < UNRELATED)
      ? ''
      : cellText(value, chart.format);
  const widest = Math.max(...cells.map((cell) => textWidth(text(cell), FONT)), 1);
  const roomy = widest + 4 <= cellWidth && cellHeight >= FONT + 3;
  const every = (room: number): number => Math.max(1, Math.ceil((FONT + 2) / room));
  const named = (labels: readonly string[], key: string, room: number, cell: number): string =>
    Number(key) % every(cell) === 0 ? fitted(labels[Number(key)] ?? '', FONT, room) : '';
  const element = Plot.plot({
    document,
    width,
    height,
    marginLeft,
    marginRight,
    marginTop,
    marginBottom,
    x: {
      domain: chart.columns.map((_, index) => String(index)),
      label: chart.columnTitle,
      labelAnchor: 'center',
      labelArrow: 'none',
      tickSize: 0,
      tickRotate: turn,
      tickFormat: (key: string) => named(chart.columns, key, LONGEST, cellWidth),
      padding: 0.04,
    },
    y: {
      domain: chart.rows.map((_, index) => String(index)),
      label: chart.rowTitle,
      labelAnchor: 'center',
      labelArrow: 'none',
      tickSize: 0,
      tickFormat: (key: string) => named(chart.rows, key, marginLeft - 26, cellHeight),
      padding: 0.04,
    },
    marks: [
      Plot.cell(cells, {
        x: 'column',
        y: 'row',
        fill: ({ shade }: Cell) => (shade < 0 ? theme.minus : theme.plus),
        fillOpacity: ({ shade }: Cell) => Math.min(1, Math.abs(shade)) * DARKEST,
        stroke: theme.faint,
        strokeOpacity: 0.25,
      }),
      Plot.text(roomy ? cells : cells.filter(({ shade }) => shade < -0.3), {
        x: 'column',
        y: 'row',
        text: roomy ? text : () => '–',
        fill: theme.ink,
      }),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  });
  return { element, width, height, legend: [] };
}

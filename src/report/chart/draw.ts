import { drawBars } from './bars.ts';
import type { Chart } from './chart.ts';
import {
  type Drawing,
  type DrawOptions,
  FONT,
  fitted,
  type LegendEntry,
  textWidth,
  wrapped,
} from './drawing.ts';
import { drawLines } from './lines.ts';
import { drawMatrix } from './matrix.ts';
import { drawStrips } from './strips.ts';
import type { Theme } from './theme.ts';
import { drawWorld } from './world.ts';

const TITLE = 14;
const NOTE = 11;
const LEGEND = 11;
const SAMPLE = 26;

function drawKind(chart: Chart, options: DrawOptions): Drawing {
  if (chart.kind === 'bars') return drawBars(chart, options);
  if (chart.kind === 'lines') return drawLines(chart, options);
  if (chart.kind === 'matrix') return drawMatrix(chart, options);
  if (chart.kind === 'strips') return drawStrips(chart, options);
  return drawWorld(chart, options);
}

/** Text that cannot end an element or start one. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/**
 * A drawing without style sheet and style attributes, which a page's security policy may refuse:
 * what it inherits says the same.
 */
const bare = (markup: string, y: number): string =>
  markup
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/^<svg ([^>]*?)font-size="[^"]*"/, `<svg x="0" y="${y}" $1font-size="${FONT}"`);

const line = (text: string, y: number, style: string): string =>
  `<text x="0" y="${y}" text-anchor="start" ${style}>${escapeMarkup(text)}</text>`;

/** Legend entries set in rows no wider than the picture; gives the markup and its height. */
function legendMarkup(
  entries: readonly LegendEntry[],
  width: number,
  theme: Theme,
): { readonly markup: string; readonly height: number } {
  let x = 0;
  let y = 0;
  const parts: string[] = [];
  for (const { text: whole, colour, mark, dash, opacity } of entries) {
    const text = fitted(whole, LEGEND, width - SAMPLE - 6);
    const room = SAMPLE + 6 + textWidth(text, LEGEND) + 18;
    if (x > 0 && x + room - 18 > width) {
      x = 0;
      y += 18;
    }
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    const sample =
      mark === 'line'
        ? `<line x1="0" x2="${SAMPLE}" y1="6" y2="6" stroke="${colour}" stroke-width="2"${dashes}/>`
        : `<rect width="14" height="11" x="6" y="1" fill="${colour}" fill-opacity="${opacity}"/>`;
    const label = `<text x="${SAMPLE + 6}" y="10" text-anchor="start" font-size="${LEGEND}" fill="${theme.ink}">${escapeMarkup(text)}</text>`;
    parts.push(`<g transform="translate(${x.toFixed(1)},${y})">${sample}${label}</g>`);
    x += room;
  }
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : y + 24 };
}

/** Bold letters are so much wider. */
const BOLD = 1.13;

/**
 * Draws a chart with its title, note and legend as one SVG element's markup. Every text is escaped
 * by the drawing library or here. Equal input gives equal bytes.
 */
export function drawChart(chart: Chart, options: DrawOptions): string {
  const { width, theme } = options;
  const drawing = drawKind(chart, options);
  const parts: string[] = [];
  let y = 0;
  for (const text of wrapped(chart.title, TITLE * BOLD, width)) {
    y += TITLE + 4;
    parts.push(line(text, y, `font-size="${TITLE}" font-weight="600" fill="${theme.ink}"`));
  }
  for (const text of wrapped(chart.note ?? '', NOTE, width)) {
    y += NOTE + 5;
    parts.push(line(text, y, `font-size="${NOTE}" fill="${theme.faint}"`));
  }
  y += 10;
  const legend = legendMarkup(drawing.legend, width, theme);
  if (legend.markup !== '') parts.push(`<g transform="translate(0,${y})">${legend.markup}</g>`);
  y += legend.height;
  const inner = bare(drawing.element.outerHTML, y);
  const height = y + drawing.height;
  const paper =
    theme.name === 'page'
      ? ''
      : `<rect width="${width}" height="${height}" fill="${theme.paper}"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}"`,
    ` height="${height}" role="img" aria-label="${escapeMarkup(chart.title)}"`,
    ` font-family="system-ui, 'DejaVu Sans', sans-serif" color="${theme.ink}" fill="${theme.ink}">`,
    paper,
    ...parts,
    inner,
    '</svg>',
  ].join('');
}

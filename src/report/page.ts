import { VERSION } from '../base/index.ts';
import { type Chart, chartSvg, escapeMarkup, THEME_CSS } from './chart/index.ts';

/** A cell: text, or a number, which is set right-aligned. */
export type Cell = string | number | null;

/** One block of a page. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly Cell[])[];
      readonly caption?: string;
    }
  /** Charts side by side where the page is wide enough. */
  | { readonly kind: 'charts'; readonly charts: readonly Chart[]; readonly width?: number }
  | { readonly kind: 'code'; readonly text: string }
  /** Blocks that stay folded until they are asked for. */
  | { readonly kind: 'fold'; readonly title: string; readonly blocks: readonly Block[] };

/** A part of a page, with an entry in its table of contents. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A page that stands alone: no script, no font, no picture from elsewhere. */
export interface Page {
  readonly title: string;
  /** A sentence or two below the title. */
  readonly lead: string;
  readonly sections: readonly Section[];
}

const CSS = `
${THEME_CSS}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 1.5rem 1.25rem 4rem; color: var(--ws-ink);
  background: var(--ws-paper); font: 15px/1.5 system-ui, 'DejaVu Sans', sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; border-bottom: 1px solid var(--ws-faint);
  padding-bottom: .2rem; }
p, li { max-width: 75ch; overflow-wrap: anywhere; }
.lead, footer, caption { color: var(--ws-faint); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
a { color: var(--ws-plus); }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .22rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, var(--ws-faint) 35%, transparent); }
td { max-width: 44ch; overflow-wrap: break-word; }
th { white-space: nowrap; }
.n { text-align: right; white-space: nowrap; }
.charts { display: flex; flex-wrap: wrap; gap: 1.6rem 2rem; margin: 1rem 0; }
.charts > div { flex: 0 1 auto; min-width: 0; max-width: 100%; break-inside: avoid; }
.charts svg { max-width: 100%; height: auto; }
pre { overflow-x: auto; padding: .7rem; font-size: .85rem;
  background: color-mix(in srgb, var(--ws-faint) 12%, transparent); }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 3rem; font-size: .85rem; }
@media print { nav { display: none; } details > * { display: block; } h2 { break-after: avoid; } }
`;

/** Widths of charts that stand alone and of charts that share a row, pixels. */
const CHART_WIDTH = 540;

const isNumber = (cell: Cell | undefined): boolean => typeof cell === 'number';

/** A number with the digits that matter: whole numbers in full, others with four. */
export function numberCell(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return value.toLocaleString('en').replaceAll(',', '\u202f');
  return String(Number(value.toPrecision(4)));
}

function tableMarkup(block: Extract<Block, { kind: 'table' }>): string {
  const right = block.head.map((_, index) => block.rows.some((row) => isNumber(row[index])));
  const style = (index: number): string => (right[index] ? ' class="n"' : '');
  const cell = (value: Cell, index: number): string => {
    const text = value === null ? '–' : typeof value === 'number' ? numberCell(value) : value;
    return `<td${style(index)}>${escapeMarkup(text)}</td>`;
  };
  const head = block.head.map((name, index) => `<th${style(index)}>${escapeMarkup(name)}</th>`);
  const rows = block.rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  const caption = block.caption ? `<caption>${escapeMarkup(block.caption)}</caption>` : '';
  return `<div class="wide"><table>${caption}<thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function blockMarkup(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeMarkup(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('')}</ul>`;
    case 'table':
      return tableMarkup(block);
    case 'code':
      return `<pre>${escapeMarkup(block.text)}</pre>`;
    case 'fold': {
      const inner = block.blocks.map(blockMarkup).join('\n');
      return `<details><summary>${escapeMarkup(block.title)}</summary>${inner}</details>`;
    }
    case 'charts': {
      const width = block.width ?? CHART_WIDTH;
      const drawn = block.charts.map((chart) => chartSvg(chart, { width, theme: 'page' }));
      return `<div class="charts">${drawn.map((svg) => `<div>${svg}</div>`).join('\n')}</div>`;
    }
  }
}

/**
 * A page as one HTML file that needs nothing else. Every text is escaped; a content security policy
 * forbids scripts and anything from elsewhere. Equal input gives equal bytes.
 */
export function pageHtml({ title, lead, sections }: Page): string {
  const links = sections.map(
    (section, index) => `<li><a href="#s${index + 1}">${escapeMarkup(section.title)}</a></li>`,
  );
  const parts = sections.map((section, index) => {
    const blocks = section.blocks.map(blockMarkup).join('\n');
    return `<section><h2 id="s${index + 1}">${escapeMarkup(section.title)}</h2>\n${blocks}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${CSS}</style>
</head>
<body>
<header><h1>${escapeMarkup(title)}</h1><p class="lead">${escapeMarkup(lead)}</p></header>
<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>
<main>
${parts.join('\n')}
</main>
<footer>Written by wiresift ${escapeMarkup(VERSION)}.</footer>
</body>
</html>
`;
}

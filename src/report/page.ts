import { VERSION } from '../base/index.ts';
import { type Chart, chartSvg, escapeMarkup } from './chart/index.ts';
import { PAGE_CSS } from './page-css.ts';

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
  | {
      readonly kind: 'charts';
      readonly charts: readonly Chart[];
      readonly width?: number;
      /** A table of the page tells the same figures: Markdown leaves these charts out. */
      readonly told?: boolean;
    }
  /** `language`: what Markdown says of it, such as `sh`. */
  | { readonly kind: 'code'; readonly text: string; readonly language?: string }
  /** Blocks side by side where the page is wide enough. */
  | { readonly kind: 'beside'; readonly blocks: readonly Block[] }
  /** Blocks that stay folded until they are asked for. */
  | { readonly kind: 'fold'; readonly title: string; readonly blocks: readonly Block[] };

/** A part of a page, with an entry in its table of contents; none where the title is empty. */
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

/** Width of a chart unless the page says otherwise, pixels: two of them share a row. */
const CHART_WIDTH = 540;
/** Width of the same chart for a narrow screen: text that is scaled down could not be read. */
const NARROW_WIDTH = 400;
/** A matrix of more columns than this keeps its size and scrolls inside its box. */
const MOST_NARROW_COLUMNS = 10;

/** A number as {@link numberCell} or a figure's text writes it. */
const NUMBER_TEXT = /^[-<>]?\d[\d\u202f]*(?:\.\d+)?(?:e[-+]?\d+)?(?: ?%| \[[^\]]*\])?$/;
/** A column is set right-aligned from this share of numbers on. */
const MOSTLY = 0.8;
const EMPTY: ReadonlySet<Cell> = new Set([null, '', '–', '-']);

const isNumber = (cell: Cell | undefined): boolean =>
  typeof cell === 'number' || (typeof cell === 'string' && NUMBER_TEXT.test(cell));

/** A number with the digits that matter: from a thousand on in whole numbers, others with four. */
export function numberCell(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1e15) return value.toExponential(3);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) {
    return Math.round(value).toLocaleString('en').replaceAll(',', '\u202f');
  }
  return String(Number(value.toPrecision(4)));
}

/** A cell's text, of every format that a page is written in. */
export function cellText(value: Cell): string {
  if (value === null) return '–';
  return typeof value === 'number' ? numberCell(value) : value;
}

/** Whether a column is set right-aligned: most of what it holds are numbers. */
function isNumeric(rows: readonly (readonly Cell[])[], index: number): boolean {
  const cells = rows.map((row) => row[index]).filter((cell) => !EMPTY.has(cell ?? null));
  return cells.length > 0 && cells.filter(isNumber).length >= MOSTLY * cells.length;
}

function tableMarkup({ head, rows, caption }: Extract<Block, { kind: 'table' }>): string {
  const right = head.map((_, index) => isNumeric(rows, index));
  const style = (index: number): string => (right[index] ? ' class="n"' : '');
  const cell = (value: Cell, index: number): string =>
    `<td${style(index)}>${escapeMarkup(cellText(value))}</td>`;
  const titles = head.map(
    (name, index) => `<th scope="col"${style(index)}>${escapeMarkup(name)}</th>`,
  );
  const top = head.some((name) => name !== '') ? `<thead><tr>${titles.join('')}</tr></thead>` : '';
  const lines = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  const told = caption ? `<figcaption>${escapeMarkup(caption)}</figcaption>` : '';
  const box = `<div class="wide" role="region" aria-label="${escapeMarkup(caption || 'table')}" tabindex="0">`;
  return `<figure>${told}${box}<table>${top}<tbody>${lines.join('\n')}</tbody></table></div></figure>`;
}

/** A command longer than a line goes on in the next, broken before an option as a shell takes it. */
const COMMAND_WIDTH = 100;

/** Whether a double quotation is open at the end of the text. */
const quoted = (text: string): boolean => text.replace(/\\./g, '').split('"').length % 2 === 0;

/** A command as lines that a shell reads as one. */
export function commandLines(command: string): string {
  const lines = [''];
  for (const part of command.split(/ (?=--?[a-z])/)) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = part;
    else if (line.length + part.length < COMMAND_WIDTH || quoted(line)) {
      lines[lines.length - 1] += ` ${part}`;
    } else lines.push(`  ${part}`);
  }
  return lines.join(' \\\n');
}

/** A chart for wide pages and, drawn anew, for narrow ones; the style sheet shows one of them. */
function chartMarkup(chart: Chart, width: number): string {
  const drawn = chartSvg(chart, { width, theme: 'page' });
  if (chart.kind === 'matrix' && chart.columns.length > MOST_NARROW_COLUMNS) {
    return `<div class="wide" role="region" aria-label="${escapeMarkup(chart.title)}" tabindex="0">${drawn}</div>`;
  }
  const narrow = chartSvg(chart, { width: NARROW_WIDTH, theme: 'page' });
  return `<div class="broad">${drawn}</div><div class="narrow">${narrow}</div>`;
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
      return block.language
        ? `<pre class="command" tabindex="0">${escapeMarkup(commandLines(block.text))}</pre>`
        : `<pre>${escapeMarkup(block.text)}</pre>`;
    case 'fold': {
      const inner = block.blocks.map(blockMarkup).join('\n');
      return `<details><summary>${escapeMarkup(block.title)}</summary>${inner}</details>`;
    }
    case 'beside':
      return `<div class="beside">${block.blocks.map((each) => `<div>${blockMarkup(each)}</div>`).join('\n')}</div>`;
    case 'charts': {
      const width = block.width ?? CHART_WIDTH;
      const drawn = block.charts.map((chart) => chartMarkup(chart, width));
      return `<div class="charts">${drawn.join('\n')}</div>`;
    }
  }
}

/**
 * A page as one HTML file that needs nothing else. Every text is escaped; a content security policy
 * forbids scripts and anything from elsewhere. Equal input gives equal bytes.
 */
export function pageHtml({ title, lead, sections }: Page): string {
  const links = sections.flatMap(({ title: name }, index) =>
    name === '' ? [] : [`<li><a href="#s${index + 1}">${escapeMarkup(name)}</a></li>`],
  );
  const parts = sections.map((section, index) => {
    const blocks = section.blocks.map(blockMarkup).join('\n');
    const head =
      section.title === '' ? '' : `<h2 id="s${index + 1}">${escapeMarkup(section.title)}</h2>\n`;
    return `<section>${head}${blocks}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${PAGE_CSS}</style>
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

/** Every chart of a page in its order, named by its title and by what it stands folded under. */
export function pageCharts({ sections }: Page): { readonly name: string; readonly chart: Chart }[] {
  const found: { name: string; chart: Chart }[] = [];
  const walk = (blocks: readonly Block[], under: string): void => {
    for (const block of blocks) {
      if (block.kind === 'fold') walk(block.blocks, `${under}${block.title} `);
      else if (block.kind === 'beside') walk(block.blocks, under);
      else if (block.kind === 'charts') {
        for (const chart of block.charts) found.push({ name: `${under}${chart.title}`, chart });
      }
    }
  };
  for (const { blocks } of sections) walk(blocks, '');
  return found;
}

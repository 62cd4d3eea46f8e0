import type { BarChart, Chart, LineChart } from './chart/index.ts';
import { type Block, type Cell, cellText, commandLines, type Page } from './page.ts';

/** Points of a line that still make a table; more are drawn in the HTML form only. */
const MOST_POINTS = 12;
const DIGITS = 4;

/** Text that cannot start markup (the thin space that parts thousands stays), end a table's cell or break a line. */
export function markdownText(text: string): string {
  return text
    .replace(/[\\|<>`*_[\]]/g, '\\$&')
    .replace(/[\s--\u202f]+/gv, ' ')
    .trim();
}

/** Text at the start of a line, where a few more signs mean something. */
const startText = (text: string): string =>
  markdownText(text)
    .replace(/^[#+=~-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string =>
    `| ${cells.map((cell) => markdownText(cellText(cell))).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A fence longer than any run of backticks within. */
function code(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Counts in full, others with the digits that matter. */
function rounded(value: number | undefined): Cell {
  if (value === undefined) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

function barTable({ bars, value }: BarChart): string {
  const ranged = bars.some(({ low }) => low !== undefined);
  const named = bars.some(({ series }) => series !== undefined);
  const head = ['', ...(named ? ['of'] : []), value.title, ...(ranged ? ['from', 'to'] : [])];
  const rows = bars.map((bar): Cell[] => [
    bar.label,
    ...(named ? [bar.series ?? ''] : []),
    bar.value === null ? 'none' : rounded(bar.value),
    ...(ranged ? [rounded(bar.low), rounded(bar.high)] : []),
  ]);
  return table(head, rows);
}

function pointTable({ lines, x, y }: LineChart): string {
  const ranged = lines.some(({ low }) => low !== undefined);
  const several = lines.length > 1;
  const head = [...(several ? ['line'] : []), x.title, y.title, ...(ranged ? ['from', 'to'] : [])];
  const rows = lines.flatMap((line) =>
    line.x.map((at, i): Cell[] => [
      ...(several ? [line.name] : []),
      rounded(at),
      rounded(line.y[i]),
      ...(ranged ? [rounded(line.low?.[i]), rounded(line.high?.[i])] : []),
    ]),
  );
  return table(head, rows);
}

/** The figures of a small chart as a table; undefined for one that only a picture can show. */
function chartTable(chart: Chart): string | undefined {
  if (chart.kind === 'bars') return barTable(chart);
  if (chart.kind === 'matrix' && chart.columns.length <= MOST_POINTS) {
    const width = chart.columns.length;
    const rows = chart.rows.map((name, row): Cell[] => [
      name,
      ...chart.values.slice(row * width, (row + 1) * width).map((one) => rounded(one ?? undefined)),
    ]);
    return table([`${chart.rowTitle} \\ ${chart.columnTitle}`, ...chart.columns], rows);
  }
  const small =
    chart.kind === 'lines' && chart.lines.every(({ x, dots }) => dots && x.length <= MOST_POINTS);
  return small ? pointTable(chart) : undefined;
}

/** Charts as tables where they are small; the others are named in one sentence. */
function chartsText(charts: readonly Chart[]): string[] {
  const parts: string[] = [];
  const drawn: string[] = [];
  for (const chart of charts) {
    const told = chartTable(chart);
    if (told === undefined) drawn.push(chart.title);
    else parts.push(`${startText(chart.title)}:`, startText(chart.note ?? ''), told);
  }
  const list = drawn.map(markdownText).join('; ');
  return drawn.length > 0 ? [...parts, `Drawn in the HTML form: ${list}.`] : parts;
}

function blockText(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [startText(block.text)];
    case 'list':
      return [block.items.map((item) => `- ${startText(item)}`).join('\n')];
    case 'table':
      return [...(block.caption ? [startText(block.caption)] : []), table(block.head, block.rows)];
    case 'code':
      return [code(block.language ? commandLines(block.text) : block.text, block.language)];
    case 'charts':
      return block.told ? [] : chartsText(block.charts);
    case 'beside':
      return block.blocks.flatMap(blockText);
    case 'fold':
      return [`### ${markdownText(block.title)}`, ...block.blocks.flatMap(blockText)];
  }
}

/**
 * A page as Markdown (CommonMark with pipe tables): the same content as `pageHtml` gives, with the
 * figures of small charts as tables. No text from the data can become markup. Equal input gives
 * equal text.
 */
export function markdownOf({ title, lead, sections }: Page): string {
  const parts = [
    `# ${markdownText(title)}`,
    startText(lead),
    ...sections.flatMap(({ title: name, blocks }) => [
      ...(name === '' ? [] : [`## ${markdownText(name)}`]),
      ...blocks.flatMap(blockText),
    ]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

import { writeWhole } from '../base/index.ts';
import type { Page } from '../report/index.ts';
import { type ChartOptions, writeCharts } from './chart-output.ts';
import { usage } from './context.ts';
import { note } from './terminal.ts';

/** @throws WiresiftError `USAGE` unless the name ends in .html or .json */
export function checkPageName(path: string): void {
  if (/\.(html|json)$/.test(path)) return;
  throw usage('--output', `"${path}"`, 'a name that ends in .html or .json');
}

/** Where the findings of a command go besides standard output. */
export interface PageOptions extends ChartOptions {
  readonly output?: string;
  /** Print figures in place of text. */
  readonly json?: boolean;
}

/** How findings are laid out and told. */
export interface Telling {
  /** May load what it needs: drawing brings its library along, and most runs draw nothing. */
  readonly page: () => Promise<Page>;
  readonly text: () => string;
}

/**
 * Tells what a command found: as a page or as figures in the file asked for, as charts in the folders
 * asked for, and on standard output. Files are written whole or not at all.
 */
export async function tell(found: object, options: PageOptions, telling: Telling): Promise<void> {
  const { output } = options;
  const json = `${JSON.stringify(found, null, 2)}\n`;
  if (output !== undefined) {
    const text = output.endsWith('.json') ? json : await htmlOf(await telling.page());
    writeWhole(output, new TextEncoder().encode(text));
    note(`written: ${output}`);
  }
  await writeCharts(options, telling.page);
  process.stdout.write(options.json ? json : telling.text());
}

async function htmlOf(page: Page): Promise<string> {
  const { pageHtml } = await import('../report/index.ts');
  return pageHtml(page);
}

/** @throws WiresiftError `USAGE` unless the name ends in .md or .html */
export function checkCardName(path: string): void {
  if (/\.(md|html)$/.test(path)) return;
  throw usage('--card', `"${path}"`, 'a name that ends in .md or .html');
}

/** Writes a card as Markdown, or as a page where the name ends in .html, whole or not at all. */
export async function writeCard(path: string, page: Page): Promise<void> {
  const { markdownOf, pageHtml } = await import('../report/index.ts');
  const text = path.endsWith('.html') ? pageHtml(page) : markdownOf(page);
  writeWhole(path, new TextEncoder().encode(text));
  note(`written: ${path}`);
}

import { writeWhole } from '../base/index.ts';
import type { Page } from '../report/index.ts';
import { usage } from './context.ts';
import { note } from './terminal.ts';

/** @throws WiresiftError `USAGE` unless the name ends in .html or .json */
export function checkPageName(path: string): void {
  if (/\.(html|json)$/.test(path)) return;
  throw usage('--output', `"${path}"`, 'a name that ends in .html or .json');
}

/** Writes a page, or its figures where the name ends in .json, whole or not at all. */
export async function writePage(path: string, json: string, page: () => Page): Promise<void> {
  if (path.endsWith('.json')) writeWhole(path, new TextEncoder().encode(json));
  else {
    // Loaded here: drawing brings its library along, and most commands draw nothing.
    const { pageHtml } = await import('../report/index.ts');
    writeWhole(path, new TextEncoder().encode(pageHtml(page())));
  }
  note(`written: ${path}`);
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

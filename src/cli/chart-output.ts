import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeWhole } from '../base/index.ts';
import type { Page } from '../report/index.ts';
import { createProgress, note } from './terminal.ts';

/** Folders for a page's charts, each as a file of its own. */
export interface ChartOptions {
  readonly png?: string;
  readonly svg?: string;
}

/** A file name is cut to this length; titles of columns come from the data. */
const MOST_LETTERS = 80;

/** Adds `--png` and `--svg`. */
export function addChartOptions(command: Command): Command {
  return command
    .option('--png <folder>', 'also write every chart there as a PNG file, named by its title')
    .option('--svg <folder>', 'the same as SVG');
}

/**
 * File names for titles, without an ending: letters, digits and dashes; a number makes a repeated one
 * unique. Nothing that a title holds can leave the folder.
 */
export function chartNames(titles: readonly string[]): string[] {
  const used = new Map<string, number>();
  return titles.map((title) => {
    const plain = title
      .normalize('NFKD')
      .replace(/[\p{Mark}'’]/gu, '')
      .toLowerCase();
    const words = plain.match(/[\p{Letter}\p{Number}]+/gu) ?? ['chart'];
    const name = words.join('-').slice(0, MOST_LETTERS).replace(/-$/, '');
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

/** Writes the charts of a page into the folders asked for, which are made where they are missing. */
export async function writeCharts(
  { png, svg }: ChartOptions,
  page: () => Promise<Page>,
): Promise<void> {
  if (png === undefined && svg === undefined) return;
  const { chartPng, chartSvg, pageCharts } = await import('../report/index.ts');
  const charts = pageCharts(await page());
  const names = chartNames(charts.map(({ name }) => name));
  for (const folder of [png, svg]) if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const progress = createProgress('drawing');
  try {
    for (const [index, { chart }] of charts.entries()) {
      const name = names[index]!;
      if (svg !== undefined) {
        writeWhole(join(svg, `${name}.svg`), new TextEncoder().encode(chartSvg(chart)));
      }
      if (png !== undefined) writeWhole(join(png, `${name}.png`), await chartPng(chart));
      progress.update(index + 1, charts.length);
    }
  } finally {
    progress.stop();
  }
  for (const folder of [png, svg]) {
    if (folder !== undefined) note(`${charts.length} charts written to ${folder}`);
  }
}

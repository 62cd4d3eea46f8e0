import type { Theme } from './theme.ts';

/** The little of the DOM that drawing needs: a browser's document or a server's stand-in. */
export type DrawDocument = NonNullable<import('@observablehq/plot').PlotOptions['document']>;

/** How to draw. */
export interface DrawOptions {
  /** Of the picture, pixels. */
  readonly width: number;
  readonly theme: Theme;
  readonly document: DrawDocument;
}

/** An entry of a legend: a line sample or a box, and its text. */
export interface LegendEntry {
  readonly text: string;
  readonly colour: string;
  readonly mark: 'line' | 'box';
  readonly dash: string;
  readonly opacity: number;
}

/** Size of a chart's texts, pixels. */
export const FONT = 11;

/** A drawn chart without its title: the element, its size in pixels, and what the legend says. */
export interface Drawing {
  readonly element: { readonly outerHTML: string };
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
}

/**
 * Width of a text in pixels, reckoned, since a server has no fonts: a little more than the mean
 * advance of common sans-serif faces, so that labels rather have room to spare.
 */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const letter of text) {
    if ("iljtfI.,:;|!' ".includes(letter)) units += 0.36;
    else if (letter === 'm' || letter === 'w' || letter === 'M' || letter === 'W') units += 0.95;
    else if (letter >= 'A' && letter <= 'Z') units += 0.7;
    else units += letter > '\u2e80' ? 1 : 0.63;
  }
  return units * size;
}

/** Cuts a text to a width, with an ellipsis where it was longer. */
export function fitted(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, size) > width) letters.pop();
  return `${letters.join('')}…`;
}

/** Breaks a text at blanks into lines no wider than `width`. */
export function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => fitted(one, size, width));
}

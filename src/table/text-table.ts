import Table from 'cli-table3';
import picocolors from 'picocolors';
import { plainText } from '../base/index.ts';

/** One column of a {@link textTable}. */
export interface TextTableColumn {
  readonly title: string;
  /** Default left; numbers read better to the right. */
  readonly align?: 'left' | 'right';
}

/**
 * Colours on a terminal and nowhere else: left to itself picocolors would colour on Windows and in CI,
 * where the output goes into files.
 */
const colors = picocolors.createColors(process.stdout.isTTY === true && !process.env['NO_COLOR']);

/** Longest cell; what is longer came from input and is cut. */
const LONGEST_CELL = 120;

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/**
 * Columns aligned for a terminal, two spaces apart, without rules; the header is bold where colours
 * are. Cells are made plain, so text from input cannot drive the terminal.
 * @returns lines with no trailing blanks, joined by line feeds
 */
export function textTable(
  columns: readonly TextTableColumn[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: columns.map(({ title }) => colors.bold(title)),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
  });
  for (const row of rows) table.push(row.map((cell) => plainText(String(cell), LONGEST_CELL)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

import { kddSchema } from '../../flow/index.ts';
import type { ColumnSpec, Schema } from '../../table/index.ts';
import { formatError, type LineFormat } from '../delimited.ts';

const COLUMNS = kddSchema.columns.length;

const LABEL: ColumnSpec = {
  name: 'label',
  type: 'text',
  role: 'label',
  live: false,
  meaning: 'What the publisher wrote',
};
const DIFFICULTY: ColumnSpec = {
  name: 'difficulty',
  type: 'number',
  role: 'context',
  live: false,
  meaning: 'NSL-KDD: of 21 learners, how many classified the row correctly',
};

/** The kdd view with label and difficulty behind it. */
export const kddFileSchema: Schema = {
  ...kddSchema,
  columns: [...kddSchema.columns, LABEL, DIFFICULTY],
};

/**
 * Files of KDD Cup 99 (42 cells) and NSL-KDD (43): no header, comma-separated; the first line says
 * which. Rows without a label (41 cells) are read too.
 */
export function kddFormat(path: string): LineFormat {
  const expected = 'rows of KDD Cup 99 or NSL-KDD: 41 features, label, difficulty';
  return {
    expected,
    directive: -1,
    head(line) {
      const fields = kddCells(line);
      if (fields === 0) throw formatError(path, JSON.stringify(line.slice(0, 40)), expected);
      const cells = kddFileSchema.columns.map((_, i) => (i < fields ? i : -1));
      const layout = { separator: 44, fields, cells, unset: [] };
      return { layout, isRow: true };
    },
  };
}

/** @returns 41, 42 or 43 when the line is a row of one of these files, else 0 */
export function kddCells(line: string): number {
  const cells = line.split(',', COLUMNS + 3);
  if (cells.length < COLUMNS || cells.length > COLUMNS + 2) return 0;
  const known = kddSchema.columns.every(
    ({ type }, i) => (type === 'number') === /^\d+(\.\d+)?$/.test(cells[i]!),
  );
  return known ? cells.length : 0;
}

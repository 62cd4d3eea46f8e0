import type { Table } from '../../table/index.ts';
import type { RowClasses } from './classes.ts';
import type { TimeLine } from './exploration.ts';

const BINS = 120;

/** Rows a class over time; null when the view has no times, or all are equal. */
export function timeLineOf(table: Table, classes: RowClasses): TimeLine | null {
  const index = table.schema.columns.findIndex(
    ({ type, role }) => type === 'time' && role === 'time',
  );
  const column = table.columns[index];
  if (column?.kind !== 'number') return null;
  const { values } = column;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const time = values[row]!;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!(last > first)) return null;
  const step = Math.max(1, Math.ceil((last - first + 1) / BINS));
  const counts = classes.names.map(() => new Array<number>(BINS).fill(0));
  for (let row = 0; row < values.length; row++) {
    const bin = Math.floor((values[row]! - first) / step);
    if (bin >= 0 && bin < BINS) counts[classes.codes[row]!]![bin]!++;
  }
  return { first, step, counts };
}

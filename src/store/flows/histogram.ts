import type { ColumnSpec } from '../../table/index.ts';
import type { Duck } from './duck.ts';
import { cellSql, quoted } from './flow-sql.ts';
import type { FlowCell, Histogram } from './flow-store.ts';
import { cellOf, type Reading } from './reading.ts';

/** The most frequent values of a column with their counts; empty cells are left out. */
export async function countValues(
  duck: Duck,
  { from, values }: Reading,
  column: ColumnSpec,
  limit: number,
): Promise<{ value: FlowCell; count: number }[]> {
  const cell = cellSql(column);
  const text =
    `SELECT ${cell} AS value, count(*)::DOUBLE AS n ${from} AND ${quoted(column.name)} IS NOT NULL ` +
    `GROUP BY ALL ORDER BY n DESC, value LIMIT ${limit}`;
  const rows = await duck.rows({ text, values: values.list });
  return rows.map(([value, count]) => ({ value: cellOf(value), count: Number(count) }));
}

/** Counts of a column's values: see {@link Histogram}. */
export async function histogramOf(
  duck: Duck,
  reading: Reading,
  column: ColumnSpec,
  bars: number,
): Promise<Histogram> {
  const { from, values } = reading;
  const cell = cellSql(column);
  const text = column.type === 'text';
  const range = text ? 'NULL, NULL' : `min(${cell}), max(${cell})`;
  const [totals] = await duck.rows({
    text: `SELECT count(*)::DOUBLE, count(${quoted(column.name)})::DOUBLE, ${range} ${from}`,
    values: values.list,
  });
  const [rows = 0, filled = 0, low, high] = totals ?? [];
  const head = { column: column.name, rows: Number(rows), empty: Number(rows) - Number(filled) };
  if (text) {
    const words = await countValues(duck, reading, column, bars);
    return { ...head, words: words.map(({ value, count }) => ({ value: String(value), count })) };
  }
  if (Number(filled) === 0) return { ...head, bars: [] };
  return {
    ...head,
    bars: await barsOf(duck, reading, cell, { low: Number(low), high: Number(high), bars }),
  };
}

async function barsOf(
  duck: Duck,
  { from, values }: Reading,
  cell: string,
  { low, high, bars }: { low: number; high: number; bars: number },
): Promise<{ from: number; to: number; count: number }[]> {
  // One value needs one bar.
  const count = high > low ? bars : 1;
  const width = (high - low) / count;
  const numbers = [...values.list, low, width > 0 ? width : 1, count - 1];
  const [at, by, last] = [1, 2, 3].map((i) => `$${values.list.length + i}::DOUBLE`);
  const rows = await duck.rows({
    text:
      `SELECT greatest(0, least(floor((${cell} - ${at}) / ${by}), ${last})) AS bar, count(*)::DOUBLE ${from} ` +
      `AND ${cell} IS NOT NULL GROUP BY bar ORDER BY bar`,
    values: numbers,
  });
  const found = new Map(rows.map(([bar, n]) => [Number(bar), Number(n)]));
  return Array.from({ length: count }, (_, bar) => ({
    from: low + bar * width,
    to: bar === count - 1 ? high : low + (bar + 1) * width,
    count: found.get(bar) ?? 0,
  }));
}

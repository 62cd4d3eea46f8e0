import type { ColumnSpec } from '../../table/index.ts';
import type { Duck } from './duck.ts';
import { cellSql } from './flow-sql.ts';
import type { Spread } from './flow-store.ts';
import type { Reading } from './reading.ts';

/** Where values are told: the middle nine tenths, the middle half, the middle. */
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
/** A greatest value so many times the middle one hides the rest on an even scale. */
const LONG_TAIL = 20;

/** Nothing there. */
export const noSpread = (column: string): Spread => ({
  ...{ column, rows: 0, scale: 'even', bars: [], quantiles: [] },
  ...{ below: 0, same: 0, above: 0 },
});

interface Asked {
  readonly value: number | null;
  readonly bars: number;
}

/** See {@link Spread}. */
export async function spreadOf(
  duck: Duck,
  { from, values }: Reading,
  column: ColumnSpec,
  { value, bars }: Asked,
): Promise<Spread> {
  const cell = cellSql(column);
  const own = [...values.list, value];
  const at = `$${own.length}::DOUBLE`;
  const places = QUANTILES.map((_, i) => `places[${i + 1}]`);
  const [facts = []] = await duck.rows({
    text:
      `SELECT * EXCLUDE (places), ${places.join(', ')} FROM (` +
      `SELECT count(${cell})::DOUBLE, min(${cell}), max(${cell}), ` +
      `min(${cell}) FILTER (${cell} > 0), count(*) FILTER (${cell} < ${at})::DOUBLE, ` +
      `count(*) FILTER (${cell} = ${at})::DOUBLE, ` +
      `quantile_disc(${cell}, [${QUANTILES.join(', ')}]) AS places ${from})`,
    values: own,
  });
  const [rows = 0, low = 0, high = 0, least = 0, below = 0, same = 0, ...rest] = facts.map(Number);
  if (rows === 0) return noSpread(column.name);
  const quantiles = rest;
  // Of few values other than 0 the middle is 0: then any tail is long.
  const isLong = low >= 0 && least > 0 && high > LONG_TAIL * Math.max(quantiles[2]!, least);
  const scale = isLong && column.type !== 'time' ? 'log' : 'even';
  const edges = scale === 'log' ? logEdges(least, high, bars) : evenEdges(low, high, bars);
  // The count of edges at or below a value is its bar; what is 0 on a log scale lies in none.
  const range = [...values.list, edges[0]!, edges.at(-1)!, edges.length - 2];
  const [first, last, most] = [3, 2, 1].map((back) => `$${range.length - back + 1}::DOUBLE`);
  const place =
    scale === 'log'
      ? `floor(ln(${cell} / ${first}) / ln(${last} / ${first}) * (${most} + 1))`
      : `floor((${cell} - ${first}) / (${last} - ${first}) * (${most} + 1))`;
  const wide = edges.at(-1)! > edges[0]!;
  const counted = await duck.rows({
    text:
      `SELECT CASE WHEN ${cell} < ${first} THEN -1 ELSE ` +
      `${wide ? `greatest(0, least(${place}, ${most}))` : `0 * (${last} + ${most})`} END AS bar, ` +
      `count(*)::DOUBLE ${from} AND ${cell} IS NOT NULL GROUP BY bar`,
    values: range,
  });
  const found = new Map(counted.map(([bar, n]) => [Number(bar), Number(n)]));
  const zeros = found.get(-1) ?? 0;
  return {
    ...{ column: column.name, rows, scale, quantiles, below, same, above: rows - below - same },
    bars: [
      ...(zeros > 0 ? [{ from: 0, to: 0, count: zeros }] : []),
      ...edges.slice(1).map((to, bar) => ({ from: edges[bar]!, to, count: found.get(bar) ?? 0 })),
    ],
  };
}

/** One value needs one bar. */
const evenEdges = (low: number, high: number, bars: number): number[] =>
  high > low
    ? Array.from({ length: bars + 1 }, (_, i) =>
        i === bars ? high : low + ((high - low) * i) / bars,
      )
    : [low, low];

const logEdges = (least: number, high: number, bars: number): number[] =>
  Array.from({ length: bars + 1 }, (_, i) =>
    i === bars ? high : i === 0 ? least : least * (high / least) ** (i / bars),
  );

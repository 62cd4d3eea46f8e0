import { basename } from 'node:path';
import type { Duck } from './duck.ts';
import { quoted } from './flow-sql.ts';
import type { HostScores, HostScoresQuery } from './flow-store.ts';
import type { Reading } from './reading.ts';

/** Hosts told one by one: three times what one analysis keeps in mind. */
const MOST_HOSTS = 50_000;
/** Bars of equal width that scores from 0 to 1 are counted in. */
const BARS = 100;

/** Nothing scored. */
export const NO_SCORES: HostScores = {
  flows: 0,
  thresholds: [],
  reached: [],
  origins: 0,
  hosts: [],
};

/** Flows of one bar that reach so many of the thresholds beside the bars. */
interface Cell {
  readonly bar: number;
  readonly beside: number;
  readonly flows: number;
}

/**
 * Counts of scores by origin and originator. Hosts with too few flows above the lowest bar never leave
 * the data base. Files know their own names alone, so the text tells the origin of each.
 */
export async function hostScoresOf(
  duck: Duck,
  { from, view, parts, values }: Reading,
  { least, thresholds = [] }: HostScoresQuery,
): Promise<HostScores> {
  const beside = [...thresholds].sort((a, b) => a - b);
  const origins = [...new Set(parts.map(({ origin }) => origin))];
  const pairs = parts.map(
    ({ path, origin }) =>
      `(${values.bind(basename(path))}::VARCHAR, ${origins.indexOf(origin)}::INTEGER)`,
  );
  const above = beside.map((value) => `(score >= ${values.bind(value)}::DOUBLE)::INTEGER`);
  const host = view.hosts[0] === undefined ? "''" : quoted(view.hosts[0]);
  // One reading of the files answers all three questions.
  const text =
    `WITH part_of(file, origin) AS (VALUES ${pairs.join(', ')}), ` +
    `cells AS (SELECT parse_filename(filename) AS file, ${host} AS host, ` +
    `least(greatest(floor(score * ${BARS}), 0), ${BARS - 1})::INTEGER AS bar, ` +
    `${['0', ...above].join(' + ')} AS beside, count(*) AS n ${from} AND score IS NOT NULL GROUP BY ALL), ` +
    'counted AS MATERIALIZED (SELECT origin, host, bar, beside, sum(n)::DOUBLE AS n ' +
    'FROM cells JOIN part_of USING (file) GROUP BY ALL), ' +
    'sums AS (SELECT origin, host, sum(n) AS scored, sum(n) FILTER (bar > 0) AS high FROM counted ' +
    `GROUP BY ALL HAVING high >= ${Math.trunc(least)} ORDER BY high DESC, host LIMIT ${MOST_HOSTS}) ` +
    "SELECT 'all', 0, '', 0.0, bar, beside, sum(n) FROM counted GROUP BY bar, beside UNION ALL " +
    "SELECT 'seen', origin, '', 0.0, 0, 0, count(DISTINCT host)::DOUBLE FROM counted GROUP BY origin " +
    "UNION ALL SELECT 'host', origin, host, scored, bar, beside, n FROM sums JOIN counted USING (origin, host)";
  const rows = await duck.rows({ text, values: values.list });
  const cells: Cell[] = [];
  const hostsOf = new Map<number, number>();
  const gathered = new Map<string, { origin: number; scored: number; cells: Cell[] }>();
  for (const [about, place, name, scored, bar, reaches, n] of rows) {
    const origin = Number(place);
    const cell = { bar: Number(bar), beside: Number(reaches), flows: Number(n) };
    if (about === 'all') cells.push(cell);
    else if (about === 'seen') hostsOf.set(origin, Number(n));
    else {
      const key = `${origin} ${name}`;
      const known = gathered.get(key) ?? { origin, scored: Number(scored), cells: [] };
      gathered.set(key, known);
      known.cells.push(cell);
    }
  }
  const scale = scaleOf(beside);
  return {
    flows: cells.reduce((sum, { flows }) => sum + flows, 0),
    thresholds: scale.map(({ threshold }) => threshold),
    reached: reachedOf(cells, scale),
    origins: origins.length,
    hosts: [...gathered.values()].map(({ origin, scored, cells: own }) => ({
      ...{ ofOrigin: hostsOf.get(origin) ?? 0, scored },
      reached: reachedOf(own, scale),
    })),
  };
}

/** A threshold, and whether a cell's flows reach it. */
interface Step {
  readonly threshold: number;
  reaches(cell: Cell): boolean;
}

function scaleOf(beside: readonly number[]): Step[] {
  const steps: Step[] = Array.from({ length: BARS }, (_, bar) => ({
    threshold: bar / BARS,
    reaches: (cell) => cell.bar >= bar,
  }));
  for (const [at, threshold] of beside.entries()) {
    steps.push({ threshold, reaches: (cell) => cell.beside > at });
  }
  return steps.sort((a, b) => a.threshold - b.threshold);
}

const reachedOf = (cells: readonly Cell[], scale: readonly Step[]): number[] =>
  scale.map((step) => cells.reduce((sum, cell) => sum + (step.reaches(cell) ? cell.flows : 0), 0));

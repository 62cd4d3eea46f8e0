import { Random, WiresiftError } from '../base/index.ts';
import { canonicalJson } from '../features/index.ts';
import type { Parameters, ParameterValue } from '../models/index.ts';

/** A range that random search draws from, both ends included. */
export interface ParameterRange {
  readonly low: number;
  readonly high: number;
  /** `log`: every order of magnitude alike; low must be above 0. Default `linear`. */
  readonly scale?: 'linear' | 'log';
  readonly whole?: boolean;
}

/** Values, or a range, a parameter. */
export type ParameterGrid = Readonly<Record<string, readonly ParameterValue[] | ParameterRange>>;

/** Candidates a search may have: beyond this a grid is a mistake. */
const MAX_CANDIDATES = 10_000;

function badSpace(saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'SEARCH',
    where: 'parameter grid',
    saw,
    expected,
    todo: 'Change the grid',
    exitCode: 2,
  });
}

function distinct(candidates: readonly Parameters[]): Parameters[] {
  const found = new Map(candidates.map((each) => [canonicalJson(each), each]));
  if (found.size === 0) throw badSpace('no candidate', 'at least one value a parameter');
  return [...found.values()];
}

/**
 * Every combination of every grid, each once, the last name of a grid changing fastest.
 * @throws WiresiftError `SEARCH` for a range, an empty grid or more than 10,000 combinations
 */
export function gridCandidates(grids: readonly ParameterGrid[]): Parameters[] {
  const all: Parameters[] = [];
  for (const grid of grids) {
    let some: Parameters[] = [{}];
    for (const [name, values] of Object.entries(grid)) {
      if (!Array.isArray(values)) throw badSpace(`a range for ${name}`, 'values, or random search');
      if (some.length * values.length + all.length > MAX_CANDIDATES) {
        throw badSpace('too many combinations', `at most ${MAX_CANDIDATES}`);
      }
      some = some.flatMap((each) =>
        values.map((value: ParameterValue) => ({ ...each, [name]: value })),
      );
    }
    all.push(...some);
  }
  return distinct(all);
}

/** Values that stand for a range where a grid is asked for. */
const POINTS = 4;

/** The grid with four values, ends included, in place of each range: evenly, or by magnitude. */
export function discretised(grid: ParameterGrid): ParameterGrid {
  return Object.fromEntries(
    Object.entries(grid).map(([name, values]) => {
      if (!('low' in values)) return [name, values];
      checkRange(values);
      const { low, high, scale = 'linear', whole = false } = values;
      const points = Array.from({ length: POINTS }, (_, i) => {
        const share = i / (POINTS - 1);
        const value = scale === 'log' ? low * (high / low) ** share : low + (high - low) * share;
        return whole ? Math.round(value) : Number(value.toPrecision(6));
      });
      return [name, [...new Set(points)]];
    }),
  );
}

function checkRange({ low, high, scale = 'linear' }: ParameterRange): void {
  if (low <= high && (scale !== 'log' || low > 0)) return;
  throw badSpace(`a ${scale} range from ${low} to ${high}`, 'low to high, above 0 for log');
}

function draw(values: readonly ParameterValue[] | ParameterRange, random: Random): ParameterValue {
  if (!('low' in values)) return values[random.int(values.length)]!;
  const { low, high, scale = 'linear', whole = false } = values;
  checkRange(values);
  // A whole number owns the half units around it, so that both ends are as likely as the others.
  const from = whole ? low - 0.5 : low;
  const to = whole ? high + 0.5 : high;
  const share = random.next();
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  return whole ? Math.min(high, Math.max(low, Math.round(value))) : value;
}

/**
 * Up to `count` distinct candidates drawn from the grids; fewer when there are not so many.
 * @throws WiresiftError `SEARCH` for a wrong count, range or empty grid
 */
export function randomCandidates(
  grids: readonly ParameterGrid[],
  count: number,
  seed: number,
): Parameters[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_CANDIDATES) {
    throw badSpace(`${count} candidates`, `a whole number from 1 to ${MAX_CANDIDATES}`);
  }
  const usable = grids.filter((grid) =>
    Object.values(grid).every((values) => !Array.isArray(values) || values.length > 0),
  );
  if (usable.length === 0) throw badSpace('no candidate', 'at least one value a parameter');
  const random = new Random(seed).fork('search');
  const found = new Map<string, Parameters>();
  // A small grid runs out; twenty tries a candidate find nearly all of it.
  for (let tries = 0; tries < 20 * count && found.size < count; tries++) {
    const grid = usable[random.int(usable.length)]!;
    const candidate = Object.fromEntries(
      Object.entries(grid).map(([name, values]) => [name, draw(values, random)]),
    );
    found.set(canonicalJson(candidate), candidate);
  }
  return [...found.values()];
}

import { createHash } from 'node:crypto';
import { Random, WiresiftError } from '../base/index.ts';
import { canonicalJson } from '../features/index.ts';
import { modelKind, type Parameters } from '../models/index.ts';
import {
  type FoldOptions,
  type FoldScore,
  foldsOf,
  labelledRows,
  metricOf,
  scoreFolds,
  summary,
} from './cross-validate.ts';
import { prepareRows, specFor } from './prepare.ts';
import { SearchJournal } from './search-journal.ts';
import { gridCandidates, type ParameterGrid, randomCandidates } from './search-space.ts';

/** How candidates are chosen and how many rows each is given. */
export type SearchMethod =
  | { readonly kind: 'grid' }
  | { readonly kind: 'random'; readonly count: number }
  /**
   * Successive halving (Jamieson and Talwalkar 2016): all candidates on few rows, the best
   * `1 / factor` of them on `factor` times as many, until the last round has all rows.
   */
  | {
      readonly kind: 'halving';
      /** Above 1; default 3. */
      readonly factor?: number;
      /** Rows of the first round at least; default 1000. */
      readonly leastRows?: number;
      /** Draws so many candidates; default: the whole grid. */
      readonly count?: number;
    };

/** What is searched and how. */
export interface SearchOptions extends FoldOptions {
  readonly grids: readonly ParameterGrid[];
  /** Parameters that every candidate shares. */
  readonly fixed?: Parameters;
  /** Default `grid`. */
  readonly method?: SearchMethod;
  /** File that makes the search go on after a kill. A metric of one's own must keep its name. */
  readonly journal?: string;
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** Where a search stands. */
export interface SearchProgress {
  /** Fits done or remembered in this round, of {@link total}. */
  readonly done: number;
  readonly total: number;
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** The fit that was just done. */
  readonly parameters: Parameters;
  readonly score: number;
}

/** How one candidate did in the last round it took part in. */
export interface SearchCandidate {
  readonly parameters: Parameters;
  readonly mean: number;
  readonly deviation: number;
  readonly folds: readonly FoldScore[];
  /** From 1. */
  readonly round: number;
  /** Rows that the folds were made of. */
  readonly rows: number;
}

/** What a search found. */
export interface SearchResult {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
  readonly best: SearchCandidate;
  /** Best first: later rounds before earlier ones, then by mean, then in order of the grid. */
  readonly candidates: readonly SearchCandidate[];
  readonly rounds: number;
  /** Fits made now; the others stood in the journal. */
  readonly fits: number;
}

function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function bytesOf(rows: Int32Array): Uint8Array {
  return new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
}

function badSearch(saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({ code: 'SEARCH', where: 'search', saw, expected, todo });
}

/** What must be the same for a score from before to hold; rows and parameters stand in each id. */
function searchKey(options: SearchOptions): string {
  const { data, folds = 5, split = 'stratified', seed } = options;
  const spec = specFor({ ...options, parameters: options.fixed ?? {} });
  const metric = metricOf(options.metric).name;
  const { selection = [], balance = null } = options;
  const plain = { data: data.hash, kind: options.modelKind, folds, split, spec, metric, seed };
  // Only where there are any, so that journals from before they existed still hold.
  const more = selection.length > 0 || balance ? { ...plain, selection, balance } : plain;
  const groups = split === 'grouped' ? bytesOf(data.groups) : '';
  return sha256(canonicalJson(more), bytesOf(data.labels), groups);
}

function candidatesOf(options: SearchOptions): Parameters[] {
  const { grids, fixed = {}, method = { kind: 'grid' }, seed } = options;
  const count = method.kind === 'grid' ? undefined : method.count;
  const found = count ? randomCandidates(grids, count, seed) : gridCandidates(grids);
  const kind = modelKind(options.modelKind);
  // Checked before any work, and filled with defaults, so that an id says all that was fitted.
  return found.map((candidate) => kind.create({ ...fixed, ...candidate }).parameters);
}

/** Rows of each round, ascending; the last has all. A smaller set lies within each larger one. */
function roundRows(options: SearchOptions, candidates: number): Int32Array[] {
  const rows = labelledRows(options);
  const { method } = options;
  if (method?.kind !== 'halving') return [rows];
  const { factor = 3, leastRows = 1000 } = method;
  if (!(factor > 1) || !(leastRows >= 1)) {
    throw badSearch(`factor ${factor}, ${leastRows} rows`, 'above 1, and 1 or more', 'Use 3, 1000');
  }
  const byCandidates = Math.ceil(Math.log(candidates) / Math.log(factor) - 1e-9);
  const byRows = Math.floor(Math.log(rows.length / leastRows) / Math.log(factor) + 1e-9);
  const rounds = 1 + Math.max(0, Math.min(byCandidates, byRows));
  const places = classPlaces(rows, options.data.labels, options.seed);
  return Array.from({ length: rounds }, (_, round) => {
    const share = factor ** (round + 1 - rounds);
    return rows.filter((_row, i) => places[i]! < share);
  });
}

/** Where each row stands among the shuffled rows of its class: 0 to 1, so a share keeps classes. */
function classPlaces(rows: Int32Array, labels: Int32Array, seed: number): Float64Array {
  const order = new Random(seed).fork('halving').shuffle(Int32Array.from(rows.keys()));
  const totals = new Map<number, number>();
  for (const row of rows) totals.set(labels[row]!, (totals.get(labels[row]!) ?? 0) + 1);
  const seen = new Map<number, number>();
  const places = new Float64Array(rows.length);
  for (const i of order) {
    const label = labels[rows[i]!]!;
    const before = seen.get(label) ?? 0;
    places[i] = before / totals.get(label)!;
    seen.set(label, before + 1);
  }
  return places;
}

/**
 * Searches for the parameters with the best mean score over cross-validation folds. Nothing but the
 * seed and the data changes the result, whatever the number of threads. A search that was killed
 * goes on from its journal.
 *
 * @throws WiresiftError `SEARCH` for a wrong grid or method or when the metric is defined for no
 *   candidate, `SEARCH_JOURNAL` for a journal of another search, `MODEL_PARAMETER`, `SPLIT`,
 *   `ABORTED` as {@link crossValidate}
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const { better, name } = metricOf(options.metric);
  const candidates = candidatesOf(options);
  const rounds = roundRows(options, candidates.length);
  const journal = options.journal
    ? await SearchJournal.open(options.journal, searchKey(options))
    : undefined;
  const results = new Map<number, SearchCandidate>();
  let fits = 0;
  try {
    let left = [...candidates.keys()];
    for (const [index, rows] of rounds.entries()) {
      const asked = left.map((candidate) => candidates[candidate]!);
      const place = { round: index + 1, rounds: rounds.length };
      const scored = await scoreRound({ ...options, rows }, asked, journal, place);
      fits += scored.fits;
      left.forEach((candidate, i) => {
        const folds = scored.folds[i]!;
        const parameters = candidates[candidate]!;
        const figures = { ...summary(folds), folds, round: index + 1, rows: rows.length };
        results.set(candidate, { parameters, ...figures });
      });
      left = ranked(results, better).filter((candidate) => left.includes(candidate));
      const factor = options.method?.kind === 'halving' ? (options.method.factor ?? 3) : 1;
      left = left.slice(0, Math.ceil(left.length / factor)).sort((a, b) => a - b);
    }
  } finally {
    await journal?.close();
  }
  const list = ranked(results, better).map((candidate) => results.get(candidate)!);
  if (Number.isNaN(list[0]!.mean)) {
    throw badSearch(`no defined ${name}`, 'a fold where it is defined', 'Choose another metric');
  }
  return { metric: name, better, best: list[0]!, candidates: list, rounds: rounds.length, fits };
}

function ranked(results: ReadonlyMap<number, SearchCandidate>, better: string): number[] {
  const sign = better === 'higher' ? 1 : -1;
  const value = ({ mean }: SearchCandidate): number =>
    Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : sign * mean;
  return [...results.keys()].sort((a, b) => {
    const [one, other] = [results.get(a)!, results.get(b)!];
    if (one.round !== other.round) return other.round - one.round;
    return value(one) === value(other) ? a - b : value(other) - value(one);
  });
}

async function scoreRound(
  options: SearchOptions & { readonly rows: Int32Array },
  asked: readonly Parameters[],
  journal: SearchJournal | undefined,
  place: { readonly round: number; readonly rounds: number },
): Promise<{ folds: FoldScore[][]; fits: number }> {
  const rowsId = sha256(bytesOf(options.rows));
  const ids = asked.map((parameters) => sha256(canonicalJson(parameters), rowsId));
  const total = asked.length * (options.folds ?? 5);
  let done = 0;
  let fits = 0;
  const tell = (candidate: number, { score }: FoldScore): void => {
    done++;
    options.onProgress?.({ ...place, done, total, parameters: asked[candidate]!, score });
  };
  const folds = await scoreFolds(options, asked, {
    known: (candidate, fold) => {
      const score = journal?.known(ids[candidate]!, fold);
      if (score) tell(candidate, score);
      return score;
    },
    onScore: async (candidate, score) => {
      fits++;
      await journal?.add(ids[candidate]!, score);
      tell(candidate, score);
    },
  });
  return { folds, fits };
}

/** What a nested search found: how good a search is, not which parameters to take. */
export interface NestedResult {
  readonly metric: string;
  /** The search on each outer fold's training rows, and its winner's score on the test rows. */
  readonly folds: readonly (FoldScore & { readonly search: SearchResult })[];
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Nested cross-validation: each outer fold runs the whole search on its training rows, refits the
 * winner on all of them and scores the test rows, which chose nothing. One journal serves all.
 * @throws as {@link search}
 */
export async function nestedSearch(
  options: SearchOptions & {
    readonly outerFolds?: number;
    /** Told before each outer fold, from 0. */
    readonly onOuterFold?: (fold: number) => void;
  },
): Promise<NestedResult> {
  const { data, seed, threads, signal } = options;
  const { table, labels, classes } = data;
  const metric = metricOf(options.metric);
  const folds: (FoldScore & { search: SearchResult })[] = [];
  const outer = foldsOf({ ...options, folds: options.outerFolds ?? 5 });
  for (const [fold, { train, test }] of outer.entries()) {
    options.onOuterFold?.(fold);
    const found = await search({ ...options, rows: train });
    const started = performance.now();
    const { parameters } = found.best;
    const { pipeline, input } = await prepareRows({ ...options, parameters, rows: train });
    const estimator = modelKind(options.modelKind).create(parameters);
    const model = await estimator.fit(input, {
      seed,
      ...(threads ? { threads } : {}),
      ...(signal ? { signal } : {}),
    });
    const probabilities = model.score(pipeline.transform(table, test));
    const score = metric.score({ probabilities, truth: test.map((row) => labels[row]!), classes });
    folds.push({ fold, score, seconds: (performance.now() - started) / 1000, search: found });
  }
  return { metric: metric.name, folds, ...summary(folds) };
}

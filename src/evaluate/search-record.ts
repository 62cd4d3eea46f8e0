import type { Parameters } from '../models/index.ts';
import { figure } from './figure-text.ts';
import type { NestedResult, SearchMethod, SearchResult } from './search.ts';
import type { FoldKind } from './split.ts';

/** Candidates that a record keeps. */
const KEPT = 10;

/** One candidate of a search as it stands in a model file. */
export interface CandidateRecord {
  readonly parameters: Parameters;
  /** Null where the metric is undefined on every fold. */
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly round: number;
  readonly rows: number;
}

/** How parameters were found: plain data, in the model file's training record and on its card. */
export interface SearchRecord {
  readonly method: SearchMethod['kind'];
  readonly metric: string;
  readonly better: 'higher' | 'lower';
  readonly folds: number;
  readonly split: FoldKind;
  /** Candidates in all. */
  readonly candidates: number;
  /** Best first, at most ten. */
  readonly best: readonly CandidateRecord[];
  /** What the whole search scores on rows that chose nothing; null when it was not asked for. */
  readonly nested: {
    readonly mean: number | null;
    readonly deviation: number | null;
    readonly folds: number;
  } | null;
}

const plain = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The record of a search. */
export function searchRecord(
  found: SearchResult,
  how: { readonly method: SearchMethod['kind']; readonly folds: number; readonly split: FoldKind },
  nested: NestedResult | undefined,
): SearchRecord {
  return {
    ...how,
    metric: found.metric,
    better: found.better,
    candidates: found.candidates.length,
    best: found.candidates.slice(0, KEPT).map((each) => ({
      parameters: each.parameters,
      mean: plain(each.mean),
      deviation: plain(each.deviation),
      round: each.round,
      rows: each.rows,
    })),
    nested: nested
      ? {
          mean: plain(nested.mean),
          deviation: plain(nested.deviation),
          folds: nested.folds.length,
        }
      : null,
  };
}

/** Parameters of a candidate that differ among those shown, as `C 1, k 5`. */
function changed(best: readonly CandidateRecord[], { parameters }: CandidateRecord): string {
  const names = Object.keys(parameters).filter((name) =>
    best.some((each) => each.parameters[name] !== best[0]!.parameters[name]),
  );
  const shown = names.length > 0 ? names : Object.keys(parameters);
  return shown.map((name) => `${name} ${parameters[name]}`).join(', ');
}

const told = (value: number | null, deviation: number | null): string =>
  value === null ? 'undefined' : `${figure(value)} ± ${figure(deviation ?? 0)}`;

/** Header and rows of the best candidates: parameters, score, round and rows. */
export function searchRows({ best, metric }: SearchRecord): readonly (readonly string[])[] {
  return [
    ['parameters', `${metric}, mean ± deviation`, 'round', 'rows'],
    ...best.map((each) => [
      changed(best, each),
      told(each.mean, each.deviation),
      String(each.round),
      String(each.rows),
    ]),
  ];
}

/** One or two sentences on how the parameters were found. */
export function searchText(record: SearchRecord): string {
  const { method, metric, candidates, folds, split, nested } = record;
  const how = `Chosen by ${method} search for the ${record.better === 'higher' ? 'highest' : 'lowest'} ${metric} among ${candidates} candidates, over ${folds} ${split} folds of the training rows alone.`;
  const honest = nested
    ? ` Nested in ${nested.folds} outer folds the search scores ${told(nested.mean, nested.deviation)}.`
    : ' The best mean of a search reads too high, since it was chosen for being so.';
  return how + honest;
}

import type { LabelledTable } from '../table/index.ts';
import {
  learningRows,
  splitOf,
  type Trained,
  type TrainOptions,
  taughtLabels,
  trainModel,
} from './experiment.ts';
import {
  type NestedResult,
  nestedSearch,
  type SearchOptions,
  type SearchProgress,
  type SearchResult,
  search,
} from './search.ts';
import { searchRecord } from './search-record.ts';

/** What is searched before training; the rest comes from {@link TrainOptions}. */
export interface SearchChoice
  extends Pick<SearchOptions, 'grids' | 'method' | 'metric' | 'folds' | 'split' | 'journal'> {
  /** Folds of an outer cross-validation that says how good the search is; absent: none. */
  readonly nested?: number;
  /** `outer` counts the outer folds from 1; 0 for the search that chooses. */
  readonly onProgress?: (progress: SearchProgress & { readonly outer: number }) => void;
}

/** A training with the search that chose its parameters. */
export interface Searched extends Trained {
  readonly search: SearchResult;
  readonly nested?: NestedResult;
}

/**
 * Searches for parameters on the rows that will train the model, and on no others, then trains with
 * the best ones: neither validation nor test rows choose anything. `parameters` are shared by all
 * candidates.
 * @throws as `search` and `trainModel`
 */
export async function searchAndTrain(
  options: TrainOptions,
  choice: SearchChoice,
): Promise<Searched> {
  const { background, seed, spec, selection, balance, threads, signal } = options;
  const { data, split } = splitOf(options);
  // The same rows and labels as training will see: of unknown label none, or taught as harmless.
  const labelled: LabelledTable =
    background === 'negative' ? { ...data, labels: taughtLabels(data) } : data;
  const { nested, onProgress, ...chosen } = choice;
  let outer = 0;
  const shared: SearchOptions = {
    ...chosen,
    data: labelled,
    rows: learningRows(options, split),
    modelKind: options.modelKind,
    fixed: options.parameters ?? {},
    seed,
    ...(spec ? { spec } : {}),
    ...(selection ? { selection } : {}),
    ...(balance ? { balance } : {}),
    ...(threads ? { threads } : {}),
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress: (progress) => onProgress({ ...progress, outer }) } : {}),
  };
  const found = await search(shared);
  const honest = nested
    ? await nestedSearch({
        ...shared,
        outerFolds: nested,
        onOuterFold: (fold) => {
          outer = fold + 1;
        },
      })
    : undefined;
  const record = searchRecord(
    found,
    {
      method: choice.method?.kind ?? 'grid',
      folds: choice.folds ?? 5,
      split: choice.split ?? 'stratified',
    },
    honest,
  );
  const trained = await trainModel({
    ...options,
    parameters: found.best.parameters,
    searched: record,
  });
  return { ...trained, search: found, ...(honest ? { nested: honest } : {}) };
}

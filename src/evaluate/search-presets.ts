import type { ParameterGrid } from './search-space.ts';

/** A kind of model with grids to search. */
export interface SearchPreset {
  readonly name: string;
  readonly modelKind: string;
  readonly meaning: string;
  readonly grids: readonly ParameterGrid[];
}

/**
 * Grids around the parameters that an earlier threat classifier on TON_IoT reported as its best;
 * each grid holds that point.
 */
export const SEARCH_PRESETS: readonly SearchPreset[] = [
  {
    name: 'prior-forest',
    modelKind: 'forest',
    meaning: 'best reported: 300 trees, depth 15, 2 rows to split',
    grids: [{ trees: [100, 200, 300], maxDepth: [5, 10, 15, 20], minSamplesSplit: [2, 5, 10] }],
  },
  {
    name: 'prior-knn',
    modelKind: 'knn',
    meaning: 'best reported: 5 neighbours, p 1, weights by distance',
    grids: [{ k: [3, 5, 7, 9, 11], p: [1, 2], weights: ['uniform', 'distance'] }],
  },
  {
    name: 'prior-tree',
    modelKind: 'tree',
    meaning: 'best reported: depth 20, 1 row a leaf, 2 rows to split',
    grids: [{ maxDepth: [5, 10, 15, 20], minSamplesLeaf: [1, 2, 4], minSamplesSplit: [2, 5, 10] }],
  },
  {
    name: 'prior-logistic',
    modelKind: 'logistic',
    meaning: 'best reported: C 70.5 with the L2 penalty',
    grids: [{ C: [0.001, 0.01, 0.1, 1, 10, 70.5, 100] }],
  },
];

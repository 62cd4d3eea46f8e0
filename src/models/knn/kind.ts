import { foldRows } from '../fold-rows.ts';
import { defineKind } from '../kind.ts';
import type { ParameterSpec } from '../model.ts';
import { KnnModel, loadKnn } from './model.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'k',
    type: 'integer',
    default: 5,
    min: 1,
    max: 10_000,
    meaning: 'Neighbours asked, by weight: a row that stands twice is two',
  },
  {
    name: 'p',
    type: 'number',
    default: 2,
    min: 1,
    max: 64,
    meaning: 'Power of the Minkowski distance: 1 sums the gaps, 2 is the straight line',
  },
  {
    name: 'weights',
    type: 'string',
    default: 'uniform',
    choices: ['uniform', 'distance'],
    meaning: 'uniform: each neighbour counts the same; distance: by the inverse of its distance',
  },
];

/** Exact k-nearest neighbours (Fix and Hodges 1951; Cover and Hart 1967). */
export const knnKind = defineKind({
  kind: 'knn',
  meaning: 'k-nearest neighbours, exact',
  parameters,
  fit: async (facts, input, options) => {
    const { points, cols, cells, start, label, weight } = foldRows(input);
    options.onProgress?.(1, 1);
    return new KnnModel(facts, { points, cols, cells, start, label, weight });
  },
  load: loadKnn,
});

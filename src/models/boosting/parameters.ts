import { CLASS_WEIGHT } from '../kind.ts';
import type { ParameterSpec } from '../model.ts';

/** Parameters of boosting. */
export const boostingParameters: readonly ParameterSpec[] = [
  {
    name: 'iterations',
    type: 'integer',
    default: 100,
    min: 1,
    max: 100_000,
    meaning: 'Most rounds; each grows one tree (two classes) or one a class',
  },
  {
    name: 'learningRate',
    type: 'number',
    default: 0.1,
    min: 1e-6,
    max: 10,
    meaning: 'Share of its full step that each tree takes',
  },
  {
    name: 'maxLeaves',
    type: 'integer',
    default: 31,
    min: 2,
    max: 65_536,
    meaning: 'Most leaves of a tree; the best leaf is split first',
  },
  {
    name: 'maxDepth',
    type: 'integer',
    default: null,
    min: 1,
    max: 65_536,
    meaning: 'Most splits from the root to a leaf; null: no limit',
  },
  {
    name: 'minSamplesLeaf',
    type: 'number',
    default: 20,
    min: 0,
    max: 1e9,
    meaning: 'Fewest rows (by weight) on each side of a split',
  },
  {
    name: 'minHessian',
    type: 'number',
    default: 1e-3,
    min: 0,
    max: 1e9,
    meaning: 'Least sum of hessians on each side of a split',
  },
  {
    name: 'l2',
    type: 'number',
    default: 1,
    min: 0,
    max: 1e9,
    meaning: 'Penalty on the square of leaf values; at 0 many classes may run away',
  },
  {
    name: 'columnShare',
    type: 'number',
    default: 1,
    min: 1e-6,
    max: 1,
    meaning: 'Share of the columns, drawn at random, that each tree may use',
  },
  {
    name: 'maxBins',
    type: 'integer',
    default: 255,
    min: 2,
    max: 255,
    meaning: 'Most bins a column is cut into before training',
  },
  {
    name: 'earlyStopping',
    type: 'integer',
    default: 0,
    min: 0,
    max: 100_000,
    meaning: 'Stops after so many rounds without a smaller loss on held-out rows; 0: never',
  },
  {
    name: 'validationShare',
    type: 'number',
    default: 0.1,
    min: 0.001,
    max: 0.9,
    meaning: 'Share of rows held out for early stopping when none are given',
  },
  {
    name: 'categories',
    type: 'string',
    default: '',
    meaning:
      'Columns of category codes 0 to 254, names separated by commas; split by sets of codes',
  },
  {
    name: 'monotone',
    type: 'string',
    default: '',
    meaning:
      'Columns the score may only rise (+name) or fall (-name) with, separated by commas; two classes',
  },
  CLASS_WEIGHT,
];

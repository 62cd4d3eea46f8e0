import { WiresiftError } from '../base/index.ts';
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
    grids: [{ penalty: ['l1', 'l2'], C: [0.001, 0.01, 0.1, 1, 10, 70.5, 100] }],
  },
];

/** One name for the grids of that classifier, whatever the kind. */
const PRIOR_WORK = 'prior-work-b';

/** Depths, with none for trees that grow until their leaves are pure. */
const DEPTHS = [5, 10, 15, 20, null];
const FOREST: ParameterGrid = {
  trees: [100, 300],
  maxDepth: [10, 15, 20, null],
  minSamplesLeaf: [1, 2, 5],
  maxFeatures: ['sqrt', 'third'],
};
const MACHINE: ParameterGrid = {
  C: { low: 0.001, high: 100, scale: 'log' },
  classWeight: ['none', 'balanced'],
};

/** A network that gives its input back through so many numbers. */
function bottleneck(units: number): string {
  const wide = { layer: 'dense', units: 64, activation: 'relu' };
  return JSON.stringify({ layers: [wide, { layer: 'dense', units }, wide] });
}

/**
 * What is searched when neither grid nor preset is named. Ranges are drawn from; where a grid is
 * asked for, four values stand for each (see `discretised`). Kinds that wrap others have none.
 */
export const SEARCH_SPACES: Readonly<Record<string, ParameterGrid>> = {
  tree: { maxDepth: DEPTHS, minSamplesLeaf: [1, 2, 5, 10, 20], classWeight: ['none', 'balanced'] },
  forest: FOREST,
  'extra-trees': FOREST,
  boosting: {
    iterations: [100, 200, 400],
    learningRate: { low: 0.02, high: 0.3, scale: 'log' },
    maxLeaves: [15, 31, 63],
    minSamplesLeaf: [5, 20, 50],
  },
  logistic: MACHINE,
  knn: { k: [1, 3, 5, 9, 15], p: [1, 2], weights: ['uniform', 'distance'] },
  'naive-bayes': { smoothing: { low: 1e-12, high: 0.1, scale: 'log' } },
  'linear-svm': MACHINE,
  'rbf-svm': { ...MACHINE, gamma: { low: 0.001, high: 1, scale: 'log' } },
  'isolation-forest': { trees: [100, 200], sample: [128, 256, 512, 1024] },
  autoencoder: {
    network: [2, 4, 8, 16].map(bottleneck),
    epochs: [10, 30],
    learningRate: { low: 5e-4, high: 5e-3, scale: 'log' },
  },
};

/**
 * The grids to search for a kind of model: those of a preset, or its usual space.
 * @param preset name of a preset, or `prior-work-b` for the one of that kind
 * @throws WiresiftError `SEARCH` (exit code 2) when there are none
 */
export function gridsFor(modelKind: string, preset?: string): readonly ParameterGrid[] {
  if (preset === undefined) {
    const space = SEARCH_SPACES[modelKind];
    if (space) return [space];
    throw noGrids(`no usual space for ${modelKind}`, 'a grid', 'Give --grid NAME=V1,V2');
  }
  const own = SEARCH_PRESETS.filter((each) => each.modelKind === modelKind);
  const found = own.find(({ name }) => name === preset || preset === PRIOR_WORK);
  if (found) return found.grids;
  const names = own.map(({ name }) => name);
  const kinds = SEARCH_PRESETS.map((each) => each.modelKind).join(', ');
  throw noGrids(
    `preset ${JSON.stringify(preset.slice(0, 40))} for ${modelKind}`,
    names.length > 0
      ? `${PRIOR_WORK} or ${names.join(', ')}`
      : `a kind of model with presets: ${kinds}`,
    'Choose another preset or model, or give --grid',
  );
}

function noGrids(saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({
    code: 'SEARCH',
    where: 'parameter grid',
    saw,
    expected,
    todo,
    exitCode: 2,
  });
}

import { stopRequested } from '../../base/index.ts';
import { foldRows } from '../fold-rows.ts';
import { checkFit } from '../input.ts';
import type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelKind,
  ParameterSpec,
  Parameters,
} from '../model.ts';
import { checkParameters } from '../parameters.ts';
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

class KnnEstimator implements Estimator {
  readonly kind = 'knn';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const { classes, matrix } = input;
    const facts = {
      parameters: this.parameters,
      classes: [...classes],
      features: [...matrix.names],
    };
    const { points, cols, cells, start, label, weight } = foldRows(input);
    options.onProgress?.(1, 1);
    return new KnnModel(facts, { points, cols, cells, start, label, weight });
  }
}

/** Exact k-nearest neighbours (Fix and Hodges 1951; Cover and Hart 1967). */
export const knnKind: ModelKind = {
  kind: 'knn',
  meaning: 'k-nearest neighbours, exact',
  parameters,
  create: (given) => new KnnEstimator(checkParameters('knn', parameters, given)),
  load: (stored) => {
    const checked = checkParameters('knn', parameters, stored.parameters);
    const { classes, features } = stored;
    return loadKnn({ parameters: checked, classes, features }, stored);
  },
};

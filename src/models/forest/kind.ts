import type { Estimator, FitInput, FitOptions, Model, ModelKind, Parameters } from '../model.ts';
import { checkParameters } from '../parameters.ts';
import { loadTrees } from '../tree/model.ts';
import { fitForest, forestParameters } from './fit.ts';

const parameters = forestParameters(true);

class ForestEstimator implements Estimator {
  readonly kind = 'forest';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  fit(input: FitInput, options: FitOptions): Promise<Model> {
    return fitForest(this, input, options, false);
  }
}

/**
 * Random forest (Breiman 2001): the mean of the class shares of trees grown on bootstrap samples.
 */
export const forestKind: ModelKind = {
  kind: 'forest',
  meaning: 'Random forest: many decision trees on random rows and columns',
  parameters,
  create: (given) => new ForestEstimator(checkParameters('forest', parameters, given)),
  load: (stored) => {
    const checked = checkParameters('forest', parameters, stored.parameters);
    return loadTrees({ ...stored, parameters: checked }, stored);
  },
};

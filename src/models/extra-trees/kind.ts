import { fitForest, forestParameters } from '../forest/fit.ts';
import type { Estimator, FitInput, FitOptions, Model, ModelKind, Parameters } from '../model.ts';
import { checkParameters } from '../parameters.ts';
import { loadTrees } from '../tree/model.ts';

const parameters = forestParameters(false);

class ExtraTreesEstimator implements Estimator {
  readonly kind = 'extra-trees';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  fit(input: FitInput, options: FitOptions): Promise<Model> {
    return fitForest(this, input, options, true);
  }
}

/**
 * Extremely randomised trees (Geurts, Ernst, Wehenkel 2006): at each node every column drawn is cut
 * at a random place between its lowest and highest bin there, and the best of these cuts is taken.
 */
export const extraTreesKind: ModelKind = {
  kind: 'extra-trees',
  meaning: 'Extra trees: a forest whose columns are cut at random places',
  parameters,
  create: (given) => new ExtraTreesEstimator(checkParameters('extra-trees', parameters, given)),
  load: (stored) => {
    const checked = checkParameters('extra-trees', parameters, stored.parameters);
    return loadTrees({ ...stored, parameters: checked }, stored);
  },
};

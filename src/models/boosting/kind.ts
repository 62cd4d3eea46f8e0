import { stopRequested } from '../../base/index.ts';
import { checkFit } from '../input.ts';
import type { Estimator, FitInput, FitOptions, Model, ModelKind, Parameters } from '../model.ts';
import { checkParameters } from '../parameters.ts';
import { BoostingModel, loadBoosting } from './model.ts';
import { boostingParameters } from './parameters.ts';
import { outputCount, prepareBoost } from './prepare.ts';
import { boost } from './run.ts';
import { type BoostedTree, joinBoosted } from './trees.ts';

class BoostingEstimator implements Estimator {
  readonly kind = 'boosting';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const { matrix, classes } = input;
    const { kind, parameters } = this;
    let base = new Float64Array(0);
    let trees: BoostedTree[] = [];
    if (outputCount(classes.length) > 0) {
      const start = prepareBoost(input, parameters, options);
      base = new Float64Array(start.base);
      trees = await boost(start, options);
    } else {
      options.onProgress?.(1, 1);
    }
    const facts = { kind, parameters, classes: [...classes], features: [...matrix.names] };
    return new BoostingModel(facts, joinBoosted(trees, base, matrix.cols));
  }
}

/**
 * Histogram gradient boosting: log-loss by second-order steps (Friedman 2001; Chen and Guestrin
 * 2016), leaf-wise trees over binned columns with histogram subtraction (Ke and others 2017).
 */
export const boostingKind: ModelKind = {
  kind: 'boosting',
  meaning: 'Gradient boosting: trees that each correct the ones before, over binned columns',
  parameters: boostingParameters,
  create: (given) => new BoostingEstimator(checkParameters('boosting', boostingParameters, given)),
  load: (stored) => {
    const checked = checkParameters('boosting', boostingParameters, stored.parameters);
    return loadBoosting({ ...stored, parameters: checked }, stored);
  },
};

import { defineKind } from '../kind.ts';
import { BoostingModel, loadBoosting } from './model.ts';
import { boostingParameters } from './parameters.ts';
import { outputCount, prepareBoost } from './prepare.ts';
import { boost } from './run.ts';
import { type BoostedTree, joinBoosted } from './trees.ts';

/**
 * Histogram gradient boosting: log-loss by second-order steps (Friedman 2001; Chen and Guestrin
 * 2016), leaf-wise trees over binned columns with histogram subtraction (Ke and others 2017).
 */
export const boostingKind = defineKind({
  kind: 'boosting',
  meaning: 'Gradient boosting: trees that each correct the ones before, over binned columns',
  parameters: boostingParameters,
  fit: async (facts, input, options) => {
    let base = new Float64Array(0);
    let trees: BoostedTree[] = [];
    if (outputCount(input.classes.length) > 0) {
      const start = prepareBoost(input, facts.parameters, options);
      base = new Float64Array(start.base);
      trees = await boost(start, options);
    } else {
      options.onProgress?.(1, 1);
    }
    return new BoostingModel(facts, joinBoosted(trees, base, input.matrix.cols));
  },
  load: loadBoosting,
});

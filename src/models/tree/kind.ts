import { stopRequested } from '../../base/index.ts';
import { checkFit } from '../input.ts';
import type { Estimator, FitInput, FitOptions, Model, ModelKind, Parameters } from '../model.ts';
import { checkParameters } from '../parameters.ts';
import { joinTrees } from './ensemble.ts';
import { TreeGrower } from './grow.ts';
import { loadTrees, TreeModel } from './model.ts';
import { prepareTask, treeParameters } from './parameters.ts';

const parameters = treeParameters('all');

class TreeEstimator implements Estimator {
  readonly kind = 'tree';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const { matrix, classes } = input;
    const task = prepareTask(this.kind, input, this.parameters, { seed: options.seed, threads: 1 });
    const trees = joinTrees([new TreeGrower(task, 0).grow(0)], matrix.cols, classes.length);
    options.onProgress?.(1, 1);
    const { kind, parameters: own } = this;
    const facts = { kind, parameters: own, classes: [...classes], features: [...matrix.names] };
    return new TreeModel(facts, trees);
  }
}

/**
 * A decision tree: CART (Breiman, Friedman, Olshen, Stone 1984) by Gini impurity, over binned
 * columns.
 */
export const treeKind: ModelKind = {
  kind: 'tree',
  meaning: 'Decision tree (Gini impurity, columns in at most 255 bins)',
  parameters,
  create: (given) => new TreeEstimator(checkParameters('tree', parameters, given)),
  load: (stored) => {
    const checked = checkParameters('tree', parameters, stored.parameters);
    return loadTrees({ ...stored, parameters: checked }, stored);
  },
};

import { defineKind } from '../kind.ts';
import { joinTrees } from './ensemble.ts';
import { TreeGrower } from './grow.ts';
import { loadTrees, TreeModel } from './model.ts';
import { prepareTask, treeParameters } from './parameters.ts';

/**
 * A decision tree: CART (Breiman, Friedman, Olshen, Stone 1984) by Gini impurity, over binned
 * columns.
 */
export const treeKind = defineKind({
  kind: 'tree',
  meaning: 'Decision tree (Gini impurity, columns in at most 255 bins)',
  parameters: treeParameters('all'),
  fit: async (facts, input, options) => {
    const { matrix, classes } = input;
    const grow = { seed: options.seed, threads: 1 };
    const task = prepareTask(facts.kind, input, facts.parameters, grow);
    const trees = joinTrees([new TreeGrower(task, 0).grow(0)], matrix.cols, classes.length);
    options.onProgress?.(1, 1);
    return new TreeModel(facts, trees);
  },
  load: loadTrees,
});

import { defineKind } from '../kind.ts';
import type { ModelKind, ParameterSpec } from '../model.ts';
import { joinTrees } from '../tree/ensemble.ts';
import { loadTrees, TreeModel } from '../tree/model.ts';
import { prepareTask, treeParameters } from '../tree/parameters.ts';
import { growAll, threadCount } from './grow-all.ts';

/** Parameters of ensembles of trees that are averaged. */
function forestParameters(bootstrap: boolean): readonly ParameterSpec[] {
  return [
    {
      name: 'trees',
      type: 'integer',
      default: 100,
      min: 1,
      max: 100_000,
      meaning: 'Number of trees',
    },
    {
      name: 'bootstrap',
      type: 'boolean',
      default: bootstrap,
      meaning: 'Each tree learns from as many rows, drawn with replacement (by weight)',
    },
    ...treeParameters('sqrt'),
  ];
}

/** What tells one ensemble of averaged trees from another. */
export interface ForestPlan {
  readonly kind: string;
  readonly meaning: string;
  /** Whether rows are drawn unless the parameter says otherwise. */
  readonly bootstrap: boolean;
  /** Cuts columns at random places instead of the best. */
  readonly randomCuts: boolean;
}

/** A kind of model that grows trees apart from each other and averages them. */
export function forestKindOf({ kind, meaning, bootstrap, randomCuts }: ForestPlan): ModelKind {
  return defineKind({
    kind,
    meaning,
    parameters: forestParameters(bootstrap),
    fit: async (facts, input, options) => {
      const { matrix, classes } = input;
      const treeCount = facts.parameters['trees'] as number;
      const threads = threadCount(options, treeCount);
      const grow = { seed: options.seed, threads, randomCuts };
      const task = prepareTask(kind, input, facts.parameters, grow);
      const grown = await growAll(kind, task, treeCount, options);
      return new TreeModel(facts, joinTrees(grown, matrix.cols, classes.length));
    },
    load: loadTrees,
  });
}

import { checkFit } from '../input.ts';
import type { Estimator, FitInput, FitOptions, Model, ParameterSpec } from '../model.ts';
import { joinTrees } from '../tree/ensemble.ts';
import { TreeModel } from '../tree/model.ts';
import { prepareTask, treeParameters } from '../tree/parameters.ts';
import { growAll, threadCount } from './grow-all.ts';

/** Parameters of ensembles of trees that are averaged. */
export function forestParameters(bootstrap: boolean): readonly ParameterSpec[] {
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

/** Grows the trees of an estimator with {@link forestParameters} and averages them. */
export async function fitForest(
  { kind, parameters }: Estimator,
  input: FitInput,
  options: FitOptions,
  randomCuts: boolean,
): Promise<Model> {
  checkFit(kind, input);
  const { matrix, classes } = input;
  const treeCount = parameters['trees'] as number;
  const threads = threadCount(options, treeCount);
  const task = prepareTask(kind, input, parameters, { seed: options.seed, threads, randomCuts });
  const grown = await growAll(kind, task, treeCount, options);
  const trees = joinTrees(grown, matrix.cols, classes.length);
  const facts = { kind, parameters, classes: [...classes], features: [...matrix.names] };
  return new TreeModel(facts, trees);
}

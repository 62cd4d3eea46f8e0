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
import { joinTrees } from '../tree/ensemble.ts';
import { loadTrees, TreeModel } from '../tree/model.ts';
import { prepareTask, treeParameters } from '../tree/parameters.ts';
import { growAll } from './grow-all.ts';

const parameters: readonly ParameterSpec[] = [
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
    default: true,
    meaning: 'Each tree learns from as many rows, drawn with replacement (by weight)',
  },
  ...treeParameters('sqrt'),
];

class ForestEstimator implements Estimator {
  readonly kind = 'forest';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    const { matrix, classes } = input;
    const task = prepareTask(input, this.parameters, options.seed);
    const treeCount = this.parameters['trees'] as number;
    const grown = await growAll(this.kind, task, treeCount, options);
    const trees = joinTrees(grown, matrix.cols, classes.length);
    const { kind, parameters: own } = this;
    const facts = { kind, parameters: own, classes: [...classes], features: [...matrix.names] };
    return new TreeModel(facts, trees);
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

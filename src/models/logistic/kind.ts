import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import { checkFit, classFactors, nameOrder } from '../input.ts';
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
import { type LossInput, logisticLoss } from './loss.ts';
import { type MinimiseOptions, minimise } from './minimise.ts';
import { type LogisticFit, LogisticModel, loadLogistic, outputCount } from './model.ts';
import { minimiseNewton, NEWTON_COLUMNS } from './newton.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'C',
    type: 'number',
    default: 1,
    min: 1e-12,
    max: 1e12,
    meaning: 'Inverse strength of the L2 penalty: smaller is stronger',
  },
  {
    name: 'maxIterations',
    type: 'integer',
    default: 500,
    min: 1,
    max: 1_000_000,
    meaning: 'Most steps of the solver (Newton for two classes, else L-BFGS)',
  },
  {
    name: 'tolerance',
    type: 'number',
    default: 1e-6,
    min: 0,
    max: 1,
    meaning: 'Stops when no component of the gradient of the mean loss is larger',
  },
  {
    name: 'classWeight',
    type: 'string',
    default: 'none',
    choices: ['none', 'balanced'],
    meaning: 'balanced: each class weighs the same in sum, whatever its number of rows',
  },
];

class LogisticEstimator implements Estimator {
  readonly kind = 'logistic';
  readonly parameters: Parameters;

  constructor(given: Parameters) {
    this.parameters = given;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const { matrix, classes } = input;
    const { kind, parameters: own } = this;
    const outputs = outputCount(classes.length);
    const loss = lossInput(input, outputs, own);
    const maxIterations = own['maxIterations'] as number;
    const point = await this.#minimise(loss, {
      maxIterations,
      tolerance: own['tolerance'] as number,
      onIteration: async (done) => {
        options.onProgress?.(done, maxIterations);
        // Lets the signal have its turn.
        await nextTurn();
        if (options.signal?.aborted) throw stopRequested(`fit ${kind}`);
      },
    });
    const facts = { kind, parameters: own, classes: [...classes], features: [...matrix.names] };
    return new LogisticModel(facts, collect(loss, point));
  }

  /** Newton where it pays off, then L-BFGS for the rest of the way, if any is left. */
  async #minimise(loss: LossInput, options: MinimiseOptions): Promise<Float64Array> {
    const { outputs, order } = loss;
    let start = new Float64Array(outputs * (order.length + 1));
    let left = options.maxIterations;
    if (outputs === 0) return start;
    const objective = logisticLoss(loss);
    if (outputs === 1 && order.length <= NEWTON_COLUMNS) {
      const found = await minimiseNewton(loss, objective, options);
      if (found.converged) return found.point;
      start = found.point.slice();
      left -= found.iterations;
    }
    const before = options.maxIterations - left;
    const rest: MinimiseOptions = {
      maxIterations: left,
      tolerance: options.tolerance,
      onIteration: (done) => options.onIteration?.(before + done),
    };
    return (await minimise(objective, start, rest)).point;
  }
}

function lossInput(input: FitInput, outputs: number, own: Parameters): LossInput {
  const { matrix, labels } = input;
  const factors = classFactors(input, own['classWeight']);
  const weights = new Float64Array(matrix.rows);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    weights[i] = (input.weights ? input.weights[i]! : 1) * factors[labels[i]!]!;
    total += weights[i]!;
  }
  const order = nameOrder(matrix.names);
  return { matrix, order, labels, weights, total, outputs, c: own['C'] as number };
}

/** Puts coefficients into matrix order and measures the columns. */
function collect({ matrix, order, weights, total, outputs }: LossInput, point: Float64Array) {
  const { rows, cols, data } = matrix;
  const coefficients = new Float64Array(outputs * cols);
  for (let k = 0; k < outputs; k++) {
    for (let c = 0; c < cols; c++) coefficients[k * cols + order[c]!] = point[k * cols + c]!;
  }
  const mean = new Float64Array(cols);
  const deviation = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) mean[c]! += (weights[i]! * data[i * cols + c]!) / total;
  }
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) {
      deviation[c]! += (weights[i]! * (data[i * cols + c]! - mean[c]!) ** 2) / total;
    }
  }
  const intercepts = point.slice(outputs * cols);
  const fit: LogisticFit = {
    coefficients,
    intercepts,
    mean,
    deviation: deviation.map((square) => Math.sqrt(square)),
  };
  return fit;
}

/**
 * Logistic regression with an L2 penalty, by Newton or L-BFGS; scaling the columns is the
 * pipeline's job.
 */
export const logisticKind: ModelKind = {
  kind: 'logistic',
  meaning: 'Logistic regression with an L2 penalty',
  parameters,
  create: (given) => new LogisticEstimator(checkParameters('logistic', parameters, given)),
  load: (stored) => {
    const checked = checkParameters('logistic', parameters, stored.parameters);
    return loadLogistic({ ...stored, parameters: checked }, stored);
  },
};

import { type FoldedRows, foldedMoments, foldRows } from '../fold-rows.ts';
import { classFactors } from '../input.ts';
import { CLASS_WEIGHT, defineKind } from '../kind.ts';
import type { FitInput, ParameterSpec, Parameters } from '../model.ts';
import { LogisticModel, loadLogistic, outputCount } from './model.ts';
import { fitTask } from './run.ts';
import { layOutLogistic } from './task.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'C',
    type: 'number',
    default: 1,
    min: 1e-12,
    max: 1e12,
    meaning: 'Inverse strength of the penalty: smaller is stronger',
  },
  {
    name: 'penalty',
    type: 'string',
    default: 'l2',
    choices: ['l2', 'l1', 'elasticnet'],
    meaning: 'On squares, on absolute values (coefficients may become 0), or on both',
  },
  {
    name: 'l1Ratio',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    meaning: 'For elasticnet: share of the penalty that is on absolute values',
  },
  {
    name: 'maxIterations',
    type: 'integer',
    default: 500,
    min: 1,
    max: 1_000_000,
    meaning: 'Most steps of the solver',
  },
  {
    name: 'tolerance',
    type: 'number',
    default: 1e-6,
    min: 0,
    max: 1,
    meaning: 'Stops when no component of the (sub)gradient of the mean loss is larger',
  },
  CLASS_WEIGHT,
];

/** With fewer cells than that a thread costs more than it saves. */
const CELLS_A_THREAD = 100_000;
/** More threads than any machine this is meant for has cores. */
const MAX_THREADS = 256;

function l1RatioOf(own: Parameters): number {
  if (own['penalty'] === 'l2') return 0;
  return own['penalty'] === 'l1' ? 1 : (own['l1Ratio'] as number);
}

function plan(input: FitInput, folded: FoldedRows, own: Parameters, threads: number) {
  const worth = Math.ceil((folded.points * folded.cols) / CELLS_A_THREAD);
  return {
    folded,
    factors: classFactors(input, own['classWeight']),
    outputs: outputCount(input.classes.length),
    threads: Math.min(Math.max(1, threads), worth, MAX_THREADS),
    c: own['C'] as number,
    l1Ratio: l1RatioOf(own),
    maxIterations: own['maxIterations'] as number,
    tolerance: own['tolerance'] as number,
  };
}

/** Coefficients and intercepts as the model has them: output by output, columns in matrix order. */
function collect(
  { cols, order }: FoldedRows,
  { point, shift, outputs }: { point: Float64Array; shift: Float64Array; outputs: number },
) {
  const coefficients = new Float64Array(outputs * cols);
  const intercepts = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    let intercept = point[cols * outputs + k]!;
    for (let c = 0; c < cols; c++) {
      const own = point[c * outputs + k]!;
      coefficients[k * cols + order[c]!] = own;
      intercept -= own * shift[c]!;
    }
    intercepts[k] = intercept;
  }
  return { coefficients, intercepts };
}

/** Mean and deviation of each column, in matrix order. */
function moments(folded: FoldedRows) {
  const { mean, deviation } = foldedMoments(folded);
  const out = { mean: new Float64Array(folded.cols), deviation: new Float64Array(folded.cols) };
  folded.order.forEach((column, c) => {
    out.mean[column] = mean[c]!;
    out.deviation[column] = deviation[c]!;
  });
  return out;
}

/** Logistic regression with an elastic-net penalty; scaling the columns is the pipeline's job. */
export const logisticKind = defineKind({
  kind: 'logistic',
  meaning: 'Logistic regression with a penalty on squares, absolute values or both',
  parameters,
  fit: async (facts, input, options) => {
    const folded = foldRows(input);
    const outputs = outputCount(input.classes.length);
    if (outputs === 0) {
      options.onProgress?.(1, 1);
      const none = { coefficients: new Float64Array(0), intercepts: new Float64Array(0) };
      return new LogisticModel(facts, { ...none, ...moments(folded) });
    }
    const task = layOutLogistic(plan(input, folded, facts.parameters, options.threads ?? 1));
    const point = await fitTask(task, options);
    const linear = collect(folded, { point, shift: task.shift, outputs });
    return new LogisticModel(facts, { ...linear, ...moments(folded) });
  },
  load: loadLogistic,
});

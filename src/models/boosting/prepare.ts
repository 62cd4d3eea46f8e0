import { WiresiftError } from '../../base/index.ts';
import type { Matrix } from '../../features/index.ts';
import { holdOut } from '../hold-out.ts';
import { classFactors, nameOrder } from '../input.ts';
import type { FitInput, FitOptions, Parameters } from '../model.ts';
import { type BinnedMatrix, binMatrix, lowerBound, MAX_BINS } from '../tree/bins.ts';
import type { BoostStart } from './boost.ts';
import { type BoostLimits, layOut } from './task.ts';

/** More threads than any machine this is meant for has cores. */
const MAX_THREADS = 256;
/** Sums of weights in units fit 29 bits. */
const MOST_UNITS = 2 ** 28;
/** Weights that are no multiples of one another are rounded to this share of the heaviest. */
const FINEST = 4096;
/** A class without rows starts from this share. */
const LEAST_SHARE = 1e-9;

/** Functions that a model of so many classes boosts. */
export function outputCount(classes: number): number {
  return classes <= 2 ? classes - 1 : classes;
}

/**
 * Bins the matrix, sets rows aside for early stopping, and lays everything out in shared memory.
 * @throws WiresiftError `MODEL_PARAMETER` for columns that are not there, `MODEL_INPUT` for cells
 *   that are no category codes, `MODEL_SIZE` when it does not fit in memory
 */
export function prepareBoost(
  input: FitInput,
  own: Parameters,
  { seed, threads = 1 }: FitOptions,
): BoostStart {
  const { matrix, labels, classes } = input;
  const limits = limitsOf(own);
  const outputs = outputCount(classes.length);
  const marks = marksOf(input, own, seed);
  const { weights, units, unit } = weighUp(input, marks);
  const order = nameOrder(matrix.names);
  const binned = binMatrix(matrix, order, own['maxBins'] as number, weights);
  const factors = classFactors(weights ? { ...input, weights } : input, own['classWeight']);
  const task = layOut({
    binned,
    labels,
    units,
    unit,
    factors: factors.map((factor) => factor * unit),
    outputs,
    threads: Math.min(Math.max(1, threads), MAX_THREADS),
    limits,
    codes: codeBins(matrix, binned, weights, named(own, 'categories', matrix.names)),
    monotone: directions(own, matrix.names, order, classes.length),
    seed,
  });
  const heldOut = Int32Array.from(labels.keys()).filter((row) => marks?.[row] === 1);
  return {
    task,
    base: baseScores(input, weights, factors),
    labels,
    heldOut,
    heldOutWeights: Float64Array.from(heldOut, (row) => {
      return (input.weights ? input.weights[row]! : 1) * factors[labels[row]!]!;
    }),
  };
}

function limitsOf(own: Parameters): BoostLimits {
  const number = (name: string): number => own[name] as number;
  return {
    iterations: number('iterations'),
    learningRate: number('learningRate'),
    maxLeaves: number('maxLeaves'),
    maxDepth: (own['maxDepth'] as number | null) ?? Number.POSITIVE_INFINITY,
    minSamplesLeaf: number('minSamplesLeaf'),
    minHessian: number('minHessian'),
    l2: number('l2'),
    columnShare: number('columnShare'),
    earlyStopping: number('earlyStopping'),
  };
}

/** Rows held out for early stopping; none when that would leave nothing on one side. */
function marksOf(input: FitInput, own: Parameters, seed: number): Uint8Array | undefined {
  if (own['earlyStopping'] === 0) return undefined;
  const { matrix, heldOut, weights } = input;
  const marks = heldOut
    ? new Uint8Array(matrix.rows)
    : holdOut(matrix, own['validationShare'] as number, seed);
  for (const row of heldOut ?? []) marks[row] = 1;
  const learns = marks.some((mark, i) => mark === 0 && (!weights || weights[i]! > 0));
  return learns ? marks : undefined;
}

/**
 * Weights as whole units: of 1 or of the least weight where all weights are multiples of it, else so
 * fine that their sum fits; weight 0 for rows held out.
 */
function weighUp({ matrix, weights }: FitInput, marks: Uint8Array | undefined) {
  if (!weights && !marks) return { weights: undefined, units: undefined, unit: 1 };
  const own = new Float32Array(matrix.rows);
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let sum = 0;
  for (let i = 0; i < own.length; i++) {
    const weight = marks?.[i] === 1 ? 0 : weights ? weights[i]! : 1;
    own[i] = weight;
    if (weight > 0 && weight < least) least = weight;
    if (weight > most) most = weight;
    sum += weight;
  }
  const exact = [1, least].find(
    (unit) => sum / unit <= MOST_UNITS && own.every((weight) => Number.isInteger(weight / unit)),
  );
  const unit = exact ?? Math.max(most / FINEST, sum / MOST_UNITS);
  const units = Uint32Array.from(own, (weight) => {
    return weight > 0 ? Math.max(1, Math.round(weight / unit)) : 0;
  });
  return { weights: own, units, unit };
}

/** Score of each output with no tree: the log-odds of class 1, or the log of each class's share. */
function baseScores(
  { labels, classes }: FitInput,
  weights: Float32Array | undefined,
  factors: Float64Array,
) {
  const shares = new Float64Array(classes.length);
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = (weights ? weights[i]! : 1) * factors[labels[i]!]!;
    shares[labels[i]!]! += weight;
    total += weight;
  }
  const logs = shares.map((share) => Math.log(Math.max(LEAST_SHARE, share / total)));
  if (classes.length === 2) return Float64Array.of(logs[1]! - logs[0]!);
  return logs;
}

function refuseParameter(name: string, saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'MODEL_PARAMETER',
    where: `parameters of boosting, ${name}`,
    saw,
    expected,
    todo: 'Names are those of the columns after the pipeline',
    exitCode: 2,
  });
}

/** Matrix columns named in a list. */
function named(own: Parameters, name: string, names: readonly string[]): number[] {
  const words = (own[name] as string).split(',').filter((word) => word !== '');
  return words.map((word) => {
    const bare = name === 'monotone' ? word.slice(1) : word;
    const column = names.indexOf(bare);
    if (column < 0) refuseParameter(name, bare.slice(0, 80), 'a column of the matrix');
    return column;
  });
}

function directions(
  own: Parameters,
  names: readonly string[],
  order: Int32Array,
  classes: number,
): Int8Array {
  const found = new Int8Array(names.length);
  const words = (own['monotone'] as string).split(',').filter((word) => word !== '');
  if (words.length > 0 && classes !== 2) {
    refuseParameter('monotone', `${classes} classes`, 'two classes');
  }
  named(own, 'monotone', names).forEach((column, i) => {
    const sign = words[i]![0];
    if (sign !== '+' && sign !== '-') refuseParameter('monotone', words[i]!, '+name or -name');
    found[order.indexOf(column)] = sign === '+' ? 1 : -1;
  });
  return found;
}

/** For each column of categories, by place in the order, the bin of each code. */
function codeBins(
  { rows, cols, data, names }: Matrix,
  binned: BinnedMatrix,
  weights: Float32Array | undefined,
  columns: readonly number[],
): Map<number, Int32Array> {
  const found = new Map<number, Int32Array>();
  for (const column of columns) {
    const place = binned.order.indexOf(column);
    const edges = binned.edges.subarray(place * MAX_BINS, (place + 1) * MAX_BINS);
    const bins = new Int32Array(256).fill(-1);
    for (let i = 0; i < rows; i++) {
      const code = data[i * cols + column]!;
      if (!(Number.isInteger(code) && code >= 0 && code <= 254)) {
        throw new WiresiftError({
          code: 'MODEL_INPUT',
          where: `fit boosting, row ${i}, column ${names[column]}`,
          saw: String(code),
          expected: 'a category code, 0 to 254',
          todo: 'Encode the column with an ordinal step, or take it out of `categories`',
        });
      }
      if (bins[code] === -1 && !(weights?.[i] === 0)) {
        bins[code] = lowerBound(edges, binned.counts[place]! - 1, code);
      }
    }
    found.set(place, bins);
  }
  return found;
}

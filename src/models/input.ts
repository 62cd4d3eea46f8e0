import { WiresiftError } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import type { FitInput } from './model.ts';

function refuse(where: string, saw: string, expected: string, todo: string): never {
  throw new WiresiftError({ code: 'MODEL_INPUT', where, saw, expected, todo });
}

function checkMatrix(where: string, matrix: Matrix): void {
  checkShape(where, matrix);
  checkCells(where, matrix);
}

function checkShape(where: string, { rows, cols, names, data }: Matrix): void {
  if (data.length !== rows * cols || names.length !== cols) {
    const saw = `${data.length} cells and ${names.length} names`;
    refuse(where, saw, `${rows} rows × ${cols} columns`, 'Build the matrix with one pipeline');
  }
}

/** @throws WiresiftError `MODEL_INPUT` on a cell that is not finite */
export function checkCells(where: string, { cols, names, data }: Matrix): void {
  const bad = firstNotFinite(data);
  if (bad >= 0) {
    const row = Math.floor(bad / cols);
    const place = `${where}, row ${row}, column ${names[bad % cols]}`;
    refuse(place, String(data[bad]), 'a finite number', 'Add an impute step for this column');
  }
}

/** Bits of the exponent of a 32-bit float, and the lowest of them. */
const EXPONENT = 0x7f80_0000;
const EXPONENT_UNIT = 0x0080_0000;

/** @returns index of the first cell that is NaN or infinite, or -1 */
function firstNotFinite(data: Float32Array): number {
  // An exponent of ones only overflows into the sign: a look at bits, without a branch a cell.
  const words = new Int32Array(data.buffer, data.byteOffset, data.length);
  let bad = 0;
  for (let i = 0; i < words.length; i++) bad |= (words[i]! & EXPONENT) + EXPONENT_UNIT;
  return bad >= 0 ? -1 : data.findIndex((value) => !Number.isFinite(value));
}

/**
 * Checks what an estimator is to learn from.
 * @throws WiresiftError `MODEL_INPUT` on no rows, wrong shapes, cells not finite, labels or weights
 *   out of range
 */
export function checkFit(kind: string, input: FitInput): void {
  const where = `fit ${kind}`;
  const { matrix, labels, classes, weights } = input;
  if (matrix.rows === 0 || matrix.cols === 0) {
    const saw = `${matrix.rows} rows × ${matrix.cols} columns`;
    refuse(where, saw, 'at least one of each', 'Check the split and the choice of features');
  }
  checkMatrix(where, matrix);
  if (labels.length !== matrix.rows) {
    refuse(where, `${labels.length} labels`, `${matrix.rows}, one a row`, 'Take the same rows');
  }
  for (let i = 0; i < labels.length; i++) {
    if (!(labels[i]! >= 0 && labels[i]! < classes.length)) {
      const expected = `0 to ${classes.length - 1}`;
      refuse(`${where}, row ${i}`, `label ${labels[i]}`, expected, 'Leave unlabelled rows out');
    }
  }
  if (weights) checkWeights(where, weights, matrix.rows);
}

function checkWeights(where: string, weights: Float32Array, rows: number): void {
  if (weights.length !== rows) {
    refuse(where, `${weights.length} weights`, `${rows}, one a row`, 'Take the same rows');
  }
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      refuse(`${where}, row ${i}`, `weight ${weight}`, 'a number from 0', 'Check the weights');
    }
    sum += weight;
  }
  if (sum === 0) refuse(where, 'weights of 0 only', 'at least one above 0', 'Check the weights');
}

/**
 * Checks what a model is to score.
 * @throws WiresiftError `MODEL_INPUT` on other columns than those fitted on, or cells not finite
 */
export function checkScore(kind: string, features: readonly string[], matrix: Matrix): void {
  checkColumns(kind, features, matrix);
  checkCells(`score ${kind}`, matrix);
}

/**
 * As {@link checkScore} without a look at the cells, for kinds that notice while they score when one
 * is not finite.
 */
export function checkColumns(kind: string, features: readonly string[], matrix: Matrix): void {
  const where = `score ${kind}`;
  checkNames(where, features, matrix.names);
  checkShape(where, matrix);
}

function checkNames(where: string, features: readonly string[], names: readonly string[]): void {
  if (names === features) return;
  if (names.length !== features.length) {
    const expected = `${features.length}, as in training`;
    refuse(where, `${names.length} columns`, expected, 'Use the pipeline in the model file');
  }
  const at = features.findIndex((name, i) => name !== names[i]);
  if (at >= 0) {
    const saw = `column ${at} called ${names[at]}`;
    refuse(where, saw, `${features[at]}`, 'Use the pipeline in the model file');
  }
}

/**
 * Checks the one row and the class that an explanation is asked for. @throws WiresiftError
 * `MODEL_INPUT`
 */
export function checkExplain(
  model: { readonly features: readonly string[]; readonly classes: readonly string[] },
  matrix: Matrix,
  row: number,
  classIndex: number,
): void {
  const { rows, cols, names, data } = matrix;
  checkNames('explain', model.features, names);
  if (!(Number.isInteger(row) && row >= 0 && row < rows)) {
    refuse('explain', `row ${row}`, `0 to ${rows - 1}`, 'Name a row of the matrix');
  }
  const classes = model.classes.length;
  if (!(Number.isInteger(classIndex) && classIndex >= 0 && classIndex < classes)) {
    refuse('explain', `class ${classIndex}`, `0 to ${classes - 1}`, 'Name a class of the model');
  }
  const cells = data.subarray(row * cols, (row + 1) * cols);
  checkMatrix('explain', { rows: 1, cols, names, data: cells });
}

/**
 * Column positions by column name, so that the order of the columns cannot change what is learned;
 * equal names keep their order.
 */
export function nameOrder(names: readonly string[]): Int32Array {
  const order = names.map((_, i) => i);
  order.sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));
  return Int32Array.from(order);
}

/**
 * One factor a class: 1, or for `balanced` rows / (classes present × rows of the class), by weight.
 * A class without rows gets 0.
 */
export function classFactors(input: FitInput, classWeight: unknown): Float64Array {
  const { labels, weights, classes } = input;
  const factors = new Float64Array(classes.length).fill(1);
  if (classWeight !== 'balanced') return factors;
  const counts = new Float64Array(classes.length);
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const weight = weights ? weights[i]! : 1;
    counts[labels[i]!]! += weight;
    total += weight;
  }
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  for (let k = 0; k < counts.length; k++) {
    factors[k] = counts[k]! > 0 ? total / (present * counts[k]!) : 0;
  }
  return factors;
}

import { Random } from '../base/index.ts';
import { createMatrix, type Matrix } from '../features/index.ts';
import type { Model } from './model.ts';

/** How well scores (rows × classes) tell the labels; larger is better. */
export type Metric = (scores: Float32Array, labels: Int32Array, classes: number) => number;

/** What permutation importances are measured on. */
export interface PermutationInput {
  readonly matrix: Matrix;
  readonly labels: Int32Array;
  readonly metric: Metric;
  readonly seed: number;
  /** Times each column is shuffled; default 5. */
  readonly repeats?: number;
  /** Columns to shuffle together, by name; default each column alone. */
  readonly groups?: readonly (readonly string[])[];
}

/** What a column, or a group of them, is worth to a model. */
export interface PermutationImportance {
  readonly features: readonly string[];
  /** Mean loss of the metric over the repeats; below 0 when shuffling helped. */
  readonly mean: number;
  /** Standard deviation over the repeats. */
  readonly deviation: number;
}

/**
 * How much the metric falls when a column is shuffled (Breiman 2001). Taken on rows the model has
 * not learned from, it says what the model relies on, whatever its kind. Columns that say the same
 * share the credit badly when shuffled alone: put them into one group.
 */
export function permutationImportances(
  model: Model,
  { matrix, labels, metric, seed, repeats = 5, groups }: PermutationInput,
): PermutationImportance[] {
  const { rows, cols, names, data } = matrix;
  const classes = model.classes.length;
  const whole = metric(model.score(matrix), labels, classes);
  const shuffled = { ...matrix, ...createMatrix(rows, names) };
  shuffled.data.set(data);
  return (groups ?? names.map((name) => [name])).map((features, g) => {
    const columns = features.map((name) => names.indexOf(name));
    const losses = Array.from({ length: repeats }, (_, r) => {
      const order = new Random(seed).fork(g).fork(r).shuffle(Int32Array.from(labels.keys()));
      for (const column of columns) {
        for (let i = 0; i < rows; i++) {
          shuffled.data[i * cols + column] = data[order[i]! * cols + column]!;
        }
      }
      return whole - metric(model.score(shuffled), labels, classes);
    });
    for (const column of columns) {
      for (let i = column; i < data.length; i += cols) shuffled.data[i] = data[i]!;
    }
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
    const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
    return { features, mean, deviation: Math.sqrt(squares / repeats) };
  });
}

import { Random } from '../../src/base/index.ts';
import { createMatrix, type Matrix } from '../../src/features/index.ts';
import type { FitInput } from '../../src/models/index.ts';

/** Size and seed of generated data. */
export interface GenerateOptions {
  readonly rows: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** Names in an order that is not alphabetical. */
const NAMES = ['size', 'rate', 'ack', 'syn', 'noise', 'level'];

/**
 * Seeded rows of four numbers (two that tell the class, noise, a coarse one) and two bits, with one
 * class in `classes`; every class has rows when there are at least as many rows.
 */
export function generateInput({ rows, classes = 2, seed = 1 }: GenerateOptions): FitInput {
  const random = new Random(seed);
  const matrix = createMatrix(rows, NAMES);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const label = i < classes ? i : random.int(classes);
    labels[i] = label;
    matrix.data.set(
      [
        label * 1.5 + random.normal(),
        -label + random.exponential(1),
        (label + (random.next() < 0.2 ? 1 : 0)) % 2,
        random.int(2),
        random.normal(),
        Math.round(label / 2 + random.next()),
      ],
      i * NAMES.length,
    );
  }
  return { matrix, labels, classes: Array.from({ length: classes }, (_, k) => `class${k}`) };
}

/** The same matrix with its columns in another order. */
export function reorderColumns(matrix: Matrix, order: readonly number[]): Matrix {
  const moved = createMatrix(
    matrix.rows,
    order.map((c) => matrix.names[c]!),
  );
  for (let i = 0; i < matrix.rows; i++) {
    order.forEach((c, to) => {
      moved.data[i * matrix.cols + to] = matrix.data[i * matrix.cols + c]!;
    });
  }
  return moved;
}

/** Share of rows whose most probable class is the true one. */
export function accuracy(scores: Float32Array, { labels, classes }: FitInput): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const shares = scores.subarray(i * classes.length, (i + 1) * classes.length);
    if (shares.indexOf(Math.max(...shares)) === labels[i]) right++;
  }
  return right / labels.length;
}

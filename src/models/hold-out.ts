import { mixWord } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import { firstEqualRows } from './fold-rows.ts';
import { nameOrder } from './input.ts';
import type { FitInput } from './model.ts';

/**
 * Marks about `share` of the rows with 1, to be held out of fitting. A row's mark follows from its
 * cells and the seed alone: equal rows stay on one side, and neither their order nor that of the
 * columns matters.
 */
export function holdOut({ rows, cols, names, data }: Matrix, share: number, seed: number) {
  const marks = new Uint8Array(rows);
  const order = nameOrder(names);
  const cells = new Float32Array(1);
  const words = new Uint32Array(cells.buffer);
  const limit = share * 0x1_0000_0000;
  for (let i = 0; i < rows; i++) {
    let hash = seed ^ 0x9e3779b9;
    for (let c = 0; c < cols; c++) {
      // Adding 0 makes -0 and 0 one cell.
      cells[0] = data[i * cols + order[c]!]! + 0;
      hash = mix(hash ^ words[0]!, c);
    }
    if (mix(hash, cols) >>> 0 < limit) marks[i] = 1;
  }
  return marks;
}

/** Mixes a word with its place. */
function mix(word: number, place: number): number {
  return mixWord(word + Math.imul(place + 1, 0x9e3779b1));
}

/** A vector of more than this share of all rows, by weight, is parted. */
const HEAVY = 1 / 200;

/** The weight of each row on either side. */
export interface Parted {
  readonly learned: Float32Array;
  readonly kept: Float32Array;
}

/**
 * Holds out about `share` of the weight: most rows as {@link holdOut} says, equal ones together. A
 * vector that alone is much of the data is parted by weight instead. Held out whole it would never be
 * learned, and drown all else that is held out; and what stands so often will come again.
 */
export function partRows(input: FitInput, share: number, seed: number): Parted {
  const { matrix, labels, weights, classes } = input;
  const first = firstEqualRows(matrix);
  const marks = holdOut(matrix, share, seed);
  const learned = Float32Array.from(labels, (_, row) => (weights ? weights[row]! : 1));
  const all = learned.reduce((sum, each) => sum + each, 0);
  const points = new Float64Array(matrix.rows);
  // Equal rows of one class are one entry: which of them are taken makes no difference.
  const entryOf = (row: number): number => first[row]! * classes.length + labels[row]!;
  const left = new Map<number, number>();
  for (let row = 0; row < matrix.rows; row++) {
    points[first[row]!]! += learned[row]!;
    left.set(entryOf(row), (left.get(entryOf(row)) ?? 0) + learned[row]!);
  }
  for (const [entry, weight] of left) left.set(entry, Math.round(share * weight));
  const kept = new Float32Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    const weight = points[first[row]!]!;
    if (weight > HEAVY * all && share * weight >= 1) {
      const rest = left.get(entryOf(row))!;
      kept[row] = Math.min(rest, learned[row]!);
      left.set(entryOf(row), rest - kept[row]!);
    } else if (marks[row] === 1) kept[row] = learned[row]!;
    learned[row]! -= kept[row]!;
  }
  return { learned, kept };
}

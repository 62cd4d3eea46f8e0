import type { Matrix } from '../../features/index.ts';
import { checkCells } from '../input.ts';
import { type BoostedTrees, inSet } from './trees.ts';

/** Rows scored together. */
const BLOCK_ROWS = 4096;

/** Scores rows by trees that split by sets of categories, node by node. */
export class SetScorer {
  /** Most rows that {@link sum} takes. */
  readonly blockRows = BLOCK_ROWS;
  readonly #trees: BoostedTrees;
  readonly #sums: Float64Array;

  constructor(trees: BoostedTrees) {
    this.#trees = trees;
    this.#sums = new Float64Array(BLOCK_ROWS * trees.outputs);
  }

  /**
   * Sums the leaves' values over all trees for `count` rows, at most {@link blockRows}.
   * @returns rows × outputs, valid until the next call, for all rows
   * @throws WiresiftError `MODEL_INPUT` on a cell that is not finite
   */
  sum(matrix: Matrix, start: number, count: number): { sums: Float64Array; kept: number } {
    const { cols, data } = matrix;
    if (start === 0) checkCells('score', matrix);
    const { treeCount, starts, feature, threshold, right, set, sets, values, outputs } =
      this.#trees;
    const sums = this.#sums.fill(0, 0, count * outputs);
    for (let t = 0; t < treeCount; t++) {
      const root = starts[t]!;
      let to = t % outputs;
      for (let i = 0, row = start * cols; i < count; i++, row += cols, to += outputs) {
        let node = root;
        for (let column = feature[node]!; column >= 0; column = feature[node]!) {
          const cell = data[row + column]!;
          const at = set[node]!;
          const left = at < 0 ? cell <= threshold[node]! : inSet(sets, at, cell);
          node = left ? node + 1 : right[node]!;
        }
        sums[to]! += values[right[node]!]!;
      }
    }
    return { sums, kept: count };
  }

  /** Nothing to do: every row was walked. */
  spread(): void {}
}

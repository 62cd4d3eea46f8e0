import type { Matrix } from '../../features/index.ts';
import { cellOffsets, padRows, RowBlock } from '../row-block.ts';
import type { Decision } from './decision.ts';

/** Values of all outputs for many rows: what `Decider` says of one, by kernels. */
export class BlockDecider {
  /** Most rows at once. */
  readonly rows: number;
  /** Numbers a row that {@link decide} gives. */
  readonly width: number;
  readonly #decision: Decision;
  readonly #block: RowBlock;

  /** @param order positions of the columns by their names */
  constructor(decision: Decision, order: Int32Array) {
    this.#decision = decision;
    const { outputs, coefficients, intercepts, landmarks } = decision;
    const cols = order.length;
    const terms = outputs > 0 ? coefficients.length / outputs : 0;
    const padded = (count: number): Float64Array => new Float64Array((count + 3) & ~3);
    this.#block = new RowBlock({ cols, outputs, classes: 0 }, [
      cellOffsets(order),
      padded(cols),
      padRows(coefficients, terms),
      intercepts,
      padRows(landmarks ?? new Float64Array(0), cols),
      padded(terms),
    ]);
    this.rows = this.#block.rows;
    this.width = this.#block.width;
  }

  /** @returns one number an output, {@link width} a row; valid until the next call */
  decide(matrix: Matrix, start: number, count: number): Float64Array {
    const block = this.#block;
    const { cols, kernels, cells, scores, width } = block;
    const { outputs, landmarks, gamma } = this.#decision;
    const [order, terms, slopes, intercepts, marks, near] = block.kept as [
      ...[number, number, number, number, number, number],
    ];
    block.take(matrix, start, count);
    const row = [cells, count, cols, order, terms] as const;
    const sums = [slopes, intercepts, outputs, scores, width] as const;
    if (!landmarks) kernels.linearMany(...row, ...sums);
    else kernels.nearnessMany(...row, marks, landmarks.length / cols, gamma!, near, ...sums);
    return block.numbers;
  }
}

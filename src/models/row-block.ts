import type { Matrix } from '../features/index.ts';
import { checkCells } from './input.ts';
import { MemoryLayout } from './kernels/layout.ts';
import { loadScoreKernels, type ScoreKernels } from './kernels/score.ts';

/** Bytes of cells scored together: they stay in the second-level cache with what comes of them. */
const BLOCK_BYTES = 131_072;
const MOST_ROWS = 2048;

/** A block of rows in the kernels' memory, with what a model keeps beside it. */
export class RowBlock {
  readonly kernels: ScoreKernels;
  /** Most rows of a block. */
  readonly rows: number;
  readonly cols: number;
  /** Address of the rows, and of one score a row and output, 64-bit floats. */
  readonly cells: number;
  readonly scores: number;
  /** Addresses of what the model keeps, in the order given. */
  readonly kept: readonly number[];
  /** Outputs a row has room for, even. */
  readonly width: number;
  readonly #shares: number;
  readonly #classes: number;
  readonly #buffer: SharedArrayBuffer;
  readonly #cells: Float32Array;

  /** @param keep what stands beside the rows while they are scored */
  constructor(
    size: { readonly cols: number; readonly outputs: number; readonly classes: number },
    keep: readonly (Float64Array | Float32Array | Uint32Array)[],
  ) {
    const { cols, outputs, classes } = size;
    const cost = 4 * Math.max(1, cols) + 8 * outputs + 4 * classes;
    this.rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_BYTES / cost)));
    this.cols = cols;
    this.width = outputs + (outputs & 1);
    this.#classes = classes;
    const layout = new MemoryLayout('score');
    this.cells = layout.take(this.rows * cols * 4);
    // One score more than rows: the kernel takes two at a time.
    this.scores = layout.take((this.rows * this.width + 2) * 8);
    this.#shares = layout.take((this.rows + 2) * classes * 4);
    this.kept = keep.map((each) => layout.take(each.byteLength));
    const memory = layout.allocate();
    this.kernels = loadScoreKernels(memory);
    this.#buffer = memory.buffer;
    this.#cells = new Float32Array(memory.buffer, this.cells, this.rows * cols);
    keep.forEach((each, i) => {
      const to = new Uint8Array(memory.buffer, this.kept[i]!, each.byteLength);
      to.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
    });
  }

  /** The scores as numbers: rows × {@link width}, 64-bit floats. */
  get numbers(): Float64Array {
    return new Float64Array(this.#buffer, this.scores, this.rows * this.width);
  }

  /** Copies rows in. */
  take({ data }: Matrix, start: number, count: number): void {
    const { cols } = this;
    this.#cells.set(data.subarray(start * cols, (start + count) * cols));
  }

  /** Writes shares of two classes from log-odds, one a row. */
  sigmoids(count: number, out: Float32Array, start: number): void {
    this.kernels.sigmoids(this.scores, count, this.#shares);
    this.#give(count, out, start);
  }

  /** Writes shares of all classes from {@link width} scores a row. */
  softmaxes(count: number, out: Float32Array, start: number): void {
    this.kernels.softmaxes(this.scores, count, this.width, this.#classes, this.#shares);
    this.#give(count, out, start);
  }

  #give(count: number, out: Float32Array, start: number): void {
    const own = new Float32Array(this.#buffer, this.#shares, count * this.#classes);
    out.set(own, start * this.#classes);
  }
}

/**
 * Cells in the order of `order` meet numbers padded with 0 to a multiple of four a row: `list` laid
 * out so.
 */
export function padRows(list: Float64Array, length: number): Float64Array {
  const width = (length + 3) & ~3;
  const rows = length === 0 ? 0 : list.length / length;
  const out = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) out.set(list.subarray(r * length, (r + 1) * length), r * width);
  return out;
}

/** Where cells of a row stand, in bytes, by the order in which they are taken. */
export function cellOffsets(order: Int32Array): Uint32Array {
  return Uint32Array.from(order, (column) => 4 * column);
}

/** Refuses cells that are not finite; for where sums over them were not. */
export function checkDoubt(kind: string, matrix: Matrix, doubt: number): void {
  if (doubt !== 0) checkCells(`score ${kind}`, matrix);
}

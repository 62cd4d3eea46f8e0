import type { Matrix } from '../../features/index.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { loadTreeKernels, type TreeKernels } from '../kernels/load.ts';
import type { NodeColumns } from './ensemble.ts';
import { RowBinner } from './row-binner.ts';

/**
 * Most rows scored together. The trees come from memory once a block, and that costs more than bins
 * and sums in the second-level cache save: 32,768 rows score twice as fast as 4,096.
 */
const BLOCK_ROWS = 32_768;
/** Sums of a block: 2 MB of 64-bit floats. */
const BLOCK_SUMS = 2 ** 18;
/** No cell's bin is above it. */
const HIGHEST_BIN = 255;
/** Trees of fewer nodes go into the narrow layout, where 16 bits number a pair of siblings. */
const NARROW_NODES = 2 ** 17 - 2;
/** Bytes a binned row may have for the narrow layout. */
const NARROW_STRIDE = 128;

/** With fewer trees, turning cells into bins costs more than it saves. */
const BINNED_TREES = 4;

/** What leaves hold. */
export interface LeafValues {
  /** Leaves × width. */
  readonly values: Float32Array;
  /** The same as `outputs`, or 1: then tree t adds to output `t % outputs` only. */
  readonly width: number;
  readonly outputs: number;
}

/**
 * Scores rows with trees outside and blocks of rows inside. The clear version: for each row and
 * tree, from the root, `node = cell <= threshold ? node + 1 : right[node]` until a leaf; add its
 * shares. Here cells become bins between the thresholds of their column, a node becomes one word
 * with siblings side by side, and eight rows walk at a time without a branch
 * (`bench/models.bench.ts` times it).
 *
 * Places are counted within a tree: 0 the root, 1 unused, then pairs of siblings from even places
 * on. A leaf leads to itself: at an even place its test never holds, at an odd one it tests the
 * constant 1 at the end of every binned row, so it always holds.
 */
export class TreeScorer {
  /** Most rows that {@link sum} takes. */
  readonly blockRows: number;
  readonly #trees: NodeColumns;
  readonly #leaf: LeafValues;
  readonly #binner: RowBinner;
  /**
   * Narrow trees: `first child << 15 | column << 8 | bin`; the first child is even, the column
   * below 128.
   */
  readonly #narrow: Int32Array;
  /** Wide trees: `column << 8 | bin`, then the first child; empty when all trees are narrow. */
  readonly #wide: Int32Array;
  /** Where the values of the leaf at a place begin. */
  readonly #values: Int32Array;
  /** First place of each tree. */
  readonly #bases: Int32Array;
  readonly #isNarrow: Uint8Array;
  readonly #bins: Uint8Array;
  /** Where the values of the leaf of each row begin. */
  readonly #found: Int32Array;
  readonly #sums: Float64Array;
  readonly #kernels: TreeKernels;
  /** Addresses of the arrays above in the kernels' memory, and of the leaves' values. */
  readonly #at: {
    readonly narrow: number;
    readonly values: number;
    readonly bins: number;
    readonly found: number;
    readonly sums: number;
    readonly leaves: number;
  };

  /** @throws RangeError when a column has more thresholds than a byte can tell apart */
  constructor(trees: NodeColumns, leaf: LeafValues) {
    const { treeCount, starts } = trees;
    this.#trees = trees;
    this.#leaf = leaf;
    const rows = Math.min(BLOCK_ROWS, Math.ceil(BLOCK_SUMS / Math.max(1, leaf.outputs)));
    this.blockRows = rows;
    this.#binner = new RowBinner(trees);
    const { stride } = this.#binner;
    this.#bases = new Int32Array(treeCount);
    this.#isNarrow = new Uint8Array(treeCount);
    let places = 0;
    for (let t = 0; t < treeCount; t++) {
      const nodes = starts[t + 1]! - starts[t]!;
      this.#bases[t] = places;
      this.#isNarrow[t] = nodes < NARROW_NODES && stride <= NARROW_STRIDE ? 1 : 0;
      places += nodes + 1;
    }
    const layout = new MemoryLayout('score');
    const at = {
      narrow: layout.take(places * 4),
      values: layout.take(places * 4),
      bins: layout.take(rows * stride),
      found: layout.take(rows * 4),
      sums: layout.take(rows * leaf.outputs * 8),
      leaves: layout.take(leaf.values.length * 4),
    };
    const memory = layout.allocate();
    this.#kernels = loadTreeKernels(memory);
    this.#at = at;
    this.#narrow = new Int32Array(memory.buffer, at.narrow, places);
    this.#wide = new Int32Array(this.#isNarrow.includes(0) ? places * 2 : 0);
    this.#values = new Int32Array(memory.buffer, at.values, places);
    for (let t = 0; t < treeCount; t++) this.#pack(t);
    this.#bins = new Uint8Array(memory.buffer, at.bins, rows * stride);
    this.#found = new Int32Array(memory.buffer, at.found, rows);
    this.#sums = new Float64Array(memory.buffer, at.sums, rows * leaf.outputs);
    new Float32Array(memory.buffer, at.leaves, leaf.values.length).set(leaf.values);
  }

  #pack(tree: number): void {
    const { feature, threshold, right, starts } = this.#trees;
    const base = this.#bases[tree]!;
    const narrow = this.#isNarrow[tree] === 1;
    const always = (this.#binner.stride - 1) << 8;
    let free = 2;
    const stack = [starts[tree]!, 0];
    while (stack.length > 0) {
      const place = stack.pop()!;
      const node = stack.pop()!;
      let child = free;
      let test = 0;
      if (feature[node]! < 0) {
        child = place & ~1;
        test = (place & 1) === 1 ? always : HIGHEST_BIN;
        this.#values[base + place] = right[node]! * this.#leaf.width;
      } else {
        test = this.#binner.test(feature[node]!, threshold[node]!);
        stack.push(right[node]!, free + 1, node + 1, free);
        free += 2;
      }
      if (narrow) {
        this.#narrow[base + place] = (child << 15) | test;
      } else {
        this.#wide[2 * (base + place)] = test;
        this.#wide[2 * (base + place) + 1] = child;
      }
    }
  }

  /**
   * Sums the leaves' values over all trees for `count` rows, at most {@link blockRows}.
   * @returns rows × outputs; valid until the next call
   */
  sum(matrix: Matrix, start: number, count: number): Float64Array {
    const { treeCount } = this.#trees;
    const { outputs, width } = this.#leaf;
    const sums = this.#sums;
    sums.fill(0, 0, count * outputs);
    if (treeCount >= BINNED_TREES) this.#binner.bin(matrix, start, count, this.#bins);
    for (let t = 0; t < treeCount; t++) {
      if (treeCount < BINNED_TREES) this.#walkCells(t, matrix, start, count);
      else if (this.#isNarrow[t] === 1) this.#walkNarrow(this.#bases[t]!, count);
      else this.#walkWide(this.#bases[t]!, count);
      if (width === 1) this.#addOne(t % outputs, count);
      else this.#addAll(count);
    }
    return sums;
  }

  #walkCells(tree: number, matrix: Matrix, start: number, count: number): void {
    const { feature, threshold, right, starts } = this.#trees;
    const { width } = this.#leaf;
    const { cols, data } = matrix;
    const root = starts[tree]!;
    for (let i = 0, base = start * cols; i < count; i++, base += cols) {
      let node = root;
      for (let column = feature[node]!; column >= 0; column = feature[node]!) {
        node = data[base + column]! <= threshold[node]! ? node + 1 : right[node]!;
      }
      this.#found[i] = right[node]! * width;
    }
  }

  #walkNarrow(base: number, count: number): void {
    const { narrow, values, bins, found } = this.#at;
    const { stride } = this.#binner;
    this.#kernels.walk(narrow + 4 * base, values + 4 * base, bins, stride, count, found);
  }

  #walkWide(base: number, count: number): void {
    const nodes = this.#wide.subarray(2 * base);
    const bins = this.#bins;
    const { stride } = this.#binner;
    for (let i = 0; i < count; i++) {
      const row = i * stride;
      let place = 0;
      for (let last = -1; last !== place; ) {
        last = place;
        const word = nodes[2 * place]!;
        const test = (word & 255) - bins[row + (word >>> 8)]!;
        place = nodes[2 * place + 1]! + (test >>> 31);
      }
      this.#found[i] = this.#values[base + place]!;
    }
  }

  #addOne(output: number, count: number): void {
    const { values, outputs } = this.#leaf;
    const sums = this.#sums;
    const found = this.#found;
    for (let i = 0, to = output; i < count; i++, to += outputs) sums[to]! += values[found[i]!]!;
  }

  #addAll(count: number): void {
    const { found, leaves, sums } = this.#at;
    this.#kernels.addLeaves(found, count, leaves, this.#leaf.width, sums);
  }
}

import type { Matrix } from '../../features/index.ts';
import { checkCells } from '../input.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { loadScoreKernels, type ScoreKernels } from '../kernels/score.ts';
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
/** Rows are folded from so many rows and trees on: to look for equal ones costs a few trees. */
const FOLD_ROWS = 64;
const FOLD_TREES = 8;
/** Bytes of cells copied at a time: they stay in the second-level cache until they are binned. */
const CELL_BYTES = 131_072;

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
  /** Place of each row among those kept. */
  readonly #places: Int32Array;
  readonly #folds: Int32Array;
  readonly #sums: Float64Array;
  readonly #cells: Float32Array;
  readonly #kernels: ScoreKernels;
  /** Addresses of the arrays above in the kernels' memory, and of what only kernels read. */
  readonly #at: ReturnType<typeof layOut>;

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
    const direct = treeCount < BINNED_TREES;
    const at = layOut(layout, {
      ...{ rows, stride, places, direct, leaf },
      cols: trees.featureCount,
    });
    this.#binner.layOut(layout);
    const memory = layout.allocate();
    this.#kernels = loadScoreKernels(memory);
    this.#at = at;
    const { buffer } = memory;
    this.#narrow = new Int32Array(buffer, at.narrow, places);
    this.#wide = new Int32Array(this.#isNarrow.includes(0) ? places * 2 : 0);
    this.#values = new Int32Array(buffer, at.values, places);
    this.#bins = new Uint8Array(buffer, at.bins, direct ? 0 : rows * stride);
    this.#binner.fill(buffer, this.#bins);
    this.#found = new Int32Array(buffer, at.found, rows);
    this.#places = new Int32Array(buffer, at.places, rows);
    this.#folds = new Int32Array(buffer, at.folds, at.slots);
    this.#sums = new Float64Array(buffer, at.sums, rows * leaf.outputs);
    this.#cells = new Float32Array(buffer, at.cells, at.cellRows * trees.featureCount);
    new Float32Array(buffer, at.leaves, leaf.values.length).set(leaf.values);
    const nodes = new DataView(buffer, at.nodes, direct ? places * 16 : 0);
    for (let t = 0; t < treeCount; t++) {
      if (direct) this.#packCells(t, nodes);
      else this.#pack(t);
    }
  }

  /** Nodes over cells: threshold, four times the column, first child, where the values begin. */
  #packCells(tree: number, nodes: DataView): void {
    const { feature, threshold, right, starts } = this.#trees;
    const base = 16 * this.#bases[tree]!;
    let free = 2;
    const stack = [starts[tree]!, 0];
    while (stack.length > 0) {
      const place = stack.pop()!;
      const node = stack.pop()!;
      const at = base + 16 * place;
      const leaf = feature[node]! < 0;
      // No cell is above it: a leaf leads to itself.
      nodes.setFloat32(at, leaf ? Number.POSITIVE_INFINITY : threshold[node]!, true);
      nodes.setUint32(at + 4, leaf ? 0 : 4 * feature[node]!, true);
      nodes.setUint32(at + 8, leaf ? place : free, true);
      nodes.setUint32(at + 12, leaf ? right[node]! * this.#leaf.width : 0, true);
      if (leaf) continue;
      stack.push(right[node]!, free + 1, node + 1, free);
      free += 2;
    }
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
   * Sums the leaves' values over all trees for `count` rows, at most {@link blockRows}. Flows
   * repeat: rows that no tree can tell apart are walked once.
   * @returns rows × outputs for the rows kept, `kept` of them, valid until the next call; what comes
   *   of them goes to all rows by {@link spread}
   * @throws WiresiftError `MODEL_INPUT` on a cell that is not finite
   */
  sum(matrix: Matrix, start: number, count: number): { sums: Float64Array; kept: number } {
    const { treeCount } = this.#trees;
    const { outputs, width } = this.#leaf;
    const direct = treeCount < BINNED_TREES;
    if (direct) this.#sums.fill(0, 0, count * outputs);
    this.#takeRows(matrix, start, count);
    const kept = direct ? count : this.#fold(count);
    if (direct) return { sums: this.#sums, kept };
    this.#sums.fill(0, 0, kept * outputs);
    for (let t = 0; t < treeCount; t++) {
      if (this.#isNarrow[t] === 1) this.#walkNarrow(this.#bases[t]!, kept);
      else this.#walkWide(this.#bases[t]!, kept);
      if (width === 1) this.#addOne(t % outputs, 0, kept);
      else this.#addAll(0, kept);
    }
    return { sums: this.#sums, kept };
  }

  /**
   * Copies shares of the rows kept, `classes` each, to all `count` rows they stand for. They stand at
   * the beginning of `out`, and no row stands before the one kept for it.
   */
  spread(
    out: Float32Array,
    classes: number,
    { count, kept }: { count: number; kept: number },
  ): void {
    if (kept === count) return;
    const places = this.#places;
    for (let i = count - 1; i >= 0; i--) {
      const from = places[i]! * classes;
      const to = i * classes;
      for (let k = 0; k < classes; k++) out[to + k] = out[from + k]!;
    }
  }

  /** Copies rows into the kernels' memory, part by part, and bins them there, or walks them. */
  #takeRows(matrix: Matrix, start: number, count: number): void {
    const { cols, data } = matrix;
    const { cells, cellRows, bins } = this.#at;
    const { stride } = this.#binner;
    const kernels = this.#kernels;
    for (let done = 0; done < count; done += cellRows) {
      const part = Math.min(cellRows, count - done);
      const from = (start + done) * cols;
      this.#cells.set(data.subarray(from, from + part * cols));
      if (kernels.notFinite(cells, part * cols) !== 0) checkCells('score', matrix);
      if (this.#trees.treeCount < BINNED_TREES) this.#walkCells(done, part);
      else this.#binner.bin(kernels, { cells, cols, count: part }, bins + done * stride);
    }
  }

  /** @returns rows kept at the front of the bins */
  #fold(count: number): number {
    if (count < FOLD_ROWS || this.#trees.treeCount < FOLD_TREES) return count;
    const { bins, folds, places } = this.#at;
    let slots = FOLD_ROWS;
    while (slots < 2 * count) slots *= 2;
    this.#folds.fill(0, 0, slots);
    return this.#kernels.foldBins(bins, this.#binner.stride, count, folds, slots - 1, places);
  }

  #walkCells(done: number, count: number): void {
    const { nodes, cells, found } = this.#at;
    const { outputs, width } = this.#leaf;
    const stride = 4 * this.#trees.featureCount;
    for (let t = 0; t < this.#trees.treeCount; t++) {
      this.#kernels.walkCells(nodes + 16 * this.#bases[t]!, cells, stride, count, found);
      if (width === 1) this.#addOne(t % outputs, done, count);
      else this.#addAll(done, count);
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

  #addOne(output: number, first: number, count: number): void {
    const { values, outputs } = this.#leaf;
    const sums = this.#sums;
    const found = this.#found;
    let to = first * outputs + output;
    for (let i = 0; i < count; i++, to += outputs) sums[to]! += values[found[i]!]!;
  }

  #addAll(first: number, count: number): void {
    const { found, leaves, sums } = this.#at;
    const { width } = this.#leaf;
    this.#kernels.addLeaves(found, count, leaves, width, sums + 8 * first * width);
  }
}

/** Addresses of all that kernels read and write. */
function layOut(
  layout: MemoryLayout,
  size: {
    readonly rows: number;
    readonly cols: number;
    readonly stride: number;
    readonly places: number;
    readonly direct: boolean;
    readonly leaf: LeafValues;
  },
) {
  const { rows, cols, stride, places, direct, leaf } = size;
  const cellRows = Math.max(1, Math.min(rows, Math.floor(CELL_BYTES / (4 * cols))));
  let slots = FOLD_ROWS;
  while (slots < 2 * rows) slots *= 2;
  return {
    cellRows,
    slots,
    narrow: layout.take(places * 4),
    values: layout.take(places * 4),
    nodes: layout.take(direct ? places * 16 : 0),
    bins: layout.take(direct ? 0 : rows * stride),
    found: layout.take(rows * 4),
    places: layout.take(rows * 4),
    folds: layout.take(slots * 4),
    sums: layout.take(rows * leaf.outputs * 8),
    leaves: layout.take(leaf.values.length * 4),
    cells: layout.take(cellRows * cols * 4),
  };
}

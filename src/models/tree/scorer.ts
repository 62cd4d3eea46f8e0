import type { Matrix } from '../../features/index.ts';
import type { NodeColumns } from './ensemble.ts';
import { RowBinner } from './row-binner.ts';

/**
 * Rows scored together: their bins stay in the second-level cache while all trees pass over them.
 */
export const BLOCK_ROWS = 4096;
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
 * with siblings side by side, and four rows walk at a time without a branch
 * (`bench/models.bench.ts` times it).
 *
 * Places are counted within a tree: 0 the root, 1 unused, then pairs of siblings from even places
 * on. A leaf leads to itself: at an even place its test never holds, at an odd one it tests the
 * constant 1 at the end of every binned row, so it always holds.
 */
export class TreeScorer {
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
  readonly #found = new Int32Array(BLOCK_ROWS);
  readonly #sums: Float64Array;

  /** @throws RangeError when a column has more thresholds than a byte can tell apart */
  constructor(trees: NodeColumns, leaf: LeafValues) {
    const { treeCount, starts } = trees;
    this.#trees = trees;
    this.#leaf = leaf;
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
    const anyWide = this.#isNarrow.includes(0);
    this.#narrow = new Int32Array(places);
    this.#wide = new Int32Array(anyWide ? places * 2 : 0);
    this.#values = new Int32Array(places);
    for (let t = 0; t < treeCount; t++) this.#pack(t);
    this.#bins = new Uint8Array(BLOCK_ROWS * stride);
    this.#sums = new Float64Array(BLOCK_ROWS * leaf.outputs);
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
   * Sums the leaves' values over all trees for `count` rows, at most {@link BLOCK_ROWS}.
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
      else if (width === 2) this.#addTwo(count);
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
    const nodes = this.#narrow.subarray(base);
    const values = this.#values.subarray(base);
    const found = this.#found;
    const bins = this.#bins;
    const { stride } = this.#binner;
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const r0 = i * stride;
      const r1 = r0 + stride;
      const r2 = r1 + stride;
      const r3 = r2 + stride;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      let moved = 1;
      // Two levels a turn. The sign bit of (bin - cell) is set just when the cell is above the bin.
      while (moved !== 0) {
        const wa = nodes[a]!;
        const wb = nodes[b]!;
        const wc = nodes[c]!;
        const wd = nodes[d]!;
        const ma = (wa >>> 15) | (((wa & 255) - bins[r0 + ((wa >>> 8) & 127)]!) >>> 31);
        const mb = (wb >>> 15) | (((wb & 255) - bins[r1 + ((wb >>> 8) & 127)]!) >>> 31);
        const mc = (wc >>> 15) | (((wc & 255) - bins[r2 + ((wc >>> 8) & 127)]!) >>> 31);
        const md = (wd >>> 15) | (((wd & 255) - bins[r3 + ((wd >>> 8) & 127)]!) >>> 31);
        const xa = nodes[ma]!;
        const xb = nodes[mb]!;
        const xc = nodes[mc]!;
        const xd = nodes[md]!;
        const na = (xa >>> 15) | (((xa & 255) - bins[r0 + ((xa >>> 8) & 127)]!) >>> 31);
        const nb = (xb >>> 15) | (((xb & 255) - bins[r1 + ((xb >>> 8) & 127)]!) >>> 31);
        const nc = (xc >>> 15) | (((xc & 255) - bins[r2 + ((xc >>> 8) & 127)]!) >>> 31);
        const nd = (xd >>> 15) | (((xd & 255) - bins[r3 + ((xd >>> 8) & 127)]!) >>> 31);
        moved = (na ^ ma) | (nb ^ mb) | (nc ^ mc) | (nd ^ md);
        a = na;
        b = nb;
        c = nc;
        d = nd;
      }
      found[i] = values[a]!;
      found[i + 1] = values[b]!;
      found[i + 2] = values[c]!;
      found[i + 3] = values[d]!;
    }
    for (; i < count; i++) {
      const row = i * stride;
      let place = 0;
      for (let last = -1; last !== place; ) {
        last = place;
        const word = nodes[place]!;
        const test = (word & 255) - bins[row + ((word >>> 8) & 127)]!;
        place = (word >>> 15) | (test >>> 31);
      }
      found[i] = values[place]!;
    }
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

  #addTwo(count: number): void {
    const { values } = this.#leaf;
    const sums = this.#sums;
    const found = this.#found;
    for (let i = 0; i < count; i++) {
      const from = found[i]!;
      sums[2 * i]! += values[from]!;
      sums[2 * i + 1]! += values[from + 1]!;
    }
  }

  #addAll(count: number): void {
    const { values, width } = this.#leaf;
    const sums = this.#sums;
    const found = this.#found;
    for (let i = 0, to = 0; i < count; i++) {
      for (let from = found[i]!, end = from + width; from < end; from++)
        sums[to++]! += values[from]!;
    }
  }
}

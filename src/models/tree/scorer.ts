import type { Matrix } from '../../features/index.ts';
import type { Trees } from './ensemble.ts';
import { RowBinner } from './row-binner.ts';

/**
 * Rows scored together: their bins stay in the second-level cache while all trees pass over them.
 */
const BLOCK_ROWS = 4096;
/** No cell's bin is above it. */
const HIGHEST_BIN = 255;
/** Trees of fewer nodes go into the narrow layout, where 16 bits number a pair of siblings. */
const NARROW_NODES = 2 ** 17 - 2;
/** Bytes a binned row may have for the narrow layout. */
const NARROW_STRIDE = 128;

/** With fewer trees, turning cells into bins costs more than it saves. */
const BINNED_TREES = 4;

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
  readonly #trees: Trees;
  readonly #binner: RowBinner;
  /**
   * Narrow trees: `first child << 15 | column << 8 | bin`; the first child is even, the column
   * below 128.
   */
  readonly #narrow: Int32Array;
  /** Wide trees: `column << 8 | bin`, then the first child; empty when all trees are narrow. */
  readonly #wide: Int32Array;
  /** Where the shares of the leaf at a place begin. */
  readonly #shares: Int32Array;
  /** First place of each tree. */
  readonly #bases: Int32Array;
  readonly #isNarrow: Uint8Array;
  readonly #bins: Uint8Array;
  readonly #sums: Float64Array;

  /** @throws RangeError when a column has more thresholds than a byte can tell apart */
  constructor(trees: Trees) {
    const { treeCount, starts, classCount } = trees;
    this.#trees = trees;
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
    this.#shares = new Int32Array(places);
    for (let t = 0; t < treeCount; t++) this.#pack(t);
    this.#bins = new Uint8Array(BLOCK_ROWS * stride);
    this.#sums = new Float64Array(BLOCK_ROWS * classCount);
  }

  #pack(tree: number): void {
    const { feature, threshold, right, starts, classCount } = this.#trees;
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
        this.#shares[base + place] = right[node]! * classCount;
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

  /** Writes the mean share of each class, rows × classes. */
  score(matrix: Matrix, out: Float32Array): void {
    const { classCount, treeCount } = this.#trees;
    const sums = this.#sums;
    for (let start = 0; start < matrix.rows; start += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, matrix.rows - start);
      sums.fill(0, 0, count * classCount);
      if (treeCount >= BINNED_TREES) this.#binner.bin(matrix, start, count, this.#bins);
      for (let t = 0; t < treeCount; t++) {
        if (treeCount < BINNED_TREES) this.#walkCells(t, matrix, start, count);
        else if (this.#isNarrow[t] === 1) this.#walkNarrow(this.#bases[t]!, count);
        else this.#walkWide(this.#bases[t]!, count);
      }
      const from = start * classCount;
      for (let i = 0; i < count * classCount; i++) out[from + i] = sums[i]! / treeCount;
    }
  }

  #walkCells(tree: number, matrix: Matrix, start: number, count: number): void {
    const { feature, threshold, right, starts, classCount } = this.#trees;
    const { cols, data } = matrix;
    const root = starts[tree]!;
    for (let i = 0, base = start * cols; i < count; i++, base += cols) {
      let node = root;
      for (let column = feature[node]!; column >= 0; column = feature[node]!) {
        node = data[base + column]! <= threshold[node]! ? node + 1 : right[node]!;
      }
      this.#add(i, right[node]! * classCount);
    }
  }

  #walkNarrow(base: number, count: number): void {
    const nodes = this.#narrow.subarray(base);
    const shares = this.#shares.subarray(base);
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
      this.#add(i, shares[a]!);
      this.#add(i + 1, shares[b]!);
      this.#add(i + 2, shares[c]!);
      this.#add(i + 3, shares[d]!);
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
      this.#add(i, shares[place]!);
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
      this.#add(i, this.#shares[base + place]!);
    }
  }

  #add(row: number, from: number): void {
    const { values, classCount } = this.#trees;
    const sums = this.#sums;
    const to = row * classCount;
    if (classCount === 2) {
      sums[to]! += values[from]!;
      sums[to + 1]! += values[from + 1]!;
      return;
    }
    for (let k = 0; k < classCount; k++) sums[to + k]! += values[from + k]!;
  }
}

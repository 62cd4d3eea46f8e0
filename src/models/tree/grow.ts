import { Random } from '../../base/index.ts';
import { type BinnedMatrix, MAX_BINS } from './bins.ts';
import { findSplit, type SplitScratch, splitScratch } from './split.ts';

/** Everything that growing trees needs; plain data over shared memory, so it can go to a worker. */
export interface GrowTask {
  readonly binned: BinnedMatrix;
  /** One class index a row. */
  readonly labels: Int32Array;
  readonly weights: Float32Array | undefined;
  readonly classCount: number;
  /** Factor of each class's rows in impurity and leaf shares. */
  readonly factors: Float64Array;
  readonly limits: GrowLimits;
  /** Draw rows with replacement, by weight, for each tree. */
  readonly bootstrap: boolean;
  readonly seed: number;
}

/** What bounds a tree; rows are counted by weight. */
export interface GrowLimits {
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  /** Columns tried at each node, those constant in it not counted. */
  readonly maxFeatures: number;
}

/**
 * One tree, nodes in preorder: the left child of node i is i + 1.
 * A leaf has `feature` -1 and its leaf's index in `right`.
 */
export interface GrownTree {
  /** Column of the training matrix. */
  readonly feature: Int32Array;
  /** A cell `<=` it goes left; 0 in leaves. */
  readonly threshold: Float32Array;
  readonly right: Int32Array;
  /** Weight of the training rows that came by, class factors included. */
  readonly cover: Float32Array;
  /** Share of each class, leaves × classes. */
  readonly values: Float32Array;
  /** Decrease of Gini impurity by each matrix column, summing to 1 (or all 0). */
  readonly gain: Float64Array;
}

/** Grows trees one after another, reusing its buffers: one a thread. */
export class TreeGrower {
  readonly #task: GrowTask;
  readonly #rows: Int32Array;
  readonly #moved: Int32Array;
  readonly #rowWeights: Float64Array;
  readonly #scratch: SplitScratch;
  readonly #cumulative: Float64Array | undefined;
  #slots: Uint8Array;

  constructor(task: GrowTask) {
    const { rows, cols } = task.binned;
    this.#task = task;
    this.#rows = new Int32Array(rows);
    this.#moved = new Int32Array(rows);
    this.#rowWeights = new Float64Array(rows);
    this.#scratch = splitScratch(rows, cols, task.classCount);
    this.#slots = new Uint8Array(cols * 32);
    if (task.bootstrap && task.weights) this.#cumulative = cumulate(task.weights);
  }

  /** Tree number `index`; depends on the task and the index only. */
  grow(index: number): GrownTree {
    const { binned, limits, classCount, factors, seed } = this.#task;
    const random = new Random(seed).fork(index);
    const count = this.#sample(random);
    const scratch = this.#scratch;
    const { cols } = binned;
    for (let c = 0; c < cols; c++) {
      scratch.permutation[c] = c;
      this.#slots[c] = binned.counts[c] === 1 ? 1 : 0;
    }
    const nodes = new NodeList(classCount);
    const gain = new Float64Array(cols);
    // Pending nodes: first row, end row, depth, and the node whose right child it is (or -1).
    const stack: number[] = [0, count, 0, -1];
    while (stack.length > 0) {
      const parent = stack.pop()!;
      const depth = stack.pop()!;
      const end = stack.pop()!;
      const start = stack.pop()!;
      const node = nodes.open();
      if (parent >= 0) nodes.right[parent] = node;
      const total = this.#countClasses(start, end);
      const constants = this.#slot(depth);
      const split =
        depth < limits.maxDepth && total >= limits.minSamplesSplit && !scratch.pure
          ? findSplit(this.#task, scratch, { rows: this.#rows, start, end, constants, random })
          : undefined;
      if (!split) {
        nodes.close(node, scratch.classWeights, factors);
        continue;
      }
      const column = split.column;
      gain[binned.order[column]!]! += split.gain;
      const edge = binned.edges[column * MAX_BINS + split.bin]!;
      nodes.split(node, binned.order[column]!, edge, scratch.cover);
      const middle = this.#partition(start, end, column, split.bin);
      stack.push(middle, end, depth + 1, node, start, middle, depth + 1, -1);
    }
    return nodes.finish(normalised(gain));
  }

  /** Fills rows and weights of this tree. @returns number of distinct rows, in ascending order */
  #sample(random: Random): number {
    const { binned, weights, bootstrap } = this.#task;
    const { rows: total } = binned;
    const rowWeights = this.#rowWeights;
    if (!bootstrap) {
      for (let i = 0; i < total; i++) rowWeights[i] = weights ? weights[i]! : 1;
    } else {
      rowWeights.fill(0);
      const cumulative = this.#cumulative;
      if (cumulative) {
        const sum = cumulative[total - 1]!;
        for (let i = Math.max(1, Math.round(sum)); i > 0; i--) {
          rowWeights[draw(cumulative, random.next() * sum)]!++;
        }
      } else {
        for (let i = 0; i < total; i++) rowWeights[random.int(total)]!++;
      }
    }
    let count = 0;
    for (let i = 0; i < total; i++) if (rowWeights[i]! > 0) this.#rows[count++] = i;
    return count;
  }

  /** Copies the node's labels and weights together and counts its classes. @returns its weight */
  #countClasses(start: number, end: number): number {
    const { labels, factors } = this.#task;
    const { nodeLabels, nodeWeights, classWeights } = this.#scratch;
    const rows = this.#rows;
    const rowWeights = this.#rowWeights;
    classWeights.fill(0);
    let total = 0;
    for (let i = start, at = 0; i < end; i++, at++) {
      const row = rows[i]!;
      const weight = rowWeights[row]!;
      const label = labels[row]!;
      nodeLabels[at] = label;
      nodeWeights[at] = weight;
      classWeights[label]! += weight;
      total += weight;
    }
    let cover = 0;
    let present = 0;
    for (let k = 0; k < classWeights.length; k++) {
      cover += classWeights[k]! * factors[k]!;
      if (classWeights[k]! > 0) present++;
    }
    this.#scratch.cover = cover;
    this.#scratch.pure = present < 2;
    return total;
  }

  /**
   * Marks of the columns known to be constant at this depth. Preorder makes one slot a depth
   * enough: the left subtree only writes deeper slots before the right child reads its own.
   */
  #slot(depth: number): { own: Uint8Array; children: Uint8Array } {
    const { cols } = this.#task.binned;
    if ((depth + 2) * cols > this.#slots.length) {
      const grown = new Uint8Array((depth + 2) * cols * 2);
      grown.set(this.#slots);
      this.#slots = grown;
    }
    const at = depth * cols;
    return {
      own: this.#slots.subarray(at, at + cols),
      children: this.#slots.subarray(at + cols, at + 2 * cols),
    };
  }

  /** Stable: the order of the rows on each side stays, so reads of the columns run forwards. */
  #partition(start: number, end: number, column: number, bin: number): number {
    const { binned } = this.#task;
    const bins = binned.bins;
    const base = column * binned.rows;
    const rows = this.#rows;
    const moved = this.#moved;
    let left = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i]!;
      if (bins[base + row]! <= bin) rows[left++] = row;
      else moved[right++] = row;
    }
    for (let i = 0; i < right; i++) rows[left + i] = moved[i]!;
    return left;
  }
}

function cumulate(weights: Float32Array): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    sums[i] = sum;
  }
  return sums;
}

/** @returns first row whose running sum is above `point`: never a row of weight 0 */
function draw(cumulative: Float64Array, point: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > point) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Shares summing to 1, or all 0. */
export function normalised(values: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum > 0 ? values.map((value) => value / sum) : values.map(() => 0);
}

/** A growing tree as columns. */
class NodeList {
  readonly #classCount: number;
  #length = 0;
  #leaves = 0;
  #feature = new Int32Array(256);
  #threshold = new Float32Array(256);
  right: Int32Array = new Int32Array(256);
  #cover = new Float32Array(256);
  #values: Float32Array;

  constructor(classCount: number) {
    this.#classCount = classCount;
    this.#values = new Float32Array(64 * classCount);
  }

  open(): number {
    if (this.#length === this.#feature.length) {
      const size = this.#length * 2;
      const feature = new Int32Array(size);
      feature.set(this.#feature);
      this.#feature = feature;
      const threshold = new Float32Array(size);
      threshold.set(this.#threshold);
      this.#threshold = threshold;
      const right = new Int32Array(size);
      right.set(this.right);
      this.right = right;
      const cover = new Float32Array(size);
      cover.set(this.#cover);
      this.#cover = cover;
    }
    return this.#length++;
  }

  split(node: number, feature: number, threshold: number, cover: number): void {
    this.#feature[node] = feature;
    this.#threshold[node] = threshold;
    this.#cover[node] = cover;
  }

  close(node: number, classWeights: Float64Array, factors: Float64Array): void {
    const classes = this.#classCount;
    const at = this.#leaves * classes;
    if (at + classes > this.#values.length) {
      const values = new Float32Array(this.#values.length * 2);
      values.set(this.#values);
      this.#values = values;
    }
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += classWeights[k]! * factors[k]!;
    for (let k = 0; k < classes; k++) {
      this.#values[at + k] = (classWeights[k]! * factors[k]!) / sum;
    }
    this.#feature[node] = -1;
    this.#cover[node] = sum;
    this.right[node] = this.#leaves++;
  }

  finish(gain: Float64Array): GrownTree {
    return {
      feature: this.#feature.slice(0, this.#length),
      threshold: this.#threshold.slice(0, this.#length),
      right: this.right.slice(0, this.#length),
      cover: this.#cover.slice(0, this.#length),
      values: this.#values.slice(0, this.#leaves * this.#classCount),
      gain,
    };
  }
}

import { Random } from '../../base/index.ts';
import { type KernelMemory, loadTreeKernels, type TreeKernels } from '../kernels/load.ts';
import { MAX_BINS } from './bins.ts';
import { SplitFinder } from './split.ts';

/** Everything that growing trees needs; plain data over shared memory, so it can go to a worker. */
export interface GrowTask {
  readonly memory: KernelMemory;
  /** Address of the bins, row-major, `stride` bytes a row. */
  readonly bins: number;
  readonly stride: number;
  readonly rows: number;
  readonly cols: number;
  /** Matrix column of each column. */
  readonly order: Int32Array;
  /** Bins of each column, and their upper edges as in `BinnedMatrix`. */
  readonly counts: Int32Array;
  readonly edges: Float32Array;
  /** One class index a row. */
  readonly labels: Int32Array;
  readonly weights: Float32Array | undefined;
  /** Row that stands for each row: as binned and labelled; undefined: each for itself. */
  readonly first: Int32Array | undefined;
  readonly classCount: number;
  /** Factor of each class's rows in impurity and leaf shares. */
  readonly factors: Float64Array;
  readonly limits: GrowLimits;
  /** Draw rows with replacement, by weight, for each tree. */
  readonly bootstrap: boolean;
  /** Cut each column tried at a random place (extra trees) instead of the best one. */
  readonly randomCuts: boolean;
  readonly seed: number;
  /** Rooms for growers, one a thread. */
  readonly rooms: readonly GrowRoom[];
}

/** Addresses of what one grower works on. */
export interface GrowRoom {
  /** Rows in hand: 16 bytes each, row and label (32 bits), weight (64-bit float). */
  readonly items: number;
  readonly moved: number;
  /** Four histograms of `histogramBytes`, zeros between nodes. */
  readonly histograms: number;
  readonly histogramBytes: number;
  /** Four times 256 bits: bins with rows in them; zeros between nodes. */
  readonly seen: number;
  /** Weight of each class in the node, then each class's factor, then the kernels' room. */
  readonly classWeights: number;
  readonly factors: number;
  readonly work: number;
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

/** Bytes of an item of {@link GrowRoom}. */
const ITEM = 16;

/** Grows trees one after another, reusing its buffers: one a thread. */
export class TreeGrower {
  readonly #task: GrowTask;
  readonly #room: GrowRoom;
  readonly #kernels: TreeKernels;
  readonly #finder: SplitFinder;
  readonly #rowWeights: Float64Array;
  readonly #classWeights: Float64Array;
  readonly #cumulative: Float64Array | undefined;
  #slots: Uint8Array;
  #cover = 0;
  #pure = false;

  /** @param thread number of its room */
  constructor(task: GrowTask, thread: number) {
    const { rows, cols, classCount, memory } = task;
    const room = task.rooms[thread]!;
    this.#task = task;
    this.#room = room;
    this.#kernels = loadTreeKernels(memory);
    this.#finder = new SplitFinder(task, room, this.#kernels);
    this.#rowWeights = new Float64Array(rows);
    this.#classWeights = new Float64Array(memory.buffer, room.classWeights, classCount);
    new Float64Array(memory.buffer, room.factors, classCount).set(task.factors);
    this.#slots = new Uint8Array(cols * 32);
    if (task.bootstrap && task.weights) this.#cumulative = cumulate(task.weights);
  }

  /** Tree number `index`; depends on the task and the index only. */
  grow(index: number): GrownTree {
    const { limits, classCount, factors, seed, cols, counts, order, edges } = this.#task;
    const random = new Random(seed).fork(index);
    const count = this.#sample(random);
    const finder = this.#finder;
    finder.start();
    for (let c = 0; c < cols; c++) this.#slots[c] = counts[c] === 1 ? 1 : 0;
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
      const tried = depth < limits.maxDepth && total >= limits.minSamplesSplit && !this.#pure;
      const from = this.#room.items + start * ITEM;
      if (!tried || !finder.find({ from, count: end - start, constants, random })) {
        nodes.close(node, this.#classWeights, factors);
        continue;
      }
      const { column, bin } = finder;
      gain[order[column]!]! += Math.max(0, finder.score - this.#nodeScore());
      nodes.split(node, order[column]!, edges[column * MAX_BINS + bin]!, this.#cover);
      const middle = start + this.#partition(from, end - start, column, bin);
      stack.push(middle, end, depth + 1, node, start, middle, depth + 1, -1);
    }
    return nodes.finish(normalised(gain));
  }

  /** Lays out the rows of this tree in ascending order. @returns number of distinct rows */
  #sample(random: Random): number {
    const { weights, bootstrap, rows: total, labels, memory, first } = this.#task;
    const rowWeights = this.#rowWeights;
    rowWeights.fill(0);
    if (!bootstrap) {
      for (let i = 0; i < total; i++) rowWeights[first ? first[i]! : i]! += weights?.[i] ?? 1;
    } else {
      const cumulative = this.#cumulative;
      if (cumulative) {
        const sum = cumulative[total - 1]!;
        for (let i = Math.max(1, Math.round(sum)); i > 0; i--) {
          const row = draw(cumulative, random.next() * sum);
          rowWeights[first ? first[row]! : row]!++;
        }
      } else {
        for (let i = 0; i < total; i++) {
          const row = random.int(total);
          rowWeights[first ? first[row]! : row]!++;
        }
      }
    }
    const { items } = this.#room;
    const words = new Int32Array(memory.buffer, items, total * 4);
    const doubles = new Float64Array(memory.buffer, items, total * 2);
    let count = 0;
    for (let i = 0; i < total; i++) {
      const weight = rowWeights[i]!;
      if (weight === 0) continue;
      words[count * 4] = i;
      words[count * 4 + 1] = labels[i]!;
      doubles[count * 2 + 1] = weight;
      count++;
    }
    return count;
  }

  /** Counts the node's classes. @returns its weight */
  #countClasses(start: number, end: number): number {
    const { factors } = this.#task;
    const { items, classWeights: at } = this.#room;
    const classWeights = this.#classWeights;
    classWeights.fill(0);
    this.#kernels.sumClasses(items + start * ITEM, end - start, at);
    let total = 0;
    let cover = 0;
    let present = 0;
    for (let k = 0; k < classWeights.length; k++) {
      total += classWeights[k]!;
      cover += classWeights[k]! * factors[k]!;
      if (classWeights[k]! > 0) present++;
    }
    this.#cover = cover;
    this.#pure = present < 2;
    return total;
  }

  /** Sum of squared class weights over the weight: the larger, the purer. */
  #nodeScore(): number {
    const { factors } = this.#task;
    let squares = 0;
    for (let k = 0; k < factors.length; k++) {
      squares += (this.#classWeights[k]! * factors[k]!) ** 2;
    }
    return squares / this.#cover;
  }

  /**
   * Marks of the columns known to be constant at this depth. Preorder makes one slot a depth
   * enough: the left subtree only writes deeper slots before the right child reads its own.
   */
  #slot(depth: number): { own: Uint8Array; children: Uint8Array } {
    const { cols } = this.#task;
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

  /** Stable: the order of the rows on each side stays, so reads of the bins run forwards. */
  #partition(from: number, count: number, column: number, bin: number): number {
    const { bins, stride } = this.#task;
    return this.#kernels.partitionItems(from, count, bins + column, stride, bin, this.#room.moved);
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

import { Random } from '../../base/index.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import { loadTreeKernels, type TreeKernels } from '../kernels/load.ts';
import { normalised } from '../shares.ts';
import { MAX_BINS } from './bins.ts';
import { NodeList } from './node-list.ts';
import { ITEM, RowSampler } from './sample.ts';
import { type RowPlace, SplitFinder, type SplitNode } from './split.ts';

/** Everything that growing trees needs; plain data over shared memory, so it can go to a worker. */
export interface GrowTask {
  readonly memory: KernelMemory;
  /** Address of the bins of distinct rows, row-major, `stride` bytes each, a multiple of 8. */
  readonly bins: number;
  readonly stride: number;
  /** Address of the same column by column, a byte a row. */
  readonly columns: number;
  readonly rows: number;
  /** Number of distinct rows, and which of them stands for each row; undefined: each for itself. */
  readonly distinct: number;
  readonly place: Int32Array | undefined;
  readonly cols: number;
  /** Matrix column of each column. */
  readonly order: Int32Array;
  /** Bins of each column, and their upper edges as in `BinnedMatrix`. */
  readonly counts: Int32Array;
  readonly edges: Float32Array;
  /** One class index a distinct row. */
  readonly labels: Int32Array;
  /** Weights that rows are drawn by; undefined: all alike, or nothing is drawn. */
  readonly weights: Float32Array | undefined;
  /** Weight of each row in units when nothing is drawn; undefined: 1 each. */
  readonly units: Uint32Array | undefined;
  /** Weight of a unit. */
  readonly unit: number;
  readonly classCount: number;
  /** What a unit of each class weighs in impurity and leaf shares. */
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
  /** Rows in hand: {@link ITEM} bytes each, row (32 bits), label and units (16 bits each). */
  readonly items: number;
  readonly moved: number;
  /** Room for copies of rows: one in {@link COPIES_SHARE} items. */
  readonly copies: number;
  /** Four histograms of `histogramBytes`, zeros between nodes. */
  readonly histograms: number;
  readonly histogramBytes: number;
  /** Four times 256 bits: bins with rows in them; zeros between nodes. */
  readonly seen: number;
  /** Units by class of one side, 32-bit whole numbers. */
  readonly sums: number;
  /** Units of each class in the node, then each class's factor, then the kernels' room. */
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

/**
 * A node with at most one in so many of the rows that its items are spread over has them copied side
 * by side: cache lines then hold nothing but rows of the node.
 */
const SPREAD = 4;
/** All copies alive at a time are one row in so many at most: 1/4 + 1/16 + ... of them. */
export const COPIES_SHARE = SPREAD - 1;
/** Bytes of rows that stay in the first-level cache anyway. */
const NEAR = 16_384;
/** Numbers that a pending node takes on the stack. */
const PENDING = 7;

/** Grows trees one after another, reusing its buffers: one a thread. */
export class TreeGrower {
  readonly #task: GrowTask;
  readonly #room: GrowRoom;
  readonly #kernels: TreeKernels;
  readonly #finder: SplitFinder;
  readonly #sampler: RowSampler;
  readonly #sums: Uint32Array;
  readonly #classWeights: Float64Array;
  /** Units by class of the nodes pending. */
  #pending: Float64Array;
  #slots: Uint8Array;
  #cover = 0;
  #pure = false;

  /** @param thread number of its room */
  constructor(task: GrowTask, thread: number) {
    const { cols, classCount, memory } = task;
    const room = task.rooms[thread]!;
    this.#task = task;
    this.#room = room;
    this.#kernels = loadTreeKernels(memory);
    this.#finder = new SplitFinder(task, room, this.#kernels);
    this.#sampler = new RowSampler(task);
    this.#sums = new Uint32Array(memory.buffer, room.sums, classCount);
    this.#pending = new Float64Array(64 * classCount);
    this.#classWeights = new Float64Array(memory.buffer, room.classWeights, classCount);
    new Float64Array(memory.buffer, room.factors, classCount).set(task.factors);
    this.#slots = new Uint8Array(cols * 32);
  }

  /** Tree number `index`; depends on the task and the index only. */
  grow(index: number): GrownTree {
    const { limits, classCount, factors, seed, cols, counts, order, edges } = this.#task;
    const { stride, distinct } = this.#task;
    const random = new Random(seed).fork(index);
    const { items, copies, sums: sumsAt } = this.#room;
    const count = this.#sampler.lay(random, items);
    const finder = this.#finder;
    const sums = this.#sums;
    const classWeights = this.#classWeights;
    finder.start();
    for (let c = 0; c < cols; c++) this.#slots[c] = counts[c] === 1 ? 1 : 0;
    const nodes = new NodeList(classCount);
    const gain = new Float64Array(cols);
    // Pending nodes: first item, end item, depth, the node whose right child it is (or -1); address
    // (0: those of the task) and number of the rows its items count from, and where copies may go.
    const stack: number[] = [0, count, 0, -1, 0, distinct, copies];
    this.#kernels.sumClasses(items, count, classCount, sumsAt);
    this.#pending.set(sums);
    while (stack.length > 0) {
      let free = stack.pop()!;
      let span = stack.pop()!;
      let bins = stack.pop()!;
      const parent = stack.pop()!;
      const depth = stack.pop()!;
      const end = stack.pop()!;
      const start = stack.pop()!;
      const node = nodes.open();
      if (parent >= 0) nodes.right[parent] = node;
      const total = this.#takeClasses(stack.length / PENDING);
      const constants = this.#slot(depth);
      const tried = depth < limits.maxDepth && total >= limits.minSamplesSplit && !this.#pure;
      const from = items + start * ITEM;
      const size = end - start;
      if (tried && size * SPREAD <= span && span * stride > NEAR) {
        this.#kernels.gatherItems(from, size, bins || this.#task.bins, stride, free);
        bins = free;
        span = size;
        free += size * stride;
      }
      const place = this.#place(bins);
      const rows = { from, count: size, place, constants, random };
      if (!tried || !finder.find(rows)) {
        nodes.close(node, classWeights, factors);
        continue;
      }
      const { column, bin } = finder;
      gain[order[column]!]! += Math.max(0, finder.score - this.#nodeScore());
      nodes.split(node, order[column]!, edges[column * MAX_BINS + bin]!, this.#cover);
      const left = this.#partition(rows, column, bin);
      const middle = start + left;
      const lessLeft = left * 2 <= size;
      const less = lessLeft ? from : from + left * ITEM;
      this.#kernels.sumClasses(less, lessLeft ? left : size - left, classCount, sumsAt);
      this.#putClasses(stack.length / PENDING, lessLeft);
      stack.push(middle, end, depth + 1, node, bins, span, free);
      stack.push(start, middle, depth + 1, -1, bins, span, free);
    }
    return nodes.finish(normalised(gain));
  }

  /** Rows not copied are read column by column: their nodes are large, so bytes lie close by. */
  #place(bins: number): RowPlace {
    const { stride, columns, distinct } = this.#task;
    if (bins === 0) return { bins: columns, stride: 1, step: distinct };
    return { bins, stride, step: 1 };
  }

  /** Takes up the classes of a pending node. @returns its weight */
  #takeClasses(slot: number): number {
    const { factors, unit } = this.#task;
    const classWeights = this.#classWeights;
    const at = slot * classWeights.length;
    let total = 0;
    let cover = 0;
    let present = 0;
    for (let k = 0; k < classWeights.length; k++) {
      const units = this.#pending[at + k]!;
      classWeights[k] = units;
      total += units;
      cover += units * factors[k]!;
      if (units > 0) present++;
    }
    this.#cover = cover;
    this.#pure = present < 2;
    return total * unit;
  }

  /** Leaves the classes of both sides for the nodes that will be pending next: right, then left. */
  #putClasses(slot: number, lessLeft: boolean): void {
    const classWeights = this.#classWeights;
    const sums = this.#sums;
    const classes = classWeights.length;
    const right = slot * classes;
    if (right + 2 * classes > this.#pending.length) {
      const grown = new Float64Array(2 * this.#pending.length);
      grown.set(this.#pending);
      this.#pending = grown;
    }
    for (let k = 0; k < classes; k++) {
      const less = sums[k]!;
      const more = classWeights[k]! - less;
      this.#pending[right + k] = lessLeft ? more : less;
      this.#pending[right + classes + k] = lessLeft ? less : more;
    }
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
  #partition({ from, count, place }: SplitNode, column: number, bin: number): number {
    const bins = place.bins + column * place.step;
    const { moved } = this.#room;
    return this.#kernels.partitionItems(from, count, bins, place.stride, bin, moved);
  }
}

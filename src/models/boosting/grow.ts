import { Random } from '../../base/index.ts';
import type { Crew } from '../crew.ts';
import { MAX_BINS } from '../tree/bins.ts';
import {
  type Bounds,
  histogramBytes,
  leafValue,
  markLeft,
  readColumn,
  sumsOfColumn,
} from './search.ts';
import { type BoostTask, JOB_FIELDS, RESULT_FIELDS } from './task.ts';
import { type BoostedTree, SET_WORDS } from './trees.ts';
import { JOB, type Phase } from './work.ts';

/** A leaf of a growing tree, with the best split of it. */
interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly count: number;
  readonly slot: number;
  readonly depth: number;
  readonly g: number;
  readonly h: number;
  readonly weight: number;
  readonly bounds: Bounds;
  /** Column -1: it stays a leaf. */
  split: Split;
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
  readonly g: number;
  readonly h: number;
  readonly weight: number;
}

const NO_SPLIT: Split = { gain: 0, column: -1, bin: 0, g: 0, h: 0, weight: 0 };
const UNBOUNDED: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** One growing tree: nodes in the order they came up. */
class Growing {
  readonly column: number[] = [-1];
  readonly bin: number[] = [0];
  readonly weight: number[] = [0];
  readonly left: number[] = [-1];
  readonly right: number[] = [-1];
  readonly sets = new Map<number, Uint32Array>();
  readonly gain: Float64Array;
  leaves: Leaf[] = [];
  /** The leaf in hand and its children, during a round. */
  chosen: Leaf | undefined;
  children: [Leaf, Leaf] | undefined;

  constructor(cols: number) {
    this.gain = new Float64Array(cols);
  }

  add(weight: number): number {
    this.column.push(-1);
    this.bin.push(0);
    this.weight.push(weight);
    this.left.push(-1);
    this.right.push(-1);
    return this.column.length - 1;
  }

  /** The leaf with the largest gain, of equal ones the oldest. */
  best(): Leaf | undefined {
    let best: Leaf | undefined;
    for (const leaf of this.leaves) {
      if (leaf.split.column >= 0 && (!best || leaf.split.gain > best.split.gain)) best = leaf;
    }
    return best;
  }
}

/**
 * Grows the trees of one iteration side by side, one an output: in each round every tree splits its
 * best leaf (Shi 2007, "Best-first decision tree learning"), so threads always find enough to do.
 */
export class BoostGrower {
  readonly #task: BoostTask;
  readonly #crew: Crew<Phase>;
  readonly #jobs: Int32Array;
  readonly #bounds: Float64Array;
  readonly #results: Float64Array;
  readonly #trees: Growing[] = [];

  constructor(task: BoostTask, crew: Crew<Phase>) {
    const { at, outputs, groups } = task;
    const buffer = task.memory.buffer;
    this.#task = task;
    this.#crew = crew;
    this.#jobs = new Int32Array(buffer, at.jobs, outputs * JOB_FIELDS);
    this.#bounds = new Float64Array(buffer, at.bounds, outputs * 4);
    this.#results = new Float64Array(buffer, at.results, outputs * groups * 2 * RESULT_FIELDS);
  }

  /** The trees of iteration `index`; brings the scores up to date. */
  grow(index: number): BoostedTree[] {
    this.#crew.run('gradients');
    this.#start(index);
    while (this.#choose()) {
      this.#crew.run('partition');
      if (this.#divide()) this.#crew.run('split');
      this.#collect();
    }
    const trees = this.#trees.map((tree, output) => this.#finish(tree, output));
    this.#crew.run('update');
    return trees;
  }

  #start(index: number): void {
    const { at, rows, outputs, cols, limits, memory } = this.#task;
    this.#trees.length = 0;
    for (let k = 0; k < outputs; k++) {
      const own = new Int32Array(memory.buffer, at.rows + k * rows * 4, rows);
      for (let i = 0; i < rows; i++) own[i] = i;
      const random = new Random(this.#task.seed).fork(index).fork(k);
      drawColumns(
        random,
        limits.columnShare,
        new Uint8Array(memory.buffer, at.drawn + k * cols, cols),
      );
      this.#trees.push(new Growing(cols));
      const job = this.#jobs.subarray(k * JOB_FIELDS, (k + 1) * JOB_FIELDS);
      job[JOB.active] = 1;
      job[JOB.smallFrom] = 0;
      job[JOB.smallCount] = rows;
      job[JOB.smallSlot] = 0;
      job[JOB.bigSlot] = -1;
      job[JOB.searchSmall] = 1;
      this.#bounds.set([UNBOUNDED.low, UNBOUNDED.high], k * 4);
    }
    this.#crew.run('split');
    this.#trees.forEach((tree, k) => {
      const { g, h, weight } = this.#total(k);
      tree.weight[0] = weight;
      const root = { node: 0, from: 0, count: rows, slot: 0, depth: 0, g, h, weight };
      tree.leaves.push({ ...root, bounds: UNBOUNDED, split: this.#found(k, 0) });
    });
  }

  /** Sums over all rows, from the first histogram. */
  #total(output: number): { g: number; h: number; weight: number } {
    const sums = sumsOfColumn();
    const words = new Int32Array(this.#task.memory.buffer);
    readColumn(this.#task, words, this.#histogram(output, 0), 0, sums);
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    return { g: sum(sums.gradient), h: sum(sums.hessian), weight: sum(sums.weight) };
  }

  #histogram(output: number, slot: number): number {
    const { at, limits } = this.#task;
    return at.histograms + (output * limits.maxLeaves + slot) * histogramBytes(this.#task);
  }

  /** Names the leaf that each tree splits next. @returns false when all are done */
  #choose(): boolean {
    const { at, limits, memory } = this.#task;
    let any = false;
    this.#trees.forEach((tree, k) => {
      const leaf = tree.leaves.length < limits.maxLeaves ? tree.best() : undefined;
      tree.chosen = leaf;
      tree.children = undefined;
      const job = k * JOB_FIELDS;
      this.#jobs[job + JOB.active] = leaf ? 1 : 0;
      if (!leaf) return;
      any = true;
      const table = new Uint8Array(memory.buffer, at.tables + k * 256, 256);
      const { column, bin } = leaf.split;
      markLeft(this.#task, { histogram: this.#histogram(k, leaf.slot), column, bin }, table);
      if (this.#task.codes.has(column)) tree.sets.set(leaf.node, this.#leftCodes(column, table));
      this.#jobs[job + JOB.from] = leaf.from;
      this.#jobs[job + JOB.count] = leaf.count;
      this.#jobs[job + JOB.column] = column;
    });
    return any;
  }

  #leftCodes(column: number, table: Uint8Array): Uint32Array {
    const set = new Uint32Array(SET_WORDS);
    this.#task.codes.get(column)!.forEach((bin, code) => {
      if (bin >= 0 && table[bin] === 1) set[code >>> 5]! |= 1 << (code & 31);
    });
    return set;
  }

  /** Makes the two children of each chosen leaf. @returns true when any is to be searched */
  #divide(): boolean {
    let any = false;
    this.#trees.forEach((tree, k) => {
      const leaf = tree.chosen;
      if (!leaf) return;
      const { column, bin, gain } = leaf.split;
      tree.column[leaf.node] = column;
      tree.bin[leaf.node] = bin;
      tree.gain[column]! += gain;
      const job = this.#jobs.subarray(k * JOB_FIELDS, (k + 1) * JOB_FIELDS);
      const children = this.#childrenOf(tree, leaf, job[JOB.left]!);
      tree.children = children;
      const last = tree.leaves.length + 1 >= this.#task.limits.maxLeaves;
      const wanted = children.map((child) => !last && this.#splittable(child));
      const small = children[0].slot === leaf.slot ? 1 : 0;
      const big = 1 - small;
      job[JOB.active] = wanted[0] || wanted[1] ? 1 : 0;
      if (job[JOB.active] === 0) return;
      any = true;
      job[JOB.smallFrom] = children[small]!.from;
      job[JOB.smallCount] = children[small]!.count;
      job[JOB.smallSlot] = children[small]!.slot;
      job[JOB.bigSlot] = leaf.slot;
      job[JOB.searchSmall] = wanted[small] ? 1 : 0;
      job[JOB.searchBig] = wanted[big] ? 1 : 0;
      const bounds = [children[small]!.bounds, children[big]!.bounds];
      this.#bounds.set(
        bounds.flatMap(({ low, high }) => [low, high]),
        k * 4,
      );
    });
    return any;
  }

  #splittable(leaf: Leaf): boolean {
    const { maxDepth, minSamplesLeaf, minHessian } = this.#task.limits;
    if (leaf.depth >= maxDepth) return false;
    return leaf.weight >= 2 * minSamplesLeaf && leaf.h >= 2 * minHessian;
  }

  #childrenOf(tree: Growing, leaf: Leaf, leftCount: number): [Leaf, Leaf] {
    const { split, bounds, depth } = leaf;
    const rightCount = leaf.count - leftCount;
    const right = { g: leaf.g - split.g, h: leaf.h - split.h, weight: leaf.weight - split.weight };
    const [leftBounds, rightBounds] = this.#childBounds(split, right, bounds);
    // The smaller child is counted into a new histogram, the bigger one takes the parent's.
    const leftSmall = leftCount <= rightCount;
    const free = tree.leaves.length;
    const make = (
      part: { g: number; h: number; weight: number },
      rest: Omit<Leaf, 'node' | 'g' | 'h' | 'weight' | 'split' | 'depth'>,
    ): Leaf => ({
      node: tree.add(part.weight),
      g: part.g,
      h: part.h,
      weight: part.weight,
      depth: depth + 1,
      split: NO_SPLIT,
      ...rest,
    });
    const slots = leftSmall ? [free, leaf.slot] : [leaf.slot, free];
    const left = make(split, {
      from: leaf.from,
      count: leftCount,
      slot: slots[0]!,
      bounds: leftBounds,
    });
    const other = make(right, {
      from: leaf.from + leftCount,
      count: rightCount,
      slot: slots[1]!,
      bounds: rightBounds,
    });
    tree.left[leaf.node] = left.node;
    tree.right[leaf.node] = other.node;
    return [left, other];
  }

  /** On a constrained column the children may not cross the middle of their values. */
  #childBounds(left: Split, right: { g: number; h: number }, bounds: Bounds): [Bounds, Bounds] {
    const direction = this.#task.monotone[left.column]!;
    if (direction === 0) return [bounds, bounds];
    const a = leafValue(this.#task, left.g, left.h, bounds);
    const b = leafValue(this.#task, right.g, right.h, bounds);
    const middle = (a + b) / 2;
    const below = { low: bounds.low, high: middle };
    const above = { low: middle, high: bounds.high };
    return direction > 0 ? [below, above] : [above, below];
  }

  /** Puts the children, with the splits found for them, in the place of their parents. */
  #collect(): void {
    this.#trees.forEach((tree, k) => {
      const { chosen, children } = tree;
      if (!chosen || !children) return;
      const job = k * JOB_FIELDS;
      const searched = this.#jobs[job + JOB.active] === 1;
      const small = children[0].slot === chosen.slot ? 1 : 0;
      if (searched && this.#jobs[job + JOB.searchSmall] === 1) {
        children[small]!.split = this.#found(k, 0);
      }
      if (searched && this.#jobs[job + JOB.searchBig] === 1) {
        children[1 - small]!.split = this.#found(k, 1);
      }
      tree.leaves[tree.leaves.indexOf(chosen)] = children[0];
      tree.leaves.push(children[1]);
    });
  }

  /** The best of the groups' splits; of equal ones that of the first group. */
  #found(output: number, child: number): Split {
    const { groups } = this.#task;
    let best = NO_SPLIT;
    for (let group = 0; group < groups; group++) {
      const at = (2 * (output * groups + group) + child) * RESULT_FIELDS;
      const [gain, column, bin, g, h, weight] = this.#results.subarray(at, at + 6);
      if (column! >= 0 && gain! > best.gain) {
        best = { gain: gain!, column: column!, bin: bin!, g: g!, h: h!, weight: weight! };
      }
    }
    return best;
  }

  /** Writes leaf values for the update of the scores; puts the nodes in preorder. */
  #finish(tree: Growing, output: number): BoostedTree {
    const { at, limits, memory, order, edges } = this.#task;
    const base = at.leaves + output * limits.maxLeaves * 16;
    const words = new Int32Array(memory.buffer, base, tree.leaves.length * 4);
    const doubles = new Float64Array(memory.buffer, base, tree.leaves.length * 2);
    const values = new Map<number, number>();
    tree.leaves.forEach((leaf, i) => {
      const full = leafValue(this.#task, leaf.g, leaf.h, leaf.bounds);
      const value = Math.fround(full * limits.learningRate) + 0;
      words[i * 4] = leaf.from;
      words[i * 4 + 1] = leaf.count;
      doubles[i * 2 + 1] = value;
      values.set(leaf.node, value);
    });
    this.#jobs[output * JOB_FIELDS + JOB.leaves] = tree.leaves.length;
    const count = tree.column.length;
    const grown: BoostedTree = {
      feature: new Int32Array(count).fill(-1),
      threshold: new Float32Array(count),
      right: new Uint32Array(count),
      cover: new Float32Array(count),
      set: new Int32Array(count).fill(-1),
      sets: new Uint32Array(tree.sets.size * SET_WORDS),
      values: new Float32Array(tree.leaves.length),
      gain: new Float64Array(tree.gain.length),
    };
    let place = 0;
    let leaves = 0;
    let sets = 0;
    const stack = [0, -1];
    while (stack.length > 0) {
      const parent = stack.pop()!;
      const node = stack.pop()!;
      if (parent >= 0) grown.right[parent] = place;
      grown.cover[place] = tree.weight[node]!;
      const column = tree.column[node]!;
      if (column < 0) {
        grown.values[leaves] = values.get(node)!;
        grown.right[place] = leaves++;
      } else {
        grown.feature[place] = order[column]!;
        const set = tree.sets.get(node);
        if (set) {
          grown.sets.set(set, sets * SET_WORDS);
          grown.set[place] = sets++;
        } else {
          grown.threshold[place] = edges[column * MAX_BINS + tree.bin[node]!]!;
        }
        stack.push(tree.right[node]!, place, tree.left[node]!, -1);
      }
      place++;
    }
    for (let c = 0; c < tree.gain.length; c++) grown.gain[order[c]!] = tree.gain[c]!;
    return grown;
  }
}

/** Marks a random share of the columns, at least one. */
function drawColumns(random: Random, share: number, drawn: Uint8Array): void {
  drawn.fill(1);
  if (share >= 1) return;
  const columns = Int32Array.from(drawn, (_, c) => c);
  const kept = Math.max(1, Math.round(share * columns.length));
  for (const column of random.shuffle(columns).subarray(kept)) drawn[column] = 0;
}

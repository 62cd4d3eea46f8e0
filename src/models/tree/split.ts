import type { Random } from '../../base/index.ts';
import type { TreeKernels } from '../kernels/load.ts';
import type { GrowRoom, GrowTask } from './grow.ts';

/** The node to split: its items, and marks of the columns known to be constant in it. */
export interface SplitNode {
  /** Address of the first item, and their number. */
  readonly from: number;
  readonly count: number;
  readonly constants: { readonly own: Uint8Array; readonly children: Uint8Array };
  readonly random: Random;
}

/** Columns counted by one call of a kernel. */
const TOGETHER = 4;

/**
 * Finds the split with the largest decrease of Gini impurity among columns drawn at random (all of
 * them, in order, when the limit allows all). Columns constant in the node do not count as drawn. Of
 * equal splits the first found wins.
 */
export class SplitFinder {
  readonly #task: GrowTask;
  readonly #room: GrowRoom;
  readonly #kernels: TreeKernels;
  readonly #permutation: Int32Array;
  readonly #drawn = new Int32Array(TOGETHER);
  readonly #seen: Uint32Array;
  readonly #found: Float64Array;
  /** The split found last: rows of `column` in bins up to `bin` go left. */
  column = -1;
  bin = 0;
  /** Sum over both sides of squared class weights over weight. */
  score = 0;

  constructor(task: GrowTask, room: GrowRoom, kernels: TreeKernels) {
    this.#task = task;
    this.#room = room;
    this.#kernels = kernels;
    this.#permutation = new Int32Array(task.cols);
    this.#seen = new Uint32Array(task.memory.buffer, room.seen, TOGETHER * 8);
    this.#found = new Float64Array(task.memory.buffer, room.work + 16 * task.classCount, 1);
  }

  /** To be called before each tree: what was drawn for the one before has no say. */
  start(): void {
    for (let c = 0; c < this.#permutation.length; c++) this.#permutation[c] = c;
  }

  /** Leaves the split in `column`, `bin` and `score`. @returns false when there is none */
  find(node: SplitNode): boolean {
    const { cols, limits } = this.#task;
    const { own, children } = node.constants;
    children.set(own);
    const wanted = Math.min(limits.maxFeatures, cols);
    const all = wanted === cols;
    this.score = Number.NEGATIVE_INFINITY;
    this.column = -1;
    for (let j = 0, tried = 0; j < cols && tried < wanted; ) {
      let pending = 0;
      const most = Math.min(TOGETHER, wanted - tried);
      for (; j < cols && pending < most; j++) {
        const candidate = all ? j : this.#draw(j, node.random);
        if (own[candidate] === 0) this.#drawn[pending++] = candidate;
      }
      this.#count(node, pending);
      for (let i = 0; i < pending; i++) {
        if (this.#try(i, node.random)) tried++;
        else children[this.#drawn[i]!] = 1;
      }
    }
    return this.column >= 0;
  }

  /** The next column of a shuffle that goes on only as far as needed. */
  #draw(j: number, random: Random): number {
    const permutation = this.#permutation;
    const pick = j + random.int(permutation.length - j);
    const candidate = permutation[pick]!;
    permutation[pick] = permutation[j]!;
    permutation[j] = candidate;
    return candidate;
  }

  #count({ from, count }: SplitNode, pending: number): void {
    const { bins, stride, classCount } = this.#task;
    const { histograms, histogramBytes, seen } = this.#room;
    const drawn = this.#drawn;
    if (pending === TOGETHER) {
      this.#kernels.countClasses4(
        from,
        count,
        stride,
        classCount,
        histograms,
        histogramBytes,
        seen,
        bins + drawn[0]!,
        bins + drawn[1]!,
        bins + drawn[2]!,
        bins + drawn[3]!,
      );
      return;
    }
    for (let i = 0; i < pending; i++) {
      const histogram = histograms + i * histogramBytes;
      const column = bins + drawn[i]!;
      this.#kernels.countClasses(from, count, column, stride, classCount, histogram, seen + 32 * i);
    }
  }

  /** Takes the best cut of a counted column if it is the best so far. @returns false: constant */
  #try(i: number, random: Random): boolean {
    const { classCount, limits, randomCuts } = this.#task;
    const { histograms, histogramBytes, seen, classWeights, factors, work } = this.#room;
    const low = lowestBit(this.#seen, i * 8);
    const high = highestBit(this.#seen, i * 8);
    const bin = this.#kernels.bestCut(
      histograms + i * histogramBytes,
      seen + 32 * i,
      classCount,
      classWeights,
      factors,
      work,
      limits.minSamplesLeaf,
      randomCuts && low < high ? low + random.int(high - low) : -1,
    );
    if (low === high) return false;
    if (bin >= 0 && this.#found[0]! > this.score) {
      this.score = this.#found[0]!;
      this.column = this.#drawn[i]!;
      this.bin = bin;
    }
    return true;
  }
}

/** Number of the first bit set in 256, from the word at `from`. */
function lowestBit(words: Uint32Array, from: number): number {
  let word = 0;
  while (words[from + word] === 0) word++;
  const bits = words[from + word]!;
  return 32 * word + 31 - Math.clz32(bits & -bits);
}

/** Number of the last bit set in 256, from the word at `from`. */
function highestBit(words: Uint32Array, from: number): number {
  let word = 7;
  while (words[from + word] === 0) word--;
  return 32 * word + 31 - Math.clz32(words[from + word]!);
}

import type { Random } from '../../base/index.ts';
import type { TreeKernels } from '../kernels/load.ts';
import type { GrowRoom, GrowTask } from './grow.ts';

/** Where the rows lie that items count from: a bin at `bins + row * stride + column * step`. */
export interface RowPlace {
  readonly bins: number;
  readonly stride: number;
  readonly step: number;
}

/** The node to split: its items, and marks of the columns known to be constant in it. */
export interface SplitNode {
  /** Address of the first item, and their number. */
  readonly from: number;
  readonly count: number;
  readonly place: RowPlace;
  readonly constants: { readonly own: Uint8Array; readonly children: Uint8Array };
  readonly random: Random;
}

/** Columns counted by one call of a kernel. */
const TOGETHER = 4;
/** Bytes of a histogram looked at in the time in which one row marks its bin. */
const MARK_COST = 16;

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
  /** Fewest units on each side of a split. */
  readonly #least: number;
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
    this.#least = task.limits.minSamplesLeaf / task.unit;
    this.#seen = new Uint32Array(task.memory.buffer, room.seen, TOGETHER * 8);
    this.#found = new Float64Array(task.memory.buffer, room.work + 16 * task.classCount, 1);
  }

  /** To be called before each tree: what was drawn for the one before has no say. */
  start(): void {
    for (let c = 0; c < this.#permutation.length; c++) this.#permutation[c] = c;
  }

  /** Leaves the split in `column`, `bin` and `score`. @returns false when there is none */
  find(node: SplitNode): boolean {
    const { cols, limits, randomCuts } = this.#task;
    const { own, children } = node.constants;
    children.set(own);
    const wanted = Math.min(limits.maxFeatures, cols);
    const all = wanted === cols;
    this.score = Number.NEGATIVE_INFINITY;
    this.column = -1;
    for (let j = 0, tried = 0; j < cols && tried < wanted; ) {
      let pending = 0;
      let looked = 0;
      const most = Math.min(TOGETHER, wanted - tried);
      // Random cuts come from the same stream as columns: their turns must not depend on the data.
      for (; j < cols && (randomCuts ? looked : pending) < most; j++) {
        const candidate = all ? j : this.#draw(j, node.random);
        if (own[candidate] !== 0) continue;
        looked++;
        if (this.#isConstant(node, candidate)) children[candidate] = 1;
        else this.#drawn[pending++] = candidate;
      }
      this.#count(node, pending);
      for (let i = 0; i < pending; i++) this.#try(i, node.random);
      tried += pending;
    }
    return this.column >= 0;
  }

  #isConstant({ from, count, place }: SplitNode, column: number): boolean {
    const bins = place.bins + column * place.step;
    return this.#kernels.isConstant(from, count, bins, place.stride) === 1;
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

  #count({ from, count, place }: SplitNode, pending: number): void {
    const { classCount, counts } = this.#task;
    const { bins, stride, step } = place;
    const { histograms, histogramBytes, seen } = this.#room;
    const drawn = this.#drawn;
    const kernels = this.#kernels;
    // Few rows mark the bins they fall in; for many it is cheaper to look at the histogram after.
    const few = count * MARK_COST < histogramBytes;
    if (pending === TOGETHER) {
      kernels.countClasses4(
        from,
        count,
        stride,
        classCount,
        histograms,
        histogramBytes,
        few ? seen : 0,
        bins + drawn[0]! * step,
        bins + drawn[1]! * step,
        bins + drawn[2]! * step,
        bins + drawn[3]! * step,
      );
    } else {
      for (let i = 0; i < pending; i++) {
        const histogram = histograms + i * histogramBytes;
        const marks = few ? seen + 32 * i : 0;
        const column = bins + drawn[i]! * step;
        kernels.countClasses(from, count, column, stride, classCount, histogram, marks);
      }
    }
    if (few) return;
    for (let i = 0; i < pending; i++) {
      const histogram = histograms + i * histogramBytes;
      kernels.markBins(histogram, counts[drawn[i]!]!, classCount, seen + 32 * i);
    }
  }

  /** Takes the best cut of a counted column if it is the best so far. */
  #try(i: number, random: Random): void {
    const { classCount, randomCuts } = this.#task;
    const { histograms, histogramBytes, seen, classWeights, factors, work } = this.#room;
    let only = -1;
    if (randomCuts) {
      const low = lowestBit(this.#seen, i * 8);
      only = low + random.int(highestBit(this.#seen, i * 8) - low);
    }
    const bin = this.#kernels.bestCut(
      histograms + i * histogramBytes,
      seen + 32 * i,
      classCount,
      classWeights,
      factors,
      work,
      this.#least,
      only,
    );
    if (bin >= 0 && this.#found[0]! > this.score) {
      this.score = this.#found[0]!;
      this.column = this.#drawn[i]!;
      this.bin = bin;
    }
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

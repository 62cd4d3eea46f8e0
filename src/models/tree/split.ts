import type { Random } from '../../base/index.ts';
import { MAX_BINS } from './bins.ts';
import type { GrowTask } from './grow.ts';

/** Buffers of the split search, and what is known of the node in hand. */
export interface SplitScratch {
  /** Labels and weights of the node's rows, gathered once for all columns. */
  readonly nodeLabels: Int32Array;
  readonly nodeWeights: Float64Array;
  /** Weight of each class in the node. */
  readonly classWeights: Float64Array;
  /** Weight of each class in each bin: `histogram[bin * classes + k]`; zeros between columns. */
  readonly histogram: Float64Array;
  /** Weight of each bin; zeros between columns. */
  readonly binWeights: Float64Array;
  /** Bins with rows in them, ascending. */
  readonly present: Int32Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly permutation: Int32Array;
  /** Weight of the node with class factors. */
  cover: number;
  /** True when all rows are of one class. */
  pure: boolean;
  /** Best split of the column tried last: score, bin. */
  score: number;
  bin: number;
}

/** @returns buffers for that many rows, columns and classes */
export function splitScratch(rows: number, cols: number, classes: number): SplitScratch {
  return {
    nodeLabels: new Int32Array(rows),
    nodeWeights: new Float64Array(rows),
    classWeights: new Float64Array(classes),
    histogram: new Float64Array((MAX_BINS + 1) * classes),
    binWeights: new Float64Array(MAX_BINS + 1),
    present: new Int32Array(MAX_BINS + 1),
    left: new Float64Array(classes),
    right: new Float64Array(classes),
    permutation: new Int32Array(cols),
    cover: 0,
    pure: false,
    score: 0,
    bin: 0,
  };
}

/** The node to split: its rows, and marks of the columns known to be constant in it. */
export interface SplitNode {
  readonly rows: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly constants: { readonly own: Uint8Array; readonly children: Uint8Array };
  readonly random: Random;
}

/** A split: rows of `column` in bins up to `bin` go left. */
export interface Split {
  readonly column: number;
  readonly bin: number;
  /** Decrease of impurity times weight. */
  readonly gain: number;
}

/** Nodes of fewer rows collect their bins in a list instead of sweeping all of them. */
const SMALL_NODE = 48;

/**
 * The split with the largest decrease of Gini impurity among columns drawn at random (all of them,
 * in order, when the limit allows all). Columns constant in the node do not count as drawn. Of
 * equal splits the first found wins.
 */
export function findSplit(
  task: GrowTask,
  scratch: SplitScratch,
  node: SplitNode,
): Split | undefined {
  const { cols } = task.binned;
  const { permutation } = scratch;
  const { own, children } = node.constants;
  children.set(own);
  const wanted = Math.min(task.limits.maxFeatures, cols);
  const all = wanted === cols;
  let best = Number.NEGATIVE_INFINITY;
  let column = -1;
  let bin = 0;
  for (let j = 0, tried = 0; j < cols && tried < wanted; j++) {
    let candidate = j;
    if (!all) {
      const pick = j + node.random.int(cols - j);
      candidate = permutation[pick]!;
      permutation[pick] = permutation[j]!;
      permutation[j] = candidate;
    }
    if (own[candidate] === 1) continue;
    const bins = fillHistogram(task, scratch, node, candidate);
    if (bins < 2) {
      children[candidate] = 1;
    } else {
      tried++;
      bestCut(task, scratch, bins);
      if (scratch.score > best) {
        best = scratch.score;
        column = candidate;
        bin = scratch.bin;
      }
    }
    clearHistogram(scratch, bins, task.classCount);
  }
  if (column < 0) return undefined;
  const gain = Math.max(0, best - nodeScore(scratch, task.factors));
  return { column, bin, gain };
}

/** Sum of squared class weights over the weight: the larger, the purer. */
function nodeScore(scratch: SplitScratch, factors: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < factors.length; k++) squares += (scratch.classWeights[k]! * factors[k]!) ** 2;
  return squares / scratch.cover;
}

/** Sums the node's rows by bin and class. @returns number of bins with rows, listed in `present` */
function fillHistogram(
  task: GrowTask,
  scratch: SplitScratch,
  node: SplitNode,
  column: number,
): number {
  const { nodeLabels, nodeWeights, histogram, binWeights, present } = scratch;
  const { bins, rows: stride } = task.binned;
  const { rows, start } = node;
  const classes = task.classCount;
  const base = column * stride;
  const size = node.end - start;
  let count = 0;
  if (size <= SMALL_NODE) {
    for (let i = 0; i < size; i++) {
      const bin = bins[base + rows[start + i]!]!;
      if (binWeights[bin] === 0) {
        let at = count++;
        for (; at > 0 && present[at - 1]! > bin; at--) present[at] = present[at - 1]!;
        present[at] = bin;
      }
      binWeights[bin]! += nodeWeights[i]!;
      histogram[bin * classes + nodeLabels[i]!]! += nodeWeights[i]!;
    }
    return count;
  }
  for (let i = 0; i < size; i++) {
    const bin = bins[base + rows[start + i]!]!;
    histogram[bin * classes + nodeLabels[i]!]! += nodeWeights[i]!;
  }
  const binCount = task.binned.counts[column]!;
  for (let bin = 0, at = 0; bin < binCount; bin++) {
    let weight = 0;
    for (let k = 0; k < classes; k++) weight += histogram[at++]!;
    if (weight > 0) {
      binWeights[bin] = weight;
      present[count++] = bin;
    }
  }
  return count;
}

function clearHistogram(scratch: SplitScratch, count: number, classes: number): void {
  const { histogram, binWeights, present } = scratch;
  for (let j = 0; j < count; j++) {
    const bin = present[j]!;
    binWeights[bin] = 0;
    const from = bin * classes;
    for (let k = from; k < from + classes; k++) histogram[k] = 0;
  }
}

/** Sweeps the bins from the left; leaves the best cut of this column in `score` and `bin`. */
function bestCut(task: GrowTask, scratch: SplitScratch, count: number): void {
  const { histogram, binWeights, present, left, right, classWeights } = scratch;
  const { factors, classCount: classes } = task;
  const least = task.limits.minSamplesLeaf;
  let total = 0;
  let leftWeight = 0;
  let rightWeight = scratch.cover;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let k = 0; k < classes; k++) {
    left[k] = 0;
    const weight = classWeights[k]! * factors[k]!;
    right[k] = weight;
    rightSquares += weight * weight;
    total += classWeights[k]!;
  }
  scratch.score = Number.NEGATIVE_INFINITY;
  let rowsLeft = 0;
  for (let j = 0; j + 1 < count; j++) {
    const bin = present[j]!;
    const from = bin * classes;
    for (let k = 0; k < classes; k++) {
      const cell = histogram[from + k]!;
      if (cell === 0) continue;
      const moved = cell * factors[k]!;
      leftSquares += moved * (2 * left[k]! + moved);
      rightSquares += moved * (moved - 2 * right[k]!);
      left[k]! += moved;
      right[k]! -= moved;
      leftWeight += moved;
      rightWeight -= moved;
    }
    rowsLeft += binWeights[bin]!;
    if (rowsLeft < least) continue;
    if (total - rowsLeft < least) return;
    const score = leftSquares / leftWeight + rightSquares / rightWeight;
    if (score > scratch.score) {
      scratch.score = score;
      // Halfway through the empty bins between the two sides.
      scratch.bin = (bin + present[j + 1]! - 1) >> 1;
    }
  }
}

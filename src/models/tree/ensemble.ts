import { WiresiftError } from '../../base/index.ts';
import { normalised } from '../shares.ts';
import type { GrownTree } from './grow.ts';

/**
 * Trees one after another as columns. Within a tree nodes stand in preorder, so the left child of
 * node i is i + 1 and every child comes after its parent.
 */
export interface NodeColumns {
  readonly treeCount: number;
  readonly featureCount: number;
  /** First node of each tree, then the number of nodes. */
  readonly starts: Uint32Array;
  /** Column of the split; -1 in leaves. */
  readonly feature: Int32Array;
  /** A cell `<=` it goes left; 0 in leaves. */
  readonly threshold: Float32Array;
  /** Node of the right child; in leaves the leaf's number. */
  readonly right: Uint32Array;
  /** Weight of the training rows that came by, class factors included. */
  readonly cover: Float32Array;
}

/** Trees whose leaves hold class shares. */
export interface Trees extends NodeColumns {
  readonly classCount: number;
  /** Share of each class, leaves × classes. */
  readonly values: Float32Array;
  /** Mean decrease of impurity by column, summing to 1 or all 0. */
  readonly importance: Float64Array;
}

/** Most nodes an ensemble may have: indices of packed nodes then fit 31 bits. */
export const MAX_NODES = 2 ** 29;

/** Joins trees in their order. @throws WiresiftError `MODEL_SIZE` when they have too many nodes */
export function joinTrees(
  trees: readonly GrownTree[],
  featureCount: number,
  classCount: number,
): Trees {
  let nodes = 0;
  let leaves = 0;
  for (const tree of trees) {
    nodes += tree.feature.length;
    leaves += tree.values.length / classCount;
  }
  if (nodes > MAX_NODES || leaves * classCount > MAX_NODES) {
    throw new WiresiftError({
      code: 'MODEL_SIZE',
      where: 'fit',
      saw: `${nodes} nodes with ${leaves} leaves of ${classCount} classes`,
      expected: `at most ${MAX_NODES} nodes and leaf values`,
      todo: 'Raise minSamplesLeaf, lower maxDepth or the number of trees',
    });
  }
  const starts = new Uint32Array(trees.length + 1);
  const feature = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  const right = new Uint32Array(nodes);
  const cover = new Float32Array(nodes);
  const values = new Float32Array(leaves * classCount);
  const importance = new Float64Array(featureCount);
  let node = 0;
  let leaf = 0;
  trees.forEach((tree, t) => {
    starts[t] = node;
    feature.set(tree.feature, node);
    threshold.set(tree.threshold, node);
    cover.set(tree.cover, node);
    values.set(tree.values, leaf * classCount);
    for (let i = 0; i < tree.right.length; i++) {
      right[node + i] = tree.right[i]! + (tree.feature[i]! < 0 ? leaf : node);
    }
    for (let c = 0; c < featureCount; c++) importance[c]! += tree.gain[c]!;
    node += tree.feature.length;
    leaf += tree.values.length / classCount;
  });
  starts[trees.length] = node;
  return {
    treeCount: trees.length,
    featureCount,
    classCount,
    starts,
    feature,
    threshold,
    right,
    cover,
    values,
    importance: normalised(importance),
  };
}

/**
 * Checks that every tree is whole: preorder, each node reached once, indices in range. Linear in
 * the nodes, no recursion.
 * @param leaves number of leaves that there are values for
 * @returns what is wrong, or undefined
 */
export function nodesProblem(trees: NodeColumns, leaves: number): string | undefined {
  const { starts, feature, right, cover, featureCount } = trees;
  const nodes = feature.length;
  if (starts[0] !== 0 || starts[trees.treeCount] !== nodes) return 'trees do not cover the nodes';
  const pending: number[] = [];
  for (let t = 0, leaf = 0; t < trees.treeCount; t++) {
    const end = starts[t + 1]!;
    if (!(starts[t]! < end && end <= nodes)) return `tree ${t} has no nodes`;
    pending.length = 0;
    for (let i = starts[t]!; i < end; i++) {
      if (!(cover[i]! > 0)) return `node ${i}: cover ${cover[i]}`;
      if (feature[i] === -1) {
        if (right[i] !== leaf || leaf >= leaves) return `node ${i}: leaf ${right[i]}, not ${leaf}`;
        leaf++;
        const next = pending.pop();
        if (next === undefined ? i + 1 !== end : next !== i + 1) return `node ${i}: not preorder`;
      } else {
        if (!(feature[i]! >= 0 && feature[i]! < featureCount)) return `node ${i}: feature`;
        if (!(right[i]! > i + 1 && right[i]! < end)) return `node ${i}: right child ${right[i]}`;
        pending.push(right[i]!);
      }
    }
    if (pending.length > 0) return `tree ${t} is cut off`;
    if (t + 1 === trees.treeCount && leaf !== leaves) return `${leaves} leaves, ${leaf} used`;
  }
  return undefined;
}

/** As {@link nodesProblem}; besides, the shares of each leaf must sum to 1. */
export function treesProblem(trees: Trees): string | undefined {
  const { values, classCount } = trees;
  return nodesProblem(trees, values.length / classCount) ?? leafProblem(values, classCount);
}

function leafProblem(values: Float32Array, classCount: number): string | undefined {
  for (let at = 0; at < values.length; at += classCount) {
    let sum = 0;
    for (let k = at; k < at + classCount; k++) {
      if (!(values[k]! >= 0)) return `leaf ${at / classCount}: a negative share`;
      sum += values[k]!;
    }
    if (Math.abs(sum - 1) > 1e-4) return `leaf ${at / classCount}: shares sum to ${sum}`;
  }
  return undefined;
}

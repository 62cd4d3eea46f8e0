import { WiresiftError } from '../../base/index.ts';
import { normalised } from '../shares.ts';
import { MAX_NODES } from '../tree/ensemble.ts';

/** One tree of scores, nodes in preorder: the left child of node i is i + 1. */
export interface BoostedTree {
  /** Column of the training matrix; -1 in leaves. */
  readonly feature: Int32Array;
  /** A cell `<=` it goes left; 0 in leaves and for categories. */
  readonly threshold: Float32Array;
  /** Number of the right child; in leaves the leaf's number. */
  readonly right: Uint32Array;
  /** Weight of the training rows that came by. */
  readonly cover: Float32Array;
  /** Number of the node's set of categories; -1: it splits by threshold. */
  readonly set: Int32Array;
  /** Sets of categories that go left: 256 bits each. */
  readonly sets: Uint32Array;
  /** What each leaf adds to the score of the tree's output. */
  readonly values: Float32Array;
  /** Decrease of the loss by each matrix column. */
  readonly gain: Float64Array;
}

/** Trees one after another as columns; tree t adds to output `t % outputs`. */
export interface BoostedTrees {
  readonly treeCount: number;
  readonly featureCount: number;
  /** 1 for two classes, else one a class. */
  readonly outputs: number;
  /** Score of each output before any tree. */
  readonly base: Float64Array;
  readonly starts: Uint32Array;
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly right: Uint32Array;
  readonly cover: Float32Array;
  readonly set: Int32Array;
  readonly sets: Uint32Array;
  readonly values: Float32Array;
  /** Share of each column in the decrease of the loss, summing to 1 or all 0. */
  readonly importance: Float64Array;
}

/** 32-bit words of a set of categories. */
export const SET_WORDS = 8;

/** Joins trees in their order. @throws WiresiftError `MODEL_SIZE` when they have too many nodes */
export function joinBoosted(
  trees: readonly BoostedTree[],
  base: Float64Array,
  featureCount: number,
): BoostedTrees {
  const count = (of: (tree: BoostedTree) => number): number =>
    trees.reduce((sum, tree) => sum + of(tree), 0);
  const nodes = count((tree) => tree.feature.length);
  if (nodes > MAX_NODES) {
    throw new WiresiftError({
      code: 'MODEL_SIZE',
      where: 'fit boosting',
      saw: `${nodes} nodes`,
      expected: `at most ${MAX_NODES}`,
      todo: 'Lower iterations or maxLeaves',
    });
  }
  const joined: BoostedTrees = {
    treeCount: trees.length,
    featureCount,
    outputs: base.length,
    base,
    starts: new Uint32Array(trees.length + 1),
    feature: new Int32Array(nodes),
    threshold: new Float32Array(nodes),
    right: new Uint32Array(nodes),
    cover: new Float32Array(nodes),
    set: new Int32Array(nodes),
    sets: new Uint32Array(count((tree) => tree.sets.length)),
    values: new Float32Array(count((tree) => tree.values.length)),
    importance: new Float64Array(featureCount),
  };
  const gain = new Float64Array(featureCount);
  let node = 0;
  let leaf = 0;
  let set = 0;
  trees.forEach((tree, t) => {
    joined.starts[t] = node;
    joined.feature.set(tree.feature, node);
    joined.threshold.set(tree.threshold, node);
    joined.cover.set(tree.cover, node);
    joined.sets.set(tree.sets, set * SET_WORDS);
    joined.values.set(tree.values, leaf);
    for (let i = 0; i < tree.feature.length; i++) {
      joined.right[node + i] = tree.right[i]! + (tree.feature[i]! < 0 ? leaf : node);
      joined.set[node + i] = tree.set[i]! < 0 ? -1 : tree.set[i]! + set;
    }
    for (let c = 0; c < featureCount; c++) gain[c]! += tree.gain[c]!;
    node += tree.feature.length;
    leaf += tree.values.length;
    set += tree.sets.length / SET_WORDS;
  });
  joined.starts[trees.length] = node;
  return { ...joined, importance: normalised(gain) };
}

/** True when `cell` is a category of the set. */
export function inSet(sets: Uint32Array, set: number, cell: number): boolean {
  const code = cell | 0;
  if (code !== cell || code < 0 || code > 255) return false;
  return ((sets[set * SET_WORDS + (code >>> 5)]! >>> (code & 31)) & 1) === 1;
}

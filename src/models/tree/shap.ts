import type { NodeColumns } from './ensemble.ts';

/**
 * Most points of the quadrature: exact for 128 distinct columns on one path, and beyond any need for
 * paths longer than that, since what is integrated is smooth.
 */
const MAX_POINTS = 64;

/**
 * Path-dependent TreeSHAP (Lundberg, Erion, Lee, "Consistent individualized feature attribution for
 * tree ensembles", 2018): exact Shapley values of the game in which a column left out sends the row
 * down both ways, in proportion to the training rows.
 *
 * Shapley weights k! (d - 1 - k)! / d! are integrals of x^k (1 - x)^(d - 1 - k) over 0 to 1. Under
 * the integral the sum over all subsets of columns is a product of one positive factor a column,
 * `z (1 - x) + o x`: z is the share of training rows that go this way at the column's splits, o is 1
 * when the row does at all of them. Gauss-Legendre quadrature makes the integral exact, and one walk
 * over the tree serves all columns. No recursion: depth comes from a file.
 */
export class TreeShap {
  readonly #trees: NodeColumns;
  /** Training weight of each node, summed up from the leaves. */
  readonly #weight: Float64Array;
  readonly #points: Float64Array;
  readonly #pointWeights: Float64Array;
  /** By depth: node, children visited, and the column's state before the last step. */
  readonly #node: Int32Array;
  readonly #stage: Uint8Array;
  readonly #oldShare: Float64Array;
  readonly #oldOwn: Uint8Array;
  /** By depth and point: product of the factors on the way, and the sum over the leaves below. */
  readonly #product: Float64Array;
  readonly #sum: Float64Array;
  /** State of each column on the way: z and o. */
  readonly #share: Float64Array;
  readonly #own: Uint8Array;

  constructor(trees: NodeColumns) {
    const depth = deepest(trees) + 1;
    const wanted = Math.ceil(Math.min(depth, trees.featureCount) / 2);
    const count = Math.min(MAX_POINTS, Math.max(1, wanted));
    this.#trees = trees;
    this.#weight = weightsOf(trees);
    [this.#points, this.#pointWeights] = gaussLegendre(count);
    this.#node = new Int32Array(depth);
    this.#stage = new Uint8Array(depth);
    this.#oldShare = new Float64Array(depth);
    this.#oldOwn = new Uint8Array(depth);
    this.#product = new Float64Array(depth * count);
    this.#sum = new Float64Array(depth * count);
    this.#share = new Float64Array(trees.featureCount).fill(1);
    this.#own = new Uint8Array(trees.featureCount).fill(1);
  }

  /** Mean of a tree's leaves over the training rows. */
  mean(tree: number, leafValue: (node: number) => number): number {
    const { starts, feature } = this.#trees;
    const root = starts[tree]!;
    let sum = 0;
    for (let node = root; node < starts[tree + 1]!; node++) {
      if (feature[node]! < 0) sum += leafValue(node) * this.#weight[node]!;
    }
    return sum / this.#weight[root]!;
  }

  /**
   * Adds a row's Shapley values in one tree to `parts`; they sum to its leaf's value less
   * {@link mean}.
   */
  add(
    tree: number,
    goesLeft: (node: number) => boolean,
    leafValue: (node: number) => number,
    parts: Float64Array,
  ): void {
    const { starts, feature, right } = this.#trees;
    const nodes = this.#node;
    const stage = this.#stage;
    const count = this.#points.length;
    nodes[0] = starts[tree]!;
    stage[0] = 0;
    this.#product.fill(1, 0, count);
    this.#sum.fill(0, 0, count);
    let depth = 0;
    for (;;) {
      const node = nodes[depth]!;
      const at = stage[depth]!++;
      if (feature[node]! >= 0 && at < 2) {
        const left = at === 0;
        this.#enter(depth, left ? node + 1 : right[node]!, goesLeft(node) === left ? 1 : 0);
        depth++;
        continue;
      }
      if (feature[node]! < 0) {
        const value = leafValue(node);
        for (let p = depth * count; p < (depth + 1) * count; p++) {
          this.#sum[p] = value * this.#product[p]!;
        }
      }
      if (depth === 0) return;
      this.#leave(depth, parts);
      depth--;
    }
  }

  /** Goes from the node at `depth` to a child, which changes the state of the node's column. */
  #enter(depth: number, child: number, taken: number): void {
    const node = this.#node[depth]!;
    const column = this.#trees.feature[node]!;
    const share = this.#share[column]!;
    const own = this.#own[column]!;
    const newShare = share * (this.#weight[child]! / this.#weight[node]!);
    const newOwn = own & taken;
    const count = this.#points.length;
    for (let p = 0, from = depth * count; p < count; p++, from++) {
      const x = this.#points[p]!;
      const factor = (newShare * (1 - x) + newOwn * x) / (share * (1 - x) + own * x);
      this.#product[from + count] = this.#product[from]! * factor;
      this.#sum[from + count] = 0;
    }
    this.#node[depth + 1] = child;
    this.#stage[depth + 1] = 0;
    this.#oldShare[depth + 1] = share;
    this.#oldOwn[depth + 1] = own;
    this.#share[column] = newShare;
    this.#own[column] = newOwn;
  }

  /** Credits the column of the step into `depth` for the leaves below, and takes the step back. */
  #leave(depth: number, parts: Float64Array): void {
    const column = this.#trees.feature[this.#node[depth - 1]!]!;
    const share = this.#share[column]!;
    const own = this.#own[column]!;
    const oldShare = this.#oldShare[depth]!;
    const oldOwn = this.#oldOwn[depth]!;
    const count = this.#points.length;
    let part = 0;
    for (let p = 0, at = depth * count; p < count; p++, at++) {
      const x = this.#points[p]!;
      const now = (own - share) / (share * (1 - x) + own * x);
      const before = (oldOwn - oldShare) / (oldShare * (1 - x) + oldOwn * x);
      part += this.#pointWeights[p]! * this.#sum[at]! * (now - before);
      this.#sum[at - count]! += this.#sum[at]!;
    }
    parts[column]! += part;
    this.#share[column] = oldShare;
    this.#own[column] = oldOwn;
  }
}

/** Training weight of each node: children come after their parents, so one pass backwards. */
function weightsOf({ feature, right, cover }: NodeColumns): Float64Array {
  const weight = new Float64Array(feature.length);
  for (let i = feature.length - 1; i >= 0; i--) {
    weight[i] = feature[i]! < 0 ? cover[i]! : weight[i + 1]! + weight[right[i]!]!;
  }
  return weight;
}

/** Most splits from a root to a leaf. */
function deepest({ feature, right, starts, treeCount }: NodeColumns): number {
  const depth = new Int32Array(feature.length);
  for (let t = 0; t < treeCount; t++) depth[starts[t]!] = 0;
  let most = 0;
  for (let i = 0; i < feature.length; i++) {
    if (feature[i]! < 0) continue;
    const below = depth[i]! + 1;
    depth[i + 1] = below;
    depth[right[i]!] = below;
    if (below > most) most = below;
  }
  return most;
}

/** Points and weights of Gauss-Legendre quadrature on 0 to 1: Newton's method on the polynomial. */
function gaussLegendre(count: number): [Float64Array, Float64Array] {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 100; turn++) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= count; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = (count * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    points[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return [points, weights];
}

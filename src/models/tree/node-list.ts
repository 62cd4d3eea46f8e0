import type { GrownTree } from './grow.ts';

/** A growing tree as columns, its nodes in preorder. */
export class NodeList {
  readonly #classCount: number;
  #length = 0;
  #leaves = 0;
  #feature = new Int32Array(256);
  #threshold = new Float32Array(256);
  /** Right child of each node. */
  right: Int32Array = new Int32Array(256);
  #cover = new Float32Array(256);
  #values: Float32Array;

  constructor(classCount: number) {
    this.#classCount = classCount;
    this.#values = new Float32Array(64 * classCount);
  }

  /** @returns number of a new node, which is then split or closed */
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

  /** Makes a node an inner one; the caller sets `right` when that child is opened. */
  split(node: number, feature: number, threshold: number, cover: number): void {
    this.#feature[node] = feature;
    this.#threshold[node] = threshold;
    this.#cover[node] = cover;
  }

  /** Makes a node a leaf. */
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

  /** The tree, cut to its size. */
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

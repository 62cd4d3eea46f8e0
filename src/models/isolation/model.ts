import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { storedShares } from '../harmless.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { normalised } from '../shares.ts';
import { refuseStored, storedTensor } from '../stored.ts';

/** Trees that cut at random, all in one run of nodes: preorder, the left child right after. */
export interface IsolationTrees {
  /** First node of each tree. */
  readonly root: Uint32Array;
  /** Column in the order of the names, or -1 in a leaf. */
  readonly column: Int32Array;
  /** Rows with a cell below it go left. */
  readonly cut: Float64Array;
  /** Right child, by its place among all nodes. */
  readonly right: Uint32Array;
  /** Training rows in each node. */
  readonly cover: Uint32Array;
  /** Rows each tree was grown from, at most. */
  readonly sample: number;
}

const EULER = 0.5772156649015329;

/**
 * Mean length of an unsuccessful search in a binary tree of `n` rows: c(n) of Liu, Ting, Zhou 2008,
 * equation 1.
 */
export function meanPath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}

/** A fitted isolation forest. */
export class IsolationModel extends FittedModel {
  readonly #trees: IsolationTrees;
  /** Of each class, its part of the score, and of the score's complement. */
  readonly #novel: Float64Array;
  readonly #harmless: Float64Array;
  readonly #order: Int32Array;

  /** @param shares two numbers a class: its part of the novel and of the harmless share */
  constructor(facts: ModelFacts, trees: IsolationTrees, shares: Float64Array) {
    super(facts);
    this.#trees = trees;
    const classes = facts.classes.length;
    this.#novel = shares.slice(0, classes);
    this.#harmless = shares.slice(classes);
    this.#order = nameOrder(facts.features);
  }

  /** The published anomaly score s(x, n) of each row: `2 ** (-mean path / c(n))`, from 0 to 1. */
  anomaly(matrix: Matrix): Float64Array {
    checkScore(this.kind, this.features, matrix);
    const { rows, cols, data } = matrix;
    const { root, column, cut, right, cover, sample } = this.#trees;
    const order = this.#order;
    const rest = new Float64Array(sample + 1);
    for (let n = 0; n <= sample; n++) rest[n] = meanPath(n);
    const usual = root.length * (meanPath(sample) || 1);
    const out = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const base = i * cols;
      let length = 0;
      for (let t = 0; t < root.length; t++) {
        let node = root[t]!;
        for (let c = column[node]!; c >= 0; c = column[node]!) {
          node = data[base + order[c]!]! < cut[node]! ? node + 1 : right[node]!;
          length++;
        }
        length += rest[cover[node]!]!;
      }
      // One row, or rows all alike: no path tells anything.
      out[i] = sample > 1 ? 2 ** (-length / usual) : 0.5;
    }
    return out;
  }

  score(matrix: Matrix): Float32Array {
    const anomaly = this.anomaly(matrix);
    const classes = this.classes.length;
    const out = new Float32Array(matrix.rows * classes);
    for (let i = 0; i < matrix.rows; i++) {
      const s = anomaly[i]!;
      for (let k = 0; k < classes; k++) {
        out[i * classes + k] = s * this.#novel[k]! + (1 - s) * this.#harmless[k]!;
      }
    }
    return out;
  }

  /** How far the cuts on each column moved the expected path, by the rows that met them. */
  importances(): Float64Array {
    const { column, right, cover } = this.#trees;
    const sizes = new Float64Array(this.features.length);
    for (let node = 0; node < column.length; node++) {
      const c = column[node]!;
      if (c < 0) continue;
      for (const child of [node + 1, right[node]!]) {
        const moved = 1 + meanPath(cover[child]!) - meanPath(cover[node]!);
        sizes[this.#order[c]!]! += cover[child]! * Math.abs(moved);
      }
    }
    return normalised(sizes);
  }

  /**
   * Path attribution in parts of c(n): by how much each cut on the way made the expected path
   * shorter, the mean over the trees; toward a harmless class with the sign turned.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { root, column, cut, right, cover, sample } = this.#trees;
    const { cols, data } = matrix;
    const toward = this.#novel[classIndex]! - this.#harmless[classIndex]!;
    const usual = root.length * (meanPath(sample) || 1);
    const parts = new Float64Array(cols);
    for (let t = 0; t < root.length; t++) {
      let node = root[t]!;
      for (let c = column[node]!; c >= 0; c = column[node]!) {
        const cell = data[row * cols + this.#order[c]!]!;
        const child = cell < cut[node]! ? node + 1 : right[node]!;
        const shorter = meanPath(cover[node]!) - meanPath(cover[child]!) - 1;
        parts[this.#order[c]!]! += (toward * shorter) / usual;
        node = child;
      }
    }
    return parts;
  }

  tensors(): Tensor[] {
    const { root, column, cut, right, cover, sample } = this.#trees;
    const shares = new Float64Array(2 * this.classes.length);
    shares.set(this.#novel);
    shares.set(this.#harmless, this.classes.length);
    const shape = [column.length];
    return [
      { name: 'root', type: 'U32', shape: [root.length], data: root },
      { name: 'column', type: 'I32', shape, data: column },
      { name: 'cut', type: 'F64', shape, data: cut },
      { name: 'right', type: 'U32', shape, data: right },
      { name: 'cover', type: 'U32', shape, data: cover },
      { name: 'sample', type: 'U32', shape: [1], data: Uint32Array.of(sample) },
      { name: 'shares', type: 'F64', shape: [2, this.classes.length], data: shares },
    ];
  }
}

/** Rows a tree may be grown from: the table of mean paths has one entry each. */
export const MAX_SAMPLE = 65_536;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, or nodes are not whole trees */
export function loadIsolation(facts: ModelFacts, stored: StoredModel): IsolationModel {
  const refuse = (name: string, saw: string, expected: string): never =>
    refuseStored(`model isolation-forest, tensor ${name}`, saw, expected);
  const root = storedTensor(stored, 'root', 'U32', 1).data;
  const column = storedTensor(stored, 'column', 'I32', 1).data;
  const cut = storedTensor(stored, 'cut', 'F64', 1).data;
  const right = storedTensor(stored, 'right', 'U32', 1).data;
  const cover = storedTensor(stored, 'cover', 'U32', 1).data;
  const size = storedTensor(stored, 'sample', 'U32', 1).data;
  const shares = storedShares(stored);
  const nodes = column.length;
  const sample = size[0] ?? 0;
  if (size.length !== 1 || sample < 1 || sample > MAX_SAMPLE) {
    refuse('sample', String(sample), `one number, 1 to ${MAX_SAMPLE}`);
  }
  for (const [name, { length }] of Object.entries({ cut, right, cover })) {
    if (length !== nodes) refuse(name, `${length} numbers`, `${nodes}, one a node`);
  }
  if (root.length === 0 || root[0] !== 0) refuse('root', 'no first tree', 'trees from node 0');
  for (let t = 0; t < root.length; t++) {
    const end = root[t + 1] ?? nodes;
    if (end <= root[t]! || end > nodes) refuse('root', `tree ${t} to ${end}`, 'rising, in range');
    for (let node = root[t]!; node < end; node++) {
      const c = column[node]!;
      if (!(c >= -1 && c < facts.features.length)) refuse('column', String(c), 'a column or -1');
      if (!(cover[node]! >= 1 && cover[node]! <= sample)) {
        refuse('cover', String(cover[node]), `1 to ${sample}`);
      }
      // Children stand behind their parents within the tree, so every walk ends.
      if (c >= 0 && !(right[node]! > node + 1 && right[node]! < end)) {
        refuse('right', `${right[node]} at ${node}`, `${node + 2} to ${end - 1}`);
      }
    }
  }
  return new IsolationModel(facts, { root, column, cut, right, cover, sample }, shares);
}

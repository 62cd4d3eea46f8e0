import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkCells, checkColumns, checkExplain } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { MAX_NODES, nodesProblem } from '../tree/ensemble.ts';
import { TreeScorer } from '../tree/scorer.ts';
import { TreeShap } from '../tree/shap.ts';
import { outputCount } from './prepare.ts';
import { SetScorer } from './set-scorer.ts';
import { type BoostedTrees, inSet, SET_WORDS } from './trees.ts';

/** Boosted trees: the sums of their leaves are log-odds of two classes, or go through a softmax. */
export class BoostingModel extends FittedModel {
  readonly trees: BoostedTrees;
  readonly #scorer: TreeScorer | SetScorer;
  #shap: TreeShap | undefined;

  constructor(facts: ModelFacts, trees: BoostedTrees) {
    super(facts);
    this.trees = trees;
    const { values, outputs, sets } = trees;
    this.#scorer =
      sets.length > 0 ? new SetScorer(trees) : new TreeScorer(trees, { values, width: 1, outputs });
  }

  score(matrix: Matrix): Float32Array {
    checkColumns(this.kind, this.features, matrix);
    const classes = this.classes.length;
    const out = new Float32Array(matrix.rows * classes);
    if (classes === 1) {
      checkCells(`score ${this.kind}`, matrix);
      return out.fill(1);
    }
    const { base } = this.trees;
    const { blockRows } = this.#scorer;
    for (let start = 0; start < matrix.rows; start += blockRows) {
      const count = Math.min(blockRows, matrix.rows - start);
      const { sums, kept } = this.#scorer.sum(matrix, start, count);
      const all = out.subarray(start * classes, (start + count) * classes);
      const shares = all.subarray(0, kept * classes);
      if (classes === 2) sigmoids(sums, base[0]!, shares);
      else softmaxes(sums, base, shares);
      this.#scorer.spread(all, classes, { count, kept });
    }
    return out;
  }

  importances(): Float64Array {
    return this.trees.importance.slice();
  }

  /**
   * Shapley values of the class's score (log-odds for two classes, else the margin before the
   * softmax), by TreeSHAP: they sum to the score less its mean over the training rows.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { trees } = this;
    const parts = new Float64Array(matrix.cols);
    const { outputs, treeCount, values, set, sets, threshold, feature, right } = trees;
    if (outputs === 0) return parts;
    this.#shap ??= new TreeShap(trees);
    const cells = matrix.data.subarray(row * matrix.cols, (row + 1) * matrix.cols);
    const goesLeft = (node: number): boolean => {
      const cell = cells[feature[node]!]!;
      return set[node]! < 0 ? cell <= threshold[node]! : inSet(sets, set[node]!, cell);
    };
    const leafValue = (node: number): number => values[right[node]!]!;
    for (let t = outputs === 1 ? 0 : classIndex; t < treeCount; t += outputs) {
      this.#shap.add(t, goesLeft, leafValue, parts);
    }
    return outputs === 1 && classIndex === 0 ? parts.map((part) => 0 - part) : parts;
  }

  /** Mean over the training rows of the score that {@link explain} starts from. */
  baseline(classIndex: number): number {
    const { trees } = this;
    const { outputs, treeCount, values, right, base } = trees;
    if (outputs === 0) return 0;
    this.#shap ??= new TreeShap(trees);
    let sum = base[outputs === 1 ? 0 : classIndex]!;
    for (let t = outputs === 1 ? 0 : classIndex; t < treeCount; t += outputs) {
      sum += this.#shap.mean(t, (node) => values[right[node]!]!);
    }
    return outputs === 1 && classIndex === 0 ? -sum : sum;
  }

  tensors(): Tensor[] {
    const { starts, feature, threshold, right, cover, set, sets, values, base, importance } =
      this.trees;
    const nodes = [feature.length];
    const setShape = [sets.length / SET_WORDS, SET_WORDS];
    return [
      { name: 'importance', type: 'F64', shape: [importance.length], data: importance },
      { name: 'base', type: 'F64', shape: [base.length], data: base },
      { name: 'starts', type: 'U32', shape: [starts.length], data: starts },
      { name: 'feature', type: 'I32', shape: nodes, data: feature },
      { name: 'threshold', type: 'F32', shape: nodes, data: threshold },
      { name: 'right', type: 'U32', shape: nodes, data: right },
      { name: 'cover', type: 'F32', shape: nodes, data: cover },
      { name: 'set', type: 'I32', shape: nodes, data: set },
      { name: 'sets', type: 'U32', shape: setShape, data: sets },
      { name: 'values', type: 'F32', shape: [values.length], data: values },
    ];
  }
}

function sigmoids(sums: Float64Array, base: number, shares: Float32Array): void {
  for (let i = 0; 2 * i < shares.length; i++) {
    const share = 1 / (1 + Math.exp(-(sums[i]! + base)));
    shares[2 * i] = 1 - share;
    shares[2 * i + 1] = share;
  }
}

function softmaxes(sums: Float64Array, base: Float64Array, shares: Float32Array): void {
  const classes = base.length;
  for (let from = 0; from < shares.length; from += classes) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) {
      const score = sums[from + k]! + base[k]!;
      sums[from + k] = score;
      if (score > most) most = score;
    }
    let sum = 0;
    for (let k = from; k < from + classes; k++) sum += sums[k] = Math.exp(sums[k]! - most);
    for (let k = from; k < from + classes; k++) shares[k] = sums[k]! / sum;
  }
}

/** Largest score a leaf in a file may hold: sums then stay finite. */
const MAX_VALUE = 1e30;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing or the trees are not whole */
export function loadBoosting(facts: ModelFacts, stored: StoredModel): BoostingModel {
  const where = `model ${stored.kind}`;
  const feature = storedTensor(stored, 'feature', 'I32', 1).data;
  const starts = storedTensor(stored, 'starts', 'U32', 1).data;
  const trees: BoostedTrees = {
    treeCount: Math.max(0, starts.length - 1),
    featureCount: facts.features.length,
    outputs: outputCount(facts.classes.length),
    base: storedTensor(stored, 'base', 'F64', 1).data,
    starts,
    feature,
    threshold: storedTensor(stored, 'threshold', 'F32', 1).data,
    right: storedTensor(stored, 'right', 'U32', 1).data,
    cover: storedTensor(stored, 'cover', 'F32', 1).data,
    set: storedTensor(stored, 'set', 'I32', 1).data,
    sets: storedTensor(stored, 'sets', 'U32', 2).data,
    values: storedTensor(stored, 'values', 'F32', 1).data,
    importance: storedTensor(stored, 'importance', 'F64', 1).data,
  };
  const problem = boostedProblem(trees);
  if (problem) refuseStored(where, problem, 'whole trees in preorder');
  try {
    return new BoostingModel(facts, trees);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuseStored(where, error.message, 'thresholds as training makes them');
  }
}

function boostedProblem(trees: BoostedTrees): string | undefined {
  const { outputs, base, starts, feature, values, importance, set, sets } = trees;
  const nodes = feature.length;
  const lengths = [trees.threshold.length, trees.right.length, trees.cover.length, set.length];
  if (nodes > MAX_NODES || lengths.some((length) => length !== nodes)) {
    return `${[nodes, ...lengths].join(', ')} nodes`;
  }
  if (base.length !== outputs) return `${base.length} base scores, not ${outputs}`;
  if (starts.length === 0) return 'no start of the trees';
  if (outputs === 0 ? trees.treeCount > 0 : trees.treeCount % outputs !== 0) {
    return `${trees.treeCount} trees for ${outputs} outputs`;
  }
  if (importance.length !== trees.featureCount || importance.some((value) => value < 0)) {
    return 'importance is not one number from 0 a feature';
  }
  if (sets.length % SET_WORDS !== 0) return 'sets of categories of another size';
  if (set.some((at) => at < -1 || at >= sets.length / SET_WORDS)) return 'a set that is not there';
  const scores = [values, base].some((list) => list.some((value) => Math.abs(value) > MAX_VALUE));
  if (scores) return `a score above ${MAX_VALUE}`;
  return nodesProblem(trees, values.length);
}

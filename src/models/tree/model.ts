import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkColumns, checkExplain } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { MAX_NODES, type Trees, treesProblem } from './ensemble.ts';
import { TreeScorer } from './scorer.ts';
import { TreeShap } from './shap.ts';

/** One decision tree or many: a row's probabilities are the mean of its leaves' class shares. */
export class TreeModel extends FittedModel {
  readonly trees: Trees;
  readonly #scorer: TreeScorer;
  #shap: TreeShap | undefined;

  constructor(facts: ModelFacts, trees: Trees) {
    super(facts);
    this.trees = trees;
    const { values, classCount } = trees;
    this.#scorer = new TreeScorer(trees, { values, width: classCount, outputs: classCount });
  }

  score(matrix: Matrix): Float32Array {
    checkColumns(this.kind, this.features, matrix);
    const { classCount, treeCount } = this.trees;
    const out = new Float32Array(matrix.rows * classCount);
    const { blockRows } = this.#scorer;
    for (let start = 0; start < matrix.rows; start += blockRows) {
      const count = Math.min(blockRows, matrix.rows - start);
      const { sums, kept } = this.#scorer.sum(matrix, start, count);
      const shares = out.subarray(start * classCount, (start + count) * classCount);
      for (let i = 0; i < kept * classCount; i++) shares[i] = sums[i]! / treeCount;
      this.#scorer.spread(shares, classCount, { count, kept });
    }
    return out;
  }

  importances(): Float64Array {
    return this.trees.importance.slice();
  }

  /**
   * Shapley values of the class's probability, by TreeSHAP: they sum to the score less
   * {@link baseline}.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { feature, threshold, right, treeCount, values, classCount } = this.trees;
    this.#shap ??= new TreeShap(this.trees);
    const base = row * matrix.cols;
    const goesLeft = (node: number): boolean =>
      matrix.data[base + feature[node]!]! <= threshold[node]!;
    const leafValue = (node: number): number => values[right[node]! * classCount + classIndex]!;
    const parts = new Float64Array(matrix.cols);
    for (let t = 0; t < treeCount; t++) this.#shap.add(t, goesLeft, leafValue, parts);
    return parts.map((part) => part / treeCount);
  }

  /** Mean probability of the class over the training rows: what {@link explain} starts from. */
  baseline(classIndex: number): number {
    const { right, treeCount, values, classCount } = this.trees;
    this.#shap ??= new TreeShap(this.trees);
    const leafValue = (node: number): number => values[right[node]! * classCount + classIndex]!;
    let sum = 0;
    for (let t = 0; t < treeCount; t++) sum += this.#shap.mean(t, leafValue);
    return sum / treeCount;
  }

  tensors(): Tensor[] {
    const { starts, feature, threshold, right, cover, values, importance } = this.trees;
    const nodes = [feature.length];
    const leaves = [values.length / this.classes.length, this.classes.length];
    return [
      { name: 'importance', type: 'F64', shape: [importance.length], data: importance },
      { name: 'starts', type: 'U32', shape: [starts.length], data: starts },
      { name: 'feature', type: 'I32', shape: nodes, data: feature },
      { name: 'threshold', type: 'F32', shape: nodes, data: threshold },
      { name: 'right', type: 'U32', shape: nodes, data: right },
      { name: 'cover', type: 'F32', shape: nodes, data: cover },
      { name: 'values', type: 'F32', shape: leaves, data: values },
    ];
  }
}

/**
 * Builds a model of trees from a file's tensors.
 * @throws WiresiftError `MODEL_FILE` when a tensor is missing or the trees are not whole
 */
export function loadTrees(facts: ModelFacts, stored: StoredModel): TreeModel {
  const where = `model ${stored.kind}`;
  const starts = storedTensor(stored, 'starts', 'U32', 1).data;
  const feature = storedTensor(stored, 'feature', 'I32', 1).data;
  const threshold = storedTensor(stored, 'threshold', 'F32', 1).data;
  const right = storedTensor(stored, 'right', 'U32', 1).data;
  const cover = storedTensor(stored, 'cover', 'F32', 1).data;
  const values = storedTensor(stored, 'values', 'F32', 2);
  const importance = storedTensor(stored, 'importance', 'F64', 1).data;
  const nodes = feature.length;
  const lengths = [threshold.length, right.length, cover.length];
  if (nodes === 0 || nodes > MAX_NODES || lengths.some((length) => length !== nodes)) {
    refuseStored(where, `${[nodes, ...lengths].join(', ')} nodes`, 'one number of nodes');
  }
  if (starts.length < 2) refuseStored(where, 'no trees', 'at least one');
  if (values.shape[1] !== facts.classes.length) {
    refuseStored(where, `leaves of ${values.shape[1]} classes`, `${facts.classes.length}`);
  }
  if (importance.length !== facts.features.length || importance.some((value) => value < 0)) {
    refuseStored(`${where}, tensor importance`, 'other values', 'one number from 0 a feature');
  }
  const trees: Trees = {
    treeCount: starts.length - 1,
    featureCount: facts.features.length,
    classCount: facts.classes.length,
    starts,
    feature,
    threshold,
    right,
    cover,
    values: values.data,
    importance,
  };
  const problem = treesProblem(trees);
  if (problem) refuseStored(where, problem, 'whole trees in preorder');
  try {
    return new TreeModel(facts, trees);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuseStored(where, error.message, 'thresholds as training makes them');
  }
}

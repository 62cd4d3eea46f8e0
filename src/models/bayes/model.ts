import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkColumns, checkExplain, nameOrder } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { cellOffsets, checkDoubt, padRows, RowBlock } from '../row-block.ts';
import { normalised } from '../shares.ts';
import { refuseStored, storedTensor } from '../stored.ts';

/** What Gaussian naive Bayes learned; columns in the order of the matrix. */
export interface BayesFit {
  /** Share of each class; 0 for a class without rows. */
  readonly prior: Float64Array;
  /** Classes × columns. */
  readonly mean: Float64Array;
  /** Classes × columns, smoothed, above 0. */
  readonly variance: Float64Array;
}

/** Gaussian naive Bayes: each column normal within each class, independent of the others. */
export class BayesModel extends FittedModel {
  readonly #fit: BayesFit;
  readonly #order: Int32Array;
  /** Of each class, what does not depend on the row. */
  readonly #constant: Float64Array;
  readonly #halfPrecision: Float64Array;
  #block: RowBlock | undefined;

  constructor(facts: ModelFacts, fit: BayesFit) {
    super(facts);
    this.#fit = fit;
    this.#order = nameOrder(facts.features);
    const cols = facts.features.length;
    this.#halfPrecision = fit.variance.map((variance) => 0.5 / variance);
    this.#constant = fit.prior.map((prior, k) => {
      let sum = Math.log(prior);
      for (const c of this.#order) sum -= Math.log(fit.variance[k * cols + c]!) / 2;
      return sum;
    });
  }

  score(matrix: Matrix): Float32Array {
    checkColumns(this.kind, this.features, matrix);
    const { rows, cols } = matrix;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    this.#block ??= this.#newBlock();
    const block = this.#block;
    const [order, terms, means, halves, constants] = block.kept as [
      ...[number, number, number, number, number],
    ];
    // A class without rows stays at minus infinity, which says nothing about the cells.
    const sure = this.#fit.prior.findIndex((prior) => prior > 0);
    let doubt = 0;
    for (let start = 0; start < rows; start += block.rows) {
      const count = Math.min(block.rows, rows - start);
      block.take(matrix, start, count);
      doubt |= block.kernels.densities(
        ...([block.cells, count, cols, order, terms] as const),
        ...([means, halves, constants, classes, block.scores, block.width, sure] as const),
      );
      block.softmaxes(count, out, start);
    }
    checkDoubt(this.kind, matrix, doubt);
    return out;
  }

  /** What the kernel needs, columns in the order of their names. */
  #newBlock(): RowBlock {
    const cols = this.features.length;
    const classes = this.classes.length;
    const sorted = (list: Float64Array): Float64Array =>
      padRows(
        list.map((_, at) => list[at - (at % cols) + this.#order[at % cols]!]!),
        cols,
      );
    return new RowBlock({ cols, outputs: classes, classes }, [
      cellOffsets(this.#order),
      new Float64Array((cols + 3) & ~3),
      sorted(this.#fit.mean),
      sorted(this.#halfPrecision),
      this.#constant,
    ]);
  }

  /** Variance of the class means over the variance within classes, a column. */
  importances(): Float64Array {
    const { prior, mean, variance } = this.#fit;
    const cols = this.features.length;
    const sizes = new Float64Array(cols);
    for (let c = 0; c < cols; c++) {
      let middle = 0;
      for (let k = 0; k < prior.length; k++) middle += prior[k]! * mean[k * cols + c]!;
      let between = 0;
      let within = 0;
      for (let k = 0; k < prior.length; k++) {
        between += prior[k]! * (mean[k * cols + c]! - middle) ** 2;
        within += prior[k]! * variance[k * cols + c]!;
      }
      // Below it, the means differ by rounding alone.
      const noise = 1e-24 * middle * middle;
      sizes[c] = between > noise ? between / within : 0;
    }
    return normalised(sizes);
  }

  /**
   * The class's log-density of each cell less its mean over the classes, by prior: in log-odds,
   * exact, as columns count independently.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { prior, mean, variance } = this.#fit;
    const { cols, data } = matrix;
    const parts = new Float64Array(cols);
    const log = (k: number, c: number): number => {
      const own = variance[k * cols + c]!;
      return -((data[row * cols + c]! - mean[k * cols + c]!) ** 2) / (2 * own) - Math.log(own) / 2;
    };
    for (let c = 0; c < cols; c++) {
      let middle = 0;
      for (let k = 0; k < prior.length; k++) {
        if (prior[k]! > 0) middle += prior[k]! * log(k, c);
      }
      parts[c] = log(classIndex, c) - middle;
    }
    return parts;
  }

  tensors(): Tensor[] {
    const { prior, mean, variance } = this.#fit;
    const shape = [this.classes.length, this.features.length];
    return [
      { name: 'prior', type: 'F64', shape: [this.classes.length], data: prior },
      { name: 'mean', type: 'F64', shape, data: mean },
      { name: 'variance', type: 'F64', shape, data: variance },
    ];
  }
}

/** Numbers in a file stay within these: squares and quotients are then finite. */
const MAX_NUMBER = 1e100;
const MIN_VARIANCE = 1e-150;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, or a number out of range */
export function loadBayes(facts: ModelFacts, stored: StoredModel): BayesModel {
  const shape = [facts.classes.length, facts.features.length];
  const read = (name: string, least: number): Float64Array => {
    const tensor = storedTensor(stored, name, 'F64', name === 'prior' ? 1 : 2);
    const where = `model naive-bayes, tensor ${name}`;
    if (tensor.shape.some((size, i) => size !== shape[i])) {
      refuseStored(where, tensor.shape.join(' × '), shape.join(' × '));
    }
    const wrong = tensor.data.findIndex((value) => !(value >= least && value <= MAX_NUMBER));
    if (wrong >= 0) refuseStored(where, String(tensor.data[wrong]), `${least} to ${MAX_NUMBER}`);
    return tensor.data;
  };
  const prior = read('prior', 0);
  const sum = prior.reduce((total, share) => total + share, 0);
  if (!(Math.abs(sum - 1) < 1e-6)) {
    refuseStored('model naive-bayes, tensor prior', `shares that sum to ${sum}`, '1');
  }
  const mean = read('mean', -MAX_NUMBER);
  return new BayesModel(facts, { prior, mean, variance: read('variance', MIN_VARIANCE) });
}

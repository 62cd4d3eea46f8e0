import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkCells, checkColumns, checkExplain } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { cellOffsets, checkDoubt, padRows, RowBlock } from '../row-block.ts';
import { normalised } from '../shares.ts';
import { refuseStored, storedTensor } from '../stored.ts';

/** What a logistic regression learned. */
export interface LogisticFit {
  /** Outputs × features; outputs is 0 for one class, 1 for two, else one a class. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** Mean and standard deviation of each training column, for explanations and importances. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Linear functions a model of so many classes has. */
export function outputCount(classes: number): number {
  return classes <= 2 ? classes - 1 : classes;
}

/** A fitted logistic regression: sigmoid for two classes, softmax for more. */
export class LogisticModel extends FittedModel {
  readonly #fit: LogisticFit;
  #block: RowBlock | undefined;

  constructor(facts: ModelFacts, fit: LogisticFit) {
    super(facts);
    this.#fit = fit;
  }

  score(matrix: Matrix): Float32Array {
    checkColumns(this.kind, this.features, matrix);
    const { rows, cols } = matrix;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    if (classes === 1) {
      checkCells(`score ${this.kind}`, matrix);
      return out.fill(1);
    }
    this.#block ??= blockOf(this.#fit, cols, classes);
    const block = this.#block;
    const { kernels, cells, scores, width } = block;
    const [slopes, intercepts, order, terms] = block.kept as [number, number, number, number];
    let doubt = 0;
    for (let start = 0; start < rows; start += block.rows) {
      const count = Math.min(block.rows, rows - start);
      block.take(matrix, start, count);
      if (classes === 2) {
        const base = this.#fit.intercepts[0]!;
        doubt |= kernels.linearOne(cells, count, cols, slopes, base, scores);
        block.sigmoids(count, out, start);
      } else {
        doubt |= kernels.linearMany(
          ...([cells, count, cols, order, terms] as const),
          ...([slopes, intercepts, classes, scores, width] as const),
        );
        block.softmaxes(count, out, start);
      }
    }
    // Sums of finite cells are finite: coefficients are far below what could overflow.
    checkDoubt(this.kind, matrix, doubt);
    return out;
  }

  importances(): Float64Array {
    const { coefficients, deviation } = this.#fit;
    const cols = this.features.length;
    const sizes = new Float64Array(cols);
    for (let i = 0; i < coefficients.length; i++) {
      sizes[i % cols]! += Math.abs(coefficients[i]!) * deviation[i % cols]!;
    }
    return normalised(sizes);
  }

  /**
   * In log-odds, against a row of training means: coefficient × (cell - mean); for many classes the
   * coefficient less the mean over the classes. The Shapley value when columns are independent.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { coefficients, mean } = this.#fit;
    const { cols, data } = matrix;
    const outputs = outputCount(this.classes.length);
    const parts = new Float64Array(cols);
    for (let c = 0; c < cols && outputs > 0; c++) {
      let slope = coefficients[c]!;
      if (outputs === 1) {
        slope = classIndex === 1 ? slope : -slope;
      } else {
        let sum = 0;
        for (let k = 0; k < outputs; k++) sum += coefficients[k * cols + c]!;
        slope = coefficients[classIndex * cols + c]! - sum / outputs;
      }
      parts[c] = slope * (data[row * cols + c]! - mean[c]!);
    }
    return parts;
  }

  tensors(): Tensor[] {
    const { coefficients, intercepts, mean, deviation } = this.#fit;
    const cols = this.features.length;
    const shape = [intercepts.length, cols];
    return [
      { name: 'coefficients', type: 'F64', shape, data: coefficients },
      { name: 'intercepts', type: 'F64', shape: [intercepts.length], data: intercepts },
      { name: 'mean', type: 'F64', shape: [cols], data: mean },
      { name: 'deviation', type: 'F64', shape: [cols], data: deviation },
    ];
  }
}

/** What the kernels need of a fit: slopes, intercepts, the order of the cells, room for a row. */
function blockOf({ coefficients, intercepts }: LogisticFit, cols: number, classes: number) {
  const outputs = outputCount(classes);
  return new RowBlock({ cols, outputs, classes }, [
    outputs === 1 ? coefficients : padRows(coefficients, cols),
    intercepts,
    cellOffsets(Int32Array.from({ length: cols }, (_, c) => c)),
    new Float64Array((cols + 3) & ~3),
  ]);
}

/** Largest number a coefficient in a file may have: sums and products then stay finite. */
const MAX_COEFFICIENT = 1e100;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing or has another shape */
export function loadLogistic(facts: ModelFacts, stored: StoredModel): LogisticModel {
  const cols = facts.features.length;
  const outputs = outputCount(facts.classes.length);
  const read = (name: string, shape: readonly number[]): Float64Array => {
    const tensor = storedTensor(stored, name, 'F64', shape.length);
    const where = `model ${stored.kind}, tensor ${name}`;
    if (tensor.shape.some((size, i) => size !== shape[i])) {
      refuseStored(where, tensor.shape.join(' × '), shape.join(' × '));
    }
    if (tensor.data.some((value) => Math.abs(value) > MAX_COEFFICIENT)) {
      refuseStored(where, 'a number out of range', `at most ${MAX_COEFFICIENT}`);
    }
    return tensor.data;
  };
  const deviation = read('deviation', [cols]);
  if (deviation.some((value) => value < 0)) {
    refuseStored(`model ${stored.kind}, tensor deviation`, 'a number below 0', 'numbers from 0');
  }
  return new LogisticModel(facts, {
    coefficients: read('coefficients', [outputs, cols]),
    intercepts: read('intercepts', [outputs]),
    mean: read('mean', [cols]),
    deviation,
  });
}

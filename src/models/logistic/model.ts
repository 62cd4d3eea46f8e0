import type { Matrix } from '../../features/index.ts';
import { checkExplain, checkScore } from '../input.ts';
import type { Model, ModelFacts, Parameters, StoredModel, Tensor } from '../model.ts';
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
export class LogisticModel implements Model {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly classes: readonly string[];
  readonly features: readonly string[];
  readonly #fit: LogisticFit;

  constructor(facts: ModelFacts, fit: LogisticFit) {
    this.kind = facts.kind;
    this.parameters = facts.parameters;
    this.classes = facts.classes;
    this.features = facts.features;
    this.#fit = fit;
  }

  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    const classes = this.classes.length;
    const out = new Float32Array(matrix.rows * classes);
    if (classes === 1) out.fill(1);
    else if (classes === 2) this.#scoreTwo(matrix, out);
    else this.#scoreMany(matrix, out);
    return out;
  }

  #scoreTwo({ rows, cols, data }: Matrix, out: Float32Array): void {
    const { coefficients } = this.#fit;
    const intercept = this.#fit.intercepts[0]!;
    const whole = cols & ~3;
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      // Four sums side by side, so that one addition need not wait for the one before.
      let z = intercept;
      let z1 = 0;
      let z2 = 0;
      let z3 = 0;
      for (let c = 0; c < whole; c += 4) {
        z += data[base + c]! * coefficients[c]!;
        z1 += data[base + c + 1]! * coefficients[c + 1]!;
        z2 += data[base + c + 2]! * coefficients[c + 2]!;
        z3 += data[base + c + 3]! * coefficients[c + 3]!;
      }
      for (let c = whole; c < cols; c++) z += data[base + c]! * coefficients[c]!;
      z += z1 + (z2 + z3);
      const share = 1 / (1 + Math.exp(-z));
      out[2 * i] = 1 - share;
      out[2 * i + 1] = share;
    }
  }

  #scoreMany({ rows, cols, data }: Matrix, out: Float32Array): void {
    const { coefficients, intercepts } = this.#fit;
    const classes = this.classes.length;
    const shares = new Float64Array(classes);
    const slopes = new Float64Array(cols * classes);
    for (let at = 0; at < slopes.length; at++) {
      slopes[(at % cols) * classes + Math.floor(at / cols)] = coefficients[at]!;
    }
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      for (let k = 0; k < classes; k++) shares[k] = intercepts[k]!;
      for (let c = 0, at = 0; c < cols; c++, at += classes) {
        const cell = data[base + c]!;
        // Most cells of flows are 0: categories, and sizes of what was not sent.
        if (cell === 0) continue;
        for (let k = 0; k < classes; k++) shares[k]! += cell * slopes[at + k]!;
      }
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) if (shares[k]! > most) most = shares[k]!;
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += shares[k] = Math.exp(shares[k]! - most);
      for (let k = 0; k < classes; k++) out[i * classes + k] = shares[k]! / sum;
    }
  }

  importances(): Float64Array {
    const { coefficients, deviation } = this.#fit;
    const cols = this.features.length;
    const sizes = new Float64Array(cols);
    for (let i = 0; i < coefficients.length; i++) {
      sizes[i % cols]! += Math.abs(coefficients[i]!) * deviation[i % cols]!;
    }
    const sum = sizes.reduce((total, size) => total + size, 0);
    return sum > 0 ? sizes.map((size) => size / sum) : sizes;
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

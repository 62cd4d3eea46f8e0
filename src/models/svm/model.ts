import type { Matrix } from '../../features/index.ts';
import { logOdds, type Sigmoid } from '../calibrated/platt.ts';
import { FittedModel } from '../fitted.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { ModelFacts, StoredModel, Tensor } from '../model.ts';
import { normalised } from '../shares.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { BlockDecider } from './block-decider.ts';
import { columnSizes, Decider, type Decision } from './decision.ts';

/** What a support vector machine learned; columns in the order of their names. */
export interface SvmFit {
  readonly decision: Decision;
  /** One an output: from distance to probability. */
  readonly sigmoids: readonly Sigmoid[];
  /** 1 for classes with training rows. */
  readonly present: Uint8Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Separations a model of so many classes has: the second against the first, or one against rest. */
export function svmOutputs(classes: number): number {
  return classes <= 2 ? classes - 1 : classes;
}

/** The probability that a signed distance stands for. */
export function distanceShare({ slope, intercept }: Sigmoid, distance: number): number {
  const odds = logOdds(1 / (1 + Math.exp(-distance)));
  return 1 / (1 + Math.exp(-(slope * odds + intercept)));
}

/** A fitted support vector machine, linear or over landmarks. */
export class SvmModel extends FittedModel {
  readonly #fit: SvmFit;
  readonly #order: Int32Array;
  #decider: BlockDecider | undefined;

  constructor(facts: ModelFacts, fit: SvmFit) {
    super(facts);
    this.#fit = fit;
    this.#order = nameOrder(facts.features);
  }

  score(matrix: Matrix): Float32Array {
    const { kind, classes } = this;
    checkScore(kind, this.features, matrix);
    const { rows } = matrix;
    const { decision, sigmoids, present } = this.#fit;
    const out = new Float32Array(rows * classes.length);
    const some = present.reduce((sum, each) => sum + each, 0);
    if (some === 1) {
      const only = present.indexOf(1);
      for (let i = 0; i < rows; i++) out[i * classes.length + only] = 1;
      return out;
    }
    this.#decider ??= new BlockDecider(decision, this.#order);
    const decider = this.#decider;
    for (let start = 0; start < rows; start += decider.rows) {
      const count = Math.min(decider.rows, rows - start);
      const distances = decider.decide(matrix, start, count);
      if (classes.length === 2) {
        for (let i = 0; i < count; i++) {
          const share = distanceShare(sigmoids[0]!, distances[i * decider.width]!);
          out[2 * (start + i)] = 1 - share;
          out[2 * (start + i) + 1] = share;
        }
      } else this.#sharesOf(distances, decider.width, out.subarray(start * classes.length), count);
    }
    return out;
  }

  #sharesOf(distances: Float64Array, width: number, out: Float32Array, count: number): void {
    const { sigmoids, present } = this.#fit;
    const classes = present.length;
    const some = present.reduce((sum, each) => sum + each, 0);
    const shares = new Float64Array(classes);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        const distance = distances[i * width + k]!;
        shares[k] = present[k] === 1 ? distanceShare(sigmoids[k]!, distance) : 0;
        sum += shares[k]!;
      }
      // Every separation says no, beyond what numbers hold: all classes are as likely.
      for (let k = 0; k < classes; k++) {
        out[i * classes + k] = sum > 0 ? shares[k]! / sum : present[k]! / some;
      }
    }
  }

  importances(): Float64Array {
    const { decision, deviation } = this.#fit;
    const shares = normalised(columnSizes(decision, deviation));
    const out = new Float64Array(shares.length);
    for (let c = 0; c < shares.length; c++) out[this.#order[c]!] = shares[c]!;
    return out;
  }

  /**
   * How far the class's signed distance falls when one column is set to its training mean; of many
   * classes, less the mean over the classes. Exact parts for the linear machine, one column at a
   * time for the kernel.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { decision, mean } = this.#fit;
    const { cols, data } = matrix;
    const parts = new Float64Array(cols);
    if (decision.outputs === 0) return parts;
    const decider = new Decider(decision);
    const cells = Float64Array.from(this.#order, (c) => data[row * cols + c]!);
    const distances = new Float64Array(decision.outputs);
    const margin = (): number => {
      decider.decide(cells, distances);
      if (decision.outputs === 1) return classIndex === 1 ? distances[0]! : -distances[0]!;
      const middle = distances.reduce((sum, each) => sum + each, 0) / distances.length;
      return distances[classIndex]! - middle;
    };
    const whole = margin();
    for (let c = 0; c < cols; c++) {
      const kept = cells[c]!;
      cells[c] = mean[c]!;
      parts[this.#order[c]!] = whole - margin();
      cells[c] = kept;
    }
    return parts;
  }

  tensors(): Tensor[] {
    const { decision, sigmoids, present, mean, deviation } = this.#fit;
    const { outputs, coefficients, intercepts, landmarks, gamma } = decision;
    const cols = this.features.length;
    const terms = landmarks ? landmarks.length / cols : cols;
    const platt = Float64Array.from(sigmoids.flatMap((each) => [each.slope, each.intercept]));
    const all: Tensor[] = [
      { name: 'coefficients', type: 'F64', shape: [outputs, terms], data: coefficients },
      { name: 'intercepts', type: 'F64', shape: [outputs], data: intercepts },
      { name: 'sigmoids', type: 'F64', shape: [outputs, 2], data: platt },
      { name: 'present', type: 'U8', shape: [present.length], data: present },
      { name: 'mean', type: 'F64', shape: [cols], data: mean },
      { name: 'deviation', type: 'F64', shape: [cols], data: deviation },
    ];
    if (landmarks) {
      all.push({ name: 'landmarks', type: 'F64', shape: [terms, cols], data: landmarks });
      all.push({ name: 'gamma', type: 'F64', shape: [1], data: Float64Array.of(gamma!) });
    }
    return all;
  }
}

/** Largest number a file may hold: sums and products then stay finite. */
const MAX_NUMBER = 1e100;

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, of another shape, or out of range */
export function loadSvm(facts: ModelFacts, stored: StoredModel, kernel: boolean): SvmModel {
  const cols = facts.features.length;
  const classes = facts.classes.length;
  const outputs = svmOutputs(classes);
  const read = (name: string, ...shape: readonly (number | undefined)[]): Float64Array => {
    const tensor = storedTensor(stored, name, 'F64', shape.length);
    const where = `model ${facts.kind}, tensor ${name}`;
    if (tensor.shape.some((size, i) => shape[i] !== undefined && size !== shape[i])) {
      refuseStored(where, tensor.shape.join(' × '), shape.map((size) => size ?? 'any').join(' × '));
    }
    if (tensor.data.some((value) => Math.abs(value) > MAX_NUMBER)) {
      refuseStored(where, 'a number out of range', `at most ${MAX_NUMBER}`);
    }
    return tensor.data;
  };
  const landmarks = kernel ? read('landmarks', undefined, cols) : undefined;
  const gamma = kernel ? read('gamma', 1)[0]! : 0;
  const deviation = read('deviation', cols);
  if (gamma < 0 || deviation.some((value) => value < 0)) {
    refuseStored(`model ${facts.kind}`, 'a gamma or deviation below 0', 'numbers from 0');
  }
  const present = storedTensor(stored, 'present', 'U8', 1).data;
  const wrong = present.length !== classes || present.some((each) => each > 1);
  if (wrong || !present.includes(1)) {
    refuseStored(`model ${facts.kind}, tensor present`, 'other marks', `${classes} of 0 or 1`);
  }
  const platt = read('sigmoids', outputs, 2);
  const sigmoids = Array.from({ length: outputs }, (_, k) => ({
    slope: platt[2 * k]!,
    intercept: platt[2 * k + 1]!,
  }));
  const linear = {
    outputs,
    coefficients: read('coefficients', outputs, landmarks ? landmarks.length / cols : cols),
    intercepts: read('intercepts', outputs),
  };
  const decision = landmarks ? { ...linear, landmarks, gamma } : linear;
  return new SvmModel(facts, { decision, sigmoids, present, mean: read('mean', cols), deviation });
}

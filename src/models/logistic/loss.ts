import type { Matrix } from '../../features/index.ts';
import type { Objective } from './minimise.ts';

/** What the loss is taken over. */
export interface LossInput {
  readonly matrix: Matrix;
  /** Matrix columns in the order that coefficients stand in. */
  readonly order: Int32Array;
  readonly labels: Int32Array;
  /** Weight of each row, class factors included. */
  readonly weights: Float64Array;
  /** Sum of the weights. */
  readonly total: number;
  /** Linear functions: 1 for two classes, else one a class. */
  readonly outputs: number;
  /** Inverse strength of the L2 penalty, as scikit-learn's C. */
  readonly c: number;
}

/**
 * Mean log-loss plus L2 penalty, divided by the sum of weights so that tolerances mean the same for
 * any number of rows: `(sum w_i loss_i + |coefficients|² / 2C) / sum w_i`. Intercepts are free.
 * Coefficients: outputs × columns, then one intercept an output.
 */
export function logisticLoss(input: LossInput): Objective {
  return input.outputs === 1 ? binaryLoss(input) : softmaxLoss(input);
}

function penalty(input: LossInput, point: Float64Array, gradient: Float64Array): number {
  const scale = 1 / (input.c * input.total);
  const end = input.outputs * input.order.length;
  let squares = 0;
  for (let i = 0; i < end; i++) {
    squares += point[i]! * point[i]!;
    gradient[i]! += scale * point[i]!;
  }
  return (scale * squares) / 2;
}

/** log(1 + e^z) without overflow. */
function softplus(z: number): number {
  return z > 0 ? z + Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z));
}

function binaryLoss(input: LossInput): Objective {
  const { matrix, order, labels, weights, total } = input;
  const { rows, cols, data } = matrix;
  // In matrix order, so that the loop over a row's cells runs forwards.
  const slope = new Float64Array(cols);
  const sums = new Float64Array(cols);
  return (point, gradient) => {
    for (let c = 0; c < cols; c++) slope[order[c]!] = point[c]!;
    const intercept = point[cols]!;
    sums.fill(0);
    let loss = 0;
    let drift = 0;
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      let z = intercept;
      for (let c = 0; c < cols; c++) z += data[base + c]! * slope[c]!;
      const positive = labels[i] === 1 ? 1 : 0;
      loss += weight * (softplus(z) - positive * z);
      const error = weight * (1 / (1 + Math.exp(-z)) - positive);
      drift += error;
      for (let c = 0; c < cols; c++) sums[c]! += error * data[base + c]!;
    }
    for (let c = 0; c < cols; c++) gradient[c] = sums[order[c]!]! / total;
    gradient[cols] = drift / total;
    return loss / total + penalty(input, point, gradient);
  };
}

function softmaxLoss(input: LossInput): Objective {
  const { matrix, order, labels, weights, total, outputs } = input;
  const { rows, cols, data } = matrix;
  const slopes = new Float64Array(outputs * cols);
  const sums = new Float64Array(outputs * cols);
  const shares = new Float64Array(outputs);
  return (point, gradient) => {
    for (let k = 0; k < outputs; k++) {
      for (let c = 0; c < cols; c++) slopes[k * cols + order[c]!] = point[k * cols + c]!;
    }
    const free = outputs * cols;
    sums.fill(0);
    gradient.fill(0);
    let loss = 0;
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < outputs; k++) {
        let z = point[free + k]!;
        const from = k * cols;
        for (let c = 0; c < cols; c++) z += data[base + c]! * slopes[from + c]!;
        shares[k] = z;
        if (z > most) most = z;
      }
      const label = labels[i]!;
      const own = shares[label]!;
      let sum = 0;
      for (let k = 0; k < outputs; k++) sum += shares[k] = Math.exp(shares[k]! - most);
      loss += weight * (Math.log(sum) + most - own);
      for (let k = 0; k < outputs; k++) {
        const error = weight * (shares[k]! / sum - (k === label ? 1 : 0));
        gradient[free + k]! += error;
        const from = k * cols;
        for (let c = 0; c < cols; c++) sums[from + c]! += error * data[base + c]!;
      }
    }
    for (let k = 0; k < outputs; k++) {
      for (let c = 0; c < cols; c++) gradient[k * cols + c] = sums[k * cols + order[c]!]! / total;
      gradient[free + k]! /= total;
    }
    return loss / total + penalty(input, point, gradient);
  };
}

import { softmaxRow } from './layers/activation.ts';

const LN2 = Math.LN2;
const LOG2E = Math.LOG2E;
/** 2^-k for k from 0; what is smaller adds nothing to a 32-bit sum of shares. */
const POWERS = Float64Array.from({ length: 128 }, (_, k) => 2 ** -k);

/** exp(x) for x up to 0 within 1e-8, several times as fast as the exact one. */
function expBelow(x: number): number {
  const k = Math.floor(0.5 - x * LOG2E);
  // Not a number, or far down: the caller sees the first in the loss.
  if (!(k < 128)) return Number.isNaN(x) ? x : 0;
  const r = x + k * LN2;
  const high = 1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)));
  return POWERS[k]! * (1 + r * (1 + r * (0.5 + r * (1 / 6 + r * high))));
}

/** What a loss is taken over. */
export interface LossBatch {
  /** Rows × width: what the network gave, before softmax or sigmoid. */
  readonly out: Float32Array;
  /** Rows × width: where the slopes go. */
  readonly slopes: Float32Array;
  readonly rows: number;
  readonly width: number;
  /** One weight a row. */
  readonly weights: Float32Array | Float64Array;
  /** Slopes are of the sum of the weighted losses over this. */
  readonly divisor: number;
}

/** A batch whose truth is one class a row. */
export interface ClassBatch extends LossBatch {
  readonly labels: Int32Array;
}

/** How losses over classes are bent. */
export interface ClassLossPlan {
  /** Share of the truth that is spread over all classes (Szegedy and others 2016). */
  readonly smoothing?: number;
  /** Power of focal loss: easy rows count less (Lin and others 2017). */
  readonly focus?: number;
}

/**
 * Cross-entropy after softmax, the truth smoothed where asked.
 * @returns the sum of the weighted losses
 */
export function crossEntropy(batch: ClassBatch, { smoothing = 0 }: ClassLossPlan = {}): number {
  const { out, slopes, rows, width, labels, weights, divisor } = batch;
  const even = smoothing / width;
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const at = r * width;
    const weight = weights[r]!;
    const label = labels[r]!;
    let most = Number.NEGATIVE_INFINITY;
    let mean = 0;
    for (let k = 0; k < width; k++) {
      const z = out[at + k]!;
      if (z > most) most = z;
      mean += z;
    }
    let sum = 0;
    for (let k = 0; k < width; k++) sum += slopes[at + k] = expBelow(out[at + k]! - most);
    const wanted = (1 - smoothing) * out[at + label]! + even * mean;
    total += weight * (most + Math.log(sum) - wanted);
    const scale = weight / divisor;
    for (let k = 0; k < width; k++) slopes[at + k] = scale * (slopes[at + k]! / sum - even);
    slopes[at + label]! -= scale * (1 - smoothing);
  }
  return total;
}

/** Focal loss after softmax: -(1 - p)^focus · log p, p the share of the true class. */
export function focalLoss(batch: ClassBatch, { focus = 2 }: ClassLossPlan = {}): number {
  const { out, slopes, rows, width, labels, weights, divisor } = batch;
  const shares = new Float32Array(width);
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const at = r * width;
    shares.set(out.subarray(at, at + width));
    softmaxRow(shares, 0, 0, width);
    const label = labels[r]!;
    const p = Math.max(shares[label]!, 1e-30);
    const rest = Math.max(1 - p, 0);
    const log = Math.log(p);
    total -= weights[r]! * rest ** focus * log;
    // Slope by p, times p: what softmax leaves of it is a difference to the truth.
    const bend = focus > 0 && rest > 0 ? focus * rest ** (focus - 1) * log * p : 0;
    const factor = ((bend - rest ** focus) * weights[r]!) / divisor;
    for (let k = 0; k < width; k++) {
      slopes[at + k] = factor * ((k === label ? 1 : 0) - shares[k]!);
    }
  }
  return total;
}

/** Binary cross-entropy after sigmoid, each class against the rest, summed over the classes. */
export function binaryCrossEntropy(
  batch: ClassBatch,
  { smoothing = 0 }: ClassLossPlan = {},
): number {
  const { out, slopes, rows, width, labels, weights, divisor } = batch;
  let total = 0;
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < width; k++) {
      const at = r * width + k;
      const truth = (labels[r] === k ? 1 - smoothing : 0) + smoothing / 2;
      const z = out[at]!;
      const tail = Math.exp(-Math.abs(z));
      total += weights[r]! * (Math.max(z, 0) - z * truth + Math.log1p(tail));
      const share = z >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
      slopes[at] = (weights[r]! / divisor) * (share - truth);
    }
  }
  return total;
}

/**
 * Squared gaps of the shares after softmax to the truth, summed over the classes (Brier 1950), the
 * truth smoothed where asked.
 * @returns the sum of the weighted losses
 */
export function squaredShares(batch: ClassBatch, { smoothing = 0 }: ClassLossPlan = {}): number {
  const { out, slopes, rows, width, labels, weights, divisor } = batch;
  const shares = new Float32Array(width);
  const even = smoothing / width;
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const at = r * width;
    shares.set(out.subarray(at, at + width));
    softmaxRow(shares, 0, 0, width);
    let squares = 0;
    let mean = 0;
    for (let k = 0; k < width; k++) {
      const gap = shares[k]! - even - (k === labels[r] ? 1 - smoothing : 0);
      squares += gap * gap;
      mean += gap * shares[k]!;
      slopes[at + k] = gap;
    }
    total += weights[r]! * squares;
    const scale = (2 * weights[r]!) / divisor;
    for (let k = 0; k < width; k++) {
      slopes[at + k] = scale * shares[k]! * (slopes[at + k]! - mean);
    }
  }
  return total;
}

/** The loss over classes that settings ask for. @returns the sum of the weighted losses */
export function classLoss(
  { loss, smoothing, focus }: ClassLossPlan & { readonly loss: string },
  batch: ClassBatch,
): number {
  if (loss === 'focal') return focalLoss(batch, { focus: focus ?? 2 });
  if (loss === 'squared-error') return squaredShares(batch, { smoothing: smoothing ?? 0 });
  if (loss === 'cross-entropy') return crossEntropy(batch, { smoothing: smoothing ?? 0 });
  return binaryCrossEntropy(batch, { smoothing: smoothing ?? 0 });
}

/** Mean over the width of the squared gap to `values`, rows × width. */
export function squaredError(batch: LossBatch & { readonly values: Float32Array }): number {
  const { out, slopes, rows, width, values, weights, divisor } = batch;
  let total = 0;
  for (let r = 0; r < rows; r++) {
    const weight = weights[r]! / width;
    for (let k = 0; k < width; k++) {
      const at = r * width + k;
      const gap = out[at]! - values[at]!;
      total += weight * gap * gap;
      slopes[at] = (2 * weight * gap) / divisor;
    }
  }
  return total;
}

/** Linear functions over the columns, or over the nearness to landmarks. */
export interface Decision {
  readonly outputs: number;
  /** Outputs × terms: columns, or landmarks. */
  readonly coefficients: Float64Array;
  /** One an output. */
  readonly intercepts: Float64Array;
  /** For the kernel: landmarks × columns, in the order of the column names. */
  readonly landmarks?: Float64Array;
  readonly gamma?: number;
}

/** Coefficients of all outputs, one list an output. */
export function joinCoefficients(lists: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    out.set(list, at);
    at += list.length;
  }
  return out;
}

/** `exp(-gamma |a - b|²)` of one row to every landmark. */
export function nearness(
  row: Float64Array,
  landmarks: Float64Array,
  gamma: number,
  out: Float64Array,
): void {
  const cols = row.length;
  for (let j = 0, base = 0; j < out.length; j++, base += cols) {
    let sum = 0;
    for (let c = 0; c < cols; c++) {
      const gap = row[c]! - landmarks[base + c]!;
      sum += gap * gap;
    }
    out[j] = Math.exp(-gamma * sum);
  }
}

/** Values of all outputs for one row whose cells stand in the order of the column names. */
export class Decider {
  readonly #decision: Decision;
  readonly #terms: Float64Array;

  constructor(decision: Decision) {
    this.#decision = decision;
    const { coefficients, outputs } = decision;
    this.#terms = new Float64Array(outputs > 0 ? coefficients.length / outputs : 0);
  }

  decide(row: Float64Array, out: Float64Array): void {
    const { outputs, coefficients, intercepts, landmarks, gamma } = this.#decision;
    let terms = row;
    if (landmarks) {
      terms = this.#terms;
      nearness(row, landmarks, gamma!, terms);
    }
    const count = terms.length;
    for (let k = 0; k < outputs; k++) {
      let sum = intercepts[k]!;
      const from = k * count;
      for (let t = 0; t < count; t++) sum += coefficients[from + t]! * terms[t]!;
      out[k] = sum;
    }
  }
}

/**
 * How strongly each column moves the outputs: absolute slope times the column's deviation; for the
 * kernel the slope is taken at every landmark.
 */
export function columnSizes(decision: Decision, deviation: Float64Array): Float64Array {
  const { outputs, coefficients, landmarks, gamma } = decision;
  const cols = deviation.length;
  const sizes = new Float64Array(cols);
  if (!landmarks) {
    for (let i = 0; i < coefficients.length; i++) {
      sizes[i % cols]! += Math.abs(coefficients[i]!) * deviation[i % cols]!;
    }
    return sizes;
  }
  const count = landmarks.length / cols;
  const near = new Float64Array(count);
  const slope = new Float64Array(cols);
  for (let at = 0; at < count; at++) {
    const row = landmarks.subarray(at * cols, (at + 1) * cols);
    nearness(row, landmarks, gamma!, near);
    for (let k = 0; k < outputs; k++) {
      slope.fill(0);
      for (let j = 0; j < count; j++) {
        const factor = coefficients[k * count + j]! * near[j]!;
        for (let c = 0; c < cols; c++) slope[c]! += factor * (landmarks[j * cols + c]! - row[c]!);
      }
      for (let c = 0; c < cols; c++) sizes[c]! += Math.abs(slope[c]!) * deviation[c]!;
    }
  }
  return sizes;
}

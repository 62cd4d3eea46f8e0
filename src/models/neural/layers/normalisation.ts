import {
  constant,
  type Layer,
  type Pass,
  type Signal,
  type Weight,
  type Workspace,
} from '../workspace.ts';

/** Added to variances, so that constant channels do not divide by 0. */
export const EPSILON = 1e-5;
/** Share of the newest batch in the running mean and variance. */
const MOMENTUM = 0.1;

/** What both normalisations share: scale and offset of channels, and the numbers normalised. */
abstract class Normalisation {
  readonly output: Signal;
  readonly scale: Weight;
  readonly offset: Weight;
  protected readonly space: Workspace;
  protected readonly input: Signal;
  protected readonly normal: number;

  constructor(space: Workspace, input: Signal, name: string) {
    const { steps, channels } = input.shape;
    this.space = space;
    this.input = input;
    this.scale = space.weight(`${name}.scale`, [channels], constant(1), 'vector');
    this.offset = space.weight(`${name}.offset`, [channels], constant(0), 'vector');
    this.output = space.signal(input.shape);
    this.normal = space.take(space.plan.rows * steps * channels + 16);
  }

  /** Output from the normalised numbers. */
  protected apply(count: number, channels: number): void {
    const { floats } = this.space;
    const [scale, offset] = [this.scale.at / 4, this.offset.at / 4];
    const from = this.normal / 4;
    const to = this.output.at / 4;
    for (let r = 0, at = 0; r < count; r++) {
      for (let c = 0; c < channels; c++, at++) {
        floats[to + at] = floats[from + at]! * floats[scale + c]! + floats[offset + c]!;
      }
    }
  }

  /** Adds to the slopes of scale and offset. */
  protected learn(count: number, channels: number): void {
    const { kernels } = this.space;
    const given = this.output.slope;
    const row = channels * 4;
    kernels.sumProducts(this.scale.slope, given, this.normal, row, count, channels);
    kernels.sumRows(this.offset.slope, given, row, count, channels);
  }
}

/**
 * Each channel over the batch to mean 0 and variance 1 in training; by running averages of both
 * when scoring, so that a row does not depend on those beside it (Ioffe and Szegedy 2015).
 */
export class BatchNormalisation extends Normalisation implements Layer {
  readonly mean: Weight;
  readonly variance: Weight;
  readonly #sums: Float64Array;
  readonly #inverse: Float64Array;
  #training = false;

  constructor(space: Workspace, input: Signal, name: string) {
    super(space, input, name);
    const { channels } = input.shape;
    this.mean = space.weight(`${name}.mean`, [channels], constant(0), 'counted');
    this.variance = space.weight(`${name}.variance`, [channels], constant(1), 'counted');
    this.#sums = new Float64Array(2 * channels);
    this.#inverse = new Float64Array(channels);
  }

  forward(rows: number, { training }: Pass): void {
    const { floats } = this.space;
    const { steps, channels } = this.input.shape;
    const count = rows * steps;
    this.#training = training;
    if (training) this.#measure(count, channels);
    const mean = training ? this.#sums : this.space.view(this.mean.at, channels);
    const running = this.variance.at / 4;
    for (let c = 0; c < channels && !training; c++) {
      this.#inverse[c] = 1 / Math.sqrt(floats[running + c]! + EPSILON);
    }
    const from = this.input.at / 4;
    const to = this.normal / 4;
    for (let r = 0, at = 0; r < count; r++) {
      for (let c = 0; c < channels; c++, at++) {
        floats[to + at] = (floats[from + at]! - mean[c]!) * this.#inverse[c]!;
      }
    }
    this.apply(count, channels);
  }

  #measure(count: number, channels: number): void {
    const { floats } = this.space;
    const sums = this.#sums.fill(0);
    const from = this.input.at / 4;
    for (let r = 0, at = from; r < count; r++) {
      for (let c = 0; c < channels; c++) sums[c]! += floats[at++]!;
    }
    for (let c = 0; c < channels; c++) sums[c]! /= count;
    for (let r = 0, at = from; r < count; r++) {
      for (let c = 0; c < channels; c++) {
        const gap = floats[at++]! - sums[c]!;
        sums[channels + c]! += gap * gap;
      }
    }
    const mean = this.mean.at / 4;
    const running = this.variance.at / 4;
    for (let c = 0; c < channels; c++) {
      const square = sums[channels + c]!;
      this.#inverse[c] = 1 / Math.sqrt(square / count + EPSILON);
      floats[mean + c]! += MOMENTUM * (sums[c]! - floats[mean + c]!);
      const spread = square / Math.max(1, count - 1);
      floats[running + c]! += MOMENTUM * (spread - floats[running + c]!);
    }
  }

  backward(rows: number): void {
    const { floats } = this.space;
    const { steps, channels } = this.input.shape;
    const count = rows * steps;
    this.learn(count, channels);
    if (!this.input.slope) return;
    const sums = this.#sums.fill(0);
    const given = this.output.slope / 4;
    const normal = this.normal / 4;
    const scale = this.scale.at / 4;
    for (let r = 0, at = 0; r < count; r++) {
      for (let c = 0; c < channels; c++, at++) {
        sums[c]! += floats[given + at]!;
        sums[channels + c]! += floats[given + at]! * floats[normal + at]!;
      }
    }
    // By running averages each row stands alone.
    if (!this.#training) sums.fill(0);
    const to = this.input.slope / 4;
    for (let r = 0, at = 0; r < count; r++) {
      for (let c = 0; c < channels; c++, at++) {
        const shared = (sums[c]! + floats[normal + at]! * sums[channels + c]!) / count;
        const own = floats[given + at]! - shared;
        floats[to + at] = own * floats[scale + c]! * this.#inverse[c]!;
      }
    }
  }
}

/** The channels of each step to mean 0 and variance 1 (Ba, Kiros, Hinton 2016). */
export class LayerNormalisation extends Normalisation implements Layer {
  readonly #inverse: number;

  constructor(space: Workspace, input: Signal, name: string) {
    super(space, input, name);
    this.#inverse = space.take(space.plan.rows * input.shape.steps);
  }

  forward(rows: number): void {
    const { steps, channels } = this.input.shape;
    const { scale, offset, normal, output, input } = this;
    this.space.kernels.layerNorm(
      output.at,
      normal,
      this.#inverse,
      input.at,
      scale.at,
      offset.at,
      rows * steps,
      channels,
      EPSILON,
    );
  }

  backward(rows: number): void {
    const { steps, channels } = this.input.shape;
    const count = rows * steps;
    this.learn(count, channels);
    const { input, output, normal, scale } = this;
    if (!input.slope) return;
    const given = output.slope;
    const inverse = this.#inverse;
    const { kernels } = this.space;
    kernels.layerNormBack(input.slope, given, normal, inverse, scale.at, count, channels);
  }
}

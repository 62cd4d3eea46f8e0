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
}

/**
 * Each channel over the batch to mean 0 and variance 1 in training; by running averages of both
 * when scoring, so that a row does not depend on those beside it (Ioffe and Szegedy 2015).
 */
export class BatchNormalisation extends Normalisation implements Layer {
  readonly mean: Weight;
  readonly variance: Weight;
  readonly #middle: number;
  readonly #inverse: number;
  readonly #lean: number;
  #training = false;

  constructor(space: Workspace, input: Signal, name: string) {
    super(space, input, name);
    const { channels } = input.shape;
    this.mean = space.weight(`${name}.mean`, [channels], constant(0), 'counted');
    this.variance = space.weight(`${name}.variance`, [channels], constant(1), 'counted');
    this.#middle = space.take(channels + 16);
    this.#inverse = space.take(channels + 16);
    this.#lean = space.take(channels + 16);
  }

  forward(rows: number, { training }: Pass): void {
    const { floats, kernels } = this.space;
    const { input, output, scale, offset, normal } = this;
    const { steps, channels } = input.shape;
    this.#training = training;
    if (training) this.#measure(rows * steps, channels);
    const running = this.variance.at / 4;
    for (let c = 0; c < channels && !training; c++) {
      floats[this.#inverse / 4 + c] = 1 / Math.sqrt(floats[running + c]! + EPSILON);
    }
    kernels.batchNorm(
      output.at,
      normal,
      input.at,
      training ? this.#middle : this.mean.at,
      this.#inverse,
      scale.at,
      offset.at,
      rows * steps,
      channels,
    );
  }

  #measure(count: number, channels: number): void {
    const { space } = this;
    const { floats, kernels } = space;
    const row = channels * 4;
    space.clear(this.#middle, channels);
    kernels.sumRows(this.#middle, this.input.at, row, count, channels);
    const middle = space.view(this.#middle, channels);
    for (let c = 0; c < channels; c++) middle[c]! /= count;
    space.clear(this.#inverse, channels);
    kernels.sumSquares(this.#inverse, this.input.at, this.#middle, row, count, channels);
    const inverse = space.view(this.#inverse, channels);
    const mean = this.mean.at / 4;
    const running = this.variance.at / 4;
    for (let c = 0; c < channels; c++) {
      const square = inverse[c]!;
      inverse[c] = 1 / Math.sqrt(square / count + EPSILON);
      floats[mean + c]! += MOMENTUM * (middle[c]! - floats[mean + c]!);
      const spread = square / Math.max(1, count - 1);
      floats[running + c]! += MOMENTUM * (spread - floats[running + c]!);
    }
  }

  backward(rows: number): void {
    const { kernels } = this.space;
    const { input, output, normal, scale, offset, space } = this;
    const { steps, channels } = input.shape;
    const count = rows * steps;
    const [given, row] = [output.slope, channels * 4];
    const [middle, lean, factor] = [this.#middle, this.#lean, this.#inverse];
    space.clear(middle, channels);
    space.clear(lean, channels);
    kernels.sumRows(middle, given, row, count, channels);
    kernels.sumProducts(lean, given, normal, row, count, channels);
    kernels.addRows(offset.slope, row, middle, row, 1, channels);
    kernels.addRows(scale.slope, row, lean, row, 1, channels);
    if (!input.slope) return;
    // By running averages each row stands alone.
    const share = this.#training ? 1 / count : 0;
    const own = [middle, lean, factor, scale.at].map((at) => space.view(at, channels));
    for (let c = 0; c < channels; c++) {
      own[0]![c]! *= share;
      own[1]![c]! *= share;
      own[2]![c]! *= own[3]![c]!;
    }
    kernels.batchNormBack(input.slope, given, normal, middle, lean, factor, count, channels);
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
    const { input, output, normal, scale, offset } = this;
    const [given, row] = [output.slope, channels * 4];
    const inverse = this.#inverse;
    const { kernels } = this.space;
    kernels.sumProducts(scale.slope, given, normal, row, count, channels);
    kernels.sumRows(offset.slope, given, row, count, channels);
    if (!input.slope) return;
    kernels.layerNormBack(input.slope, given, normal, inverse, scale.at, count, channels);
  }
}

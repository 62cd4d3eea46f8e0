import {
  constant,
  heNormal,
  type Layer,
  type Signal,
  type Weight,
  type Workspace,
} from '../workspace.ts';

/** What is added at the ends: nothing, zeros so that steps stay, or those zeros all in front. */
export const PADDINGS = ['valid', 'same', 'causal'] as const;

/** A convolution over the steps. */
export interface ConvolutionPlan {
  readonly name: string;
  readonly filters: number;
  /** Steps in a window. */
  readonly width: number;
  readonly stride: number;
  /** Distance of neighbours in a window. */
  readonly dilation: number;
  readonly padding: (typeof PADDINGS)[number];
}

/** Steps that come out; below 1 when the window is longer than the sequence. */
export function convolvedSteps(
  steps: number,
  plan: Omit<ConvolutionPlan, 'name' | 'filters'>,
): number {
  const reach = (plan.width - 1) * plan.dilation;
  const padded = steps + (plan.padding === 'valid' ? 0 : reach);
  return Math.floor((padded - reach - 1) / plan.stride) + 1;
}

/** Zeros put before the first step. */
export function paddedFront({
  width,
  dilation,
  padding,
}: Pick<ConvolutionPlan, 'width' | 'dilation' | 'padding'>): number {
  const reach = (width - 1) * dilation;
  return padding === 'causal' ? reach : padding === 'same' ? reach >> 1 : 0;
}

/**
 * One-dimensional convolution. Windows are rows of a matrix that overlap, so each sequence is one
 * product, or one a tap where windows have gaps.
 */
export class Convolution implements Layer {
  readonly output: Signal;
  readonly weight: Weight;
  readonly bias: Weight;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #plan: ConvolutionPlan;
  readonly #front: number;
  readonly #steps: number;
  readonly #padded: number;
  readonly #paddedSlope: number;
  readonly #turned: number;

  constructor(space: Workspace, input: Signal, plan: ConvolutionPlan) {
    const { steps, channels } = input.shape;
    const { name, filters, width, dilation, padding } = plan;
    const reach = (width - 1) * dilation;
    this.#space = space;
    this.#input = input;
    this.#plan = plan;
    this.#front = paddedFront(plan);
    this.#steps = steps + (padding === 'valid' ? 0 : reach);
    const pads = this.#steps > steps;
    const floats = space.plan.rows * this.#steps * channels;
    this.#padded = pads ? space.take(floats) : input.at;
    this.#paddedSlope = pads && input.slope ? space.take(floats) : input.slope;
    const shape = [width * channels, filters];
    this.weight = space.weight(`${name}.weight`, shape, heNormal(width * channels), 'matrix');
    this.bias = space.weight(`${name}.bias`, [filters], constant(0), 'vector');
    this.output = space.signal({ steps: convolvedSteps(steps, plan), channels: filters });
    this.#turned = input.slope ? space.take(width * channels * filters) : 0;
  }

  /** Taps that lie side by side are one product. */
  get #groups(): { count: number; terms: number } {
    const { width, dilation } = this.#plan;
    const { channels } = this.#input.shape;
    const whole = dilation === 1;
    return { count: whole ? 1 : width, terms: whole ? width * channels : channels };
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const { steps, channels } = this.output.shape;
    const inputs = this.#input.shape.channels;
    const { stride, dilation } = this.#plan;
    if (this.#padded !== this.#input.at) this.#pad(rows);
    kernels.fillRows(this.output.at, channels * 4, this.bias.at, rows * steps, channels);
    const { count, terms } = this.#groups;
    for (let r = 0; r < rows; r++) {
      const to = this.output.at + r * steps * channels * 4;
      const from = this.#padded + r * this.#steps * inputs * 4;
      for (let g = 0; g < count; g++) {
        const a = from + g * dilation * inputs * 4;
        const w = this.weight.at + g * terms * channels * 4;
        kernels.gemm(
          to,
          channels * 4,
          a,
          stride * inputs * 4,
          4,
          w,
          channels * 4,
          steps,
          channels,
          terms,
        );
      }
    }
  }

  backward(rows: number): void {
    const { kernels } = this.#space;
    const { steps, channels } = this.output.shape;
    const inputs = this.#input.shape.channels;
    const { stride, dilation, width } = this.#plan;
    const { count, terms } = this.#groups;
    kernels.sumRows(this.bias.slope, this.output.slope, channels * 4, rows * steps, channels);
    const back = this.#paddedSlope;
    if (back) {
      this.#space.transpose(this.#turned, this.weight.at, width * inputs, channels);
      this.#space.clear(back, rows * this.#steps * inputs);
    }
    for (let r = 0; r < rows; r++) {
      const given = this.output.slope + r * steps * channels * 4;
      const at = r * this.#steps * inputs * 4;
      for (let g = 0; g < count; g++) {
        const a = this.#padded + at + g * dilation * inputs * 4;
        const w = this.weight.slope + g * terms * channels * 4;
        kernels.gemm(
          w,
          channels * 4,
          a,
          4,
          stride * inputs * 4,
          given,
          channels * 4,
          terms,
          channels,
          steps,
        );
      }
      if (!back) continue;
      // Tap by tap: the windows of one product must not overlap where it writes.
      for (let tap = 0; tap < width; tap++) {
        const to = back + at + tap * dilation * inputs * 4;
        const turned = this.#turned + tap * inputs * 4;
        kernels.gemm(
          to,
          stride * inputs * 4,
          given,
          channels * 4,
          4,
          turned,
          width * inputs * 4,
          steps,
          inputs,
          channels,
        );
      }
    }
    if (back && back !== this.#input.slope) this.#unpad(rows);
  }

  #pad(rows: number): void {
    const { floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    const size = steps * channels;
    this.#space.clear(this.#padded, rows * this.#steps * channels);
    for (let r = 0; r < rows; r++) {
      const from = this.#input.at / 4 + r * size;
      const to = this.#padded / 4 + (r * this.#steps + this.#front) * channels;
      floats.copyWithin(to, from, from + size);
    }
  }

  #unpad(rows: number): void {
    const { floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    const size = steps * channels;
    for (let r = 0; r < rows; r++) {
      const from = this.#paddedSlope / 4 + (r * this.#steps + this.#front) * channels;
      floats.copyWithin(this.#input.slope / 4 + r * size, from, from + size);
    }
  }
}

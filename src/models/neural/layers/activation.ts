import type { Layer, Signal, Workspace } from '../workspace.ts';

/** Functions applied to each number, or for `softmax` to the channels of a step. */
export const ACTIVATIONS = ['relu', 'gelu', 'tanh', 'sigmoid', 'softmax'] as const;
/** One of {@link ACTIVATIONS}. */
export type ActivationName = (typeof ACTIVATIONS)[number];

/**
 * An activation function. `gelu` is the form with tanh (Hendrycks and Gimpel 2016). Where
 * `inPlace`, the output takes the place of the input, which the layer before must not need again.
 */
export class Activation implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #name: ActivationName;

  constructor(
    space: Workspace,
    input: Signal,
    { name, inPlace }: { name: ActivationName; inPlace: boolean },
  ) {
    this.#space = space;
    this.#input = input;
    this.#name = name;
    this.output = inPlace && name !== 'gelu' ? input : space.signal(input.shape);
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const { at, shape } = this.#input;
    const count = rows * shape.steps * shape.channels;
    const to = this.output.at;
    if (this.#name === 'softmax') {
      const { steps, channels } = shape;
      kernels.softmax(to, at, channels * 4, rows * steps, channels, 1);
    } else kernels[this.#name](to, at, count);
  }

  backward(rows: number): void {
    const { kernels } = this.#space;
    const { at, slope, shape } = this.#input;
    if (!slope) return;
    const { steps, channels } = shape;
    const count = rows * steps * channels;
    const { at: out, slope: given } = this.output;
    if (this.#name === 'relu') kernels.reluBack(slope, given, out, count);
    else if (this.#name === 'gelu') kernels.geluBack(slope, given, at, count);
    else if (this.#name === 'tanh') kernels.tanhBack(slope, given, out, count);
    else if (this.#name === 'sigmoid') kernels.sigmoidBack(slope, given, out, count);
    else kernels.softmaxBack(slope, given, out, channels * 4, rows * steps, channels, 1);
  }
}

/** Shares that sum to 1, in proportion to exp. Indices, not addresses; may be in place. */
export function softmaxRow(all: Float32Array, to: number, from: number, width: number): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < width; i++) if (all[from + i]! > most) most = all[from + i]!;
  let sum = 0;
  for (let i = 0; i < width; i++) sum += all[to + i] = Math.exp(all[from + i]! - most);
  for (let i = 0; i < width; i++) all[to + i] = all[to + i]! / sum;
}

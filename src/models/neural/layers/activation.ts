import type { Layer, Signal, Workspace } from '../workspace.ts';

/** Functions applied to each number, or for `softmax` to the channels of a step. */
export const ACTIVATIONS = ['relu', 'gelu', 'tanh', 'sigmoid', 'softmax'] as const;
/** One of {@link ACTIVATIONS}. */
export type ActivationName = (typeof ACTIVATIONS)[number];

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

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
    if (this.#name === 'relu') kernels.relu(to, at, count);
    else if (this.#name === 'tanh') kernels.tanh(to, at, count);
    else if (this.#name === 'sigmoid') kernels.sigmoid(to, at, count);
    else if (this.#name === 'gelu') this.#gelu(count);
    else this.#softmax(rows * shape.steps, shape.channels);
  }

  backward(rows: number): void {
    const { kernels, floats } = this.#space;
    const { slope, shape } = this.#input;
    if (!slope) return;
    const count = rows * shape.steps * shape.channels;
    const out = this.output.at / 4;
    const given = this.output.slope / 4;
    const to = slope / 4;
    if (this.#name === 'relu') kernels.reluBack(slope, this.output.slope, this.output.at, count);
    else if (this.#name === 'gelu') this.#geluBack(count);
    else if (this.#name === 'softmax') this.#softmaxBack(rows * shape.steps, shape.channels);
    else if (this.#name === 'tanh') {
      for (let i = 0; i < count; i++) {
        const y = floats[out + i]!;
        floats[to + i] = floats[given + i]! * (1 - y * y);
      }
    } else {
      for (let i = 0; i < count; i++) {
        const y = floats[out + i]!;
        floats[to + i] = floats[given + i]! * y * (1 - y);
      }
    }
  }

  #gelu(count: number): void {
    const { floats } = this.#space;
    const from = this.#input.at / 4;
    const to = this.output.at / 4;
    for (let i = 0; i < count; i++) {
      const x = floats[from + i]!;
      const inner = GELU_SCALE * (x + GELU_CUBE * x * x * x);
      floats[to + i] = 0.5 * x * (1 + Math.tanh(inner));
    }
  }

  #geluBack(count: number): void {
    const { floats } = this.#space;
    const from = this.#input.at / 4;
    const given = this.output.slope / 4;
    const to = this.#input.slope / 4;
    for (let i = 0; i < count; i++) {
      const x = floats[from + i]!;
      const t = Math.tanh(GELU_SCALE * (x + GELU_CUBE * x * x * x));
      const inner = GELU_SCALE * (1 + 3 * GELU_CUBE * x * x);
      floats[to + i] = floats[given + i]! * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner);
    }
  }

  #softmax(rows: number, width: number): void {
    const { floats } = this.#space;
    for (let r = 0; r < rows; r++) {
      softmaxRow(floats, this.output.at / 4 + r * width, this.#input.at / 4 + r * width, width);
    }
  }

  #softmaxBack(rows: number, width: number): void {
    const { floats } = this.#space;
    for (let r = 0; r < rows; r++) {
      const at = r * width;
      softmaxSlopes(floats, {
        to: this.#input.slope / 4 + at,
        given: this.output.slope / 4 + at,
        out: this.output.at / 4 + at,
        width,
      });
    }
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

/** Slopes through {@link softmaxRow}; `to` may be `given`. */
export function softmaxSlopes(
  all: Float32Array,
  { to, given, out, width }: { to: number; given: number; out: number; width: number },
): void {
  let dot = 0;
  for (let i = 0; i < width; i++) dot += all[given + i]! * all[out + i]!;
  for (let i = 0; i < width; i++) all[to + i] = all[out + i]! * (all[given + i]! - dot);
}

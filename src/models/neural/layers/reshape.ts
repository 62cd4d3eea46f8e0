import type { Layer, Shape, Signal, Workspace } from '../workspace.ts';

/** The same numbers as one step: nothing moves. */
export class Flatten implements Layer {
  readonly output: Signal;

  constructor(input: Signal) {
    const { steps, channels } = input.shape;
    this.output = { ...input, shape: { steps: 1, channels: steps * channels } };
  }

  forward(): void {}

  backward(): void {}
}

/** One step cut into several, the last filled up with zeros. */
export class IntoSteps implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;

  constructor(space: Workspace, input: Signal, steps: number) {
    const { channels } = input.shape;
    this.#space = space;
    this.#input = input;
    const shape: Shape = { steps, channels: Math.ceil(channels / steps) };
    this.output = channels % steps === 0 ? { ...input, shape } : space.signal(shape);
  }

  forward(rows: number): void {
    if (this.output.at === this.#input.at) return;
    const { floats } = this.#space;
    const { steps, channels } = this.output.shape;
    const own = this.#input.shape.channels;
    for (let r = 0; r < rows; r++) {
      const from = this.#input.at / 4 + r * own;
      const to = this.output.at / 4 + r * steps * channels;
      floats.copyWithin(to, from, from + own);
      floats.fill(0, to + own, to + steps * channels);
    }
  }

  backward(rows: number): void {
    if (this.output.at === this.#input.at || !this.#input.slope) return;
    const { floats } = this.#space;
    const { steps, channels } = this.output.shape;
    const own = this.#input.shape.channels;
    for (let r = 0; r < rows; r++) {
      const from = this.output.slope / 4 + r * steps * channels;
      floats.copyWithin(this.#input.slope / 4 + r * own, from, from + own);
    }
  }
}

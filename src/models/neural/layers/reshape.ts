import type { Layer, Shape, Signal, Workspace } from '../workspace.ts';

/** The last step alone. */
export class LastStep implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;

  constructor(space: Workspace, input: Signal) {
    this.#space = space;
    this.#input = input;
    this.output = space.signal({ steps: 1, channels: input.shape.channels });
  }

  forward(rows: number): void {
    const { floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    for (let r = 0; r < rows; r++) {
      const from = this.#input.at / 4 + (r * steps + steps - 1) * channels;
      floats.copyWithin(this.output.at / 4 + r * channels, from, from + channels);
    }
  }

  backward(rows: number): void {
    const { floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    const { slope } = this.#input;
    if (!slope) return;
    this.#space.clear(slope, rows * steps * channels);
    for (let r = 0; r < rows; r++) {
      const from = this.output.slope / 4 + r * channels;
      const to = slope / 4 + (r * steps + steps - 1) * channels;
      floats.copyWithin(to, from, from + channels);
    }
  }
}

/** Sets steps that are not there to 0, in place, as a convolution pads. */
export class Mask implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;

  constructor(space: Workspace, input: Signal) {
    this.#space = space;
    this.output = input;
  }

  forward(rows: number): void {
    this.#hush(rows, this.output.at);
  }

  backward(rows: number): void {
    if (this.output.slope) this.#hush(rows, this.output.slope);
  }

  #hush(rows: number, at: number): void {
    const { lengths } = this.#space;
    const { steps, channels } = this.output.shape;
    if (!lengths) return;
    for (let r = 0; r < rows; r++) {
      const hidden = Math.max(0, steps - lengths[r]!);
      this.#space.clear(at + r * steps * channels * 4, hidden * channels);
    }
  }
}

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

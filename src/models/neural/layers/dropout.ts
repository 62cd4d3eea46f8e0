import type { Layer, Pass, Signal, Workspace } from '../workspace.ts';

/** In training sets a share of the numbers to 0 and raises the rest (Srivastava and others 2014). */
export class Dropout implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #share: number;
  readonly #mask: number;

  constructor(space: Workspace, input: Signal, share: number) {
    const { steps, channels } = input.shape;
    this.#space = space;
    this.#input = input;
    this.#share = share;
    const { training, rows } = space.plan;
    this.output = training ? space.signal(input.shape) : input;
    this.#mask = training ? space.take(rows * steps * channels + 16) : 0;
  }

  forward(rows: number, { training, random }: Pass): void {
    if (this.output === this.#input) return;
    const { at, shape } = this.#input;
    const count = rows * shape.steps * shape.channels;
    const share = training ? this.#share : 0;
    const [seed, limit] = [random.uint32(), share * 2 ** 32];
    const to = this.output.at;
    this.#space.kernels.dropout(to, this.#mask, at, count, seed, limit, 1 / (1 - share));
  }

  backward(rows: number): void {
    const { slope, shape } = this.#input;
    if (!slope || this.output === this.#input) return;
    const count = rows * shape.steps * shape.channels;
    this.#space.kernels.multiply(slope, this.output.slope, this.#mask, count);
  }
}

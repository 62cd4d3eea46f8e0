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
    this.#mask = training ? space.take(rows * steps * channels) : 0;
  }

  forward(rows: number, { training, random }: Pass): void {
    if (this.output === this.#input) return;
    const { floats } = this.#space;
    const { at, shape } = this.#input;
    const count = rows * shape.steps * shape.channels;
    const from = at / 4;
    const to = this.output.at / 4;
    const mask = this.#mask / 4;
    const kept = 1 / (1 - this.#share);
    for (let i = 0; i < count; i++) {
      const factor = !training ? 1 : random.next() < this.#share ? 0 : kept;
      floats[mask + i] = factor;
      floats[to + i] = floats[from + i]! * factor;
    }
  }

  backward(rows: number): void {
    const { slope, shape } = this.#input;
    if (!slope || this.output === this.#input) return;
    const { floats } = this.#space;
    const count = rows * shape.steps * shape.channels;
    const given = this.output.slope / 4;
    const mask = this.#mask / 4;
    for (let i = 0; i < count; i++) floats[slope / 4 + i] = floats[given + i]! * floats[mask + i]!;
  }
}

import type { Layer, Signal, Weight, Workspace } from '../workspace.ts';

/** Adds numbers of its own to each step, so that layers which treat all alike can tell them apart. */
export class Position implements Layer {
  readonly output: Signal;
  readonly table: Weight;
  readonly #space: Workspace;
  readonly #input: Signal;

  constructor(space: Workspace, input: Signal, name: string) {
    const { steps, channels } = input.shape;
    this.#space = space;
    this.#input = input;
    this.table = space.weight(
      `${name}.table`,
      [steps, channels],
      (values, random) => {
        for (let i = 0; i < values.length; i++) values[i] = 0.5 * random.normal();
      },
      'vector',
    );
    this.output = space.signal(input.shape);
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const { size, at } = this.table;
    const [row, from, to] = [size * 4, this.#input.at, this.output.at];
    kernels.copyRows(to, row, from, row, rows, size);
    kernels.addRows(to, row, at, 0, rows, size);
  }

  backward(rows: number): void {
    const { kernels, floats } = this.#space;
    const { size, slope } = this.table;
    const given = this.output.slope;
    kernels.sumRows(slope, given, size * 4, rows, size);
    const back = this.#input.slope;
    if (back) floats.copyWithin(back / 4, given / 4, given / 4 + rows * size);
  }
}

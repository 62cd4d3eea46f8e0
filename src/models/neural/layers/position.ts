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
    const { floats } = this.#space;
    const { size, at } = this.table;
    const [from, to] = [this.#input.at / 4, this.output.at / 4];
    for (let r = 0; r < rows; r++) {
      for (let i = 0, place = r * size; i < size; i++, place++) {
        floats[to + place] = floats[from + place]! + floats[at / 4 + i]!;
      }
    }
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

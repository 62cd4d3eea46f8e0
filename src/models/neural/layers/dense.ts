import {
  constant,
  type Layer,
  type Signal,
  type Start,
  type Weight,
  type Workspace,
} from '../workspace.ts';

/** Every step's channels by one matrix, plus a bias: out = in · W + b. */
export class Dense implements Layer {
  readonly output: Signal;
  readonly weight: Weight;
  readonly bias: Weight;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #turned: number;

  constructor(
    space: Workspace,
    input: Signal,
    { name, units, start }: { name: string; units: number; start: Start },
  ) {
    const { steps, channels } = input.shape;
    this.#space = space;
    this.#input = input;
    this.weight = space.weight(`${name}.weight`, [channels, units], start, 'matrix');
    this.bias = space.weight(`${name}.bias`, [units], constant(0), 'vector');
    this.output = space.signal({ steps, channels: units });
    this.#turned = input.slope ? space.take(channels * units) : 0;
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const { at, shape } = this.#input;
    const units = this.bias.size;
    const m = rows * shape.steps;
    kernels.fillRows(this.output.at, units * 4, this.bias.at, m, units);
    const from = this.weight.at;
    kernels.gemm(
      this.output.at,
      units * 4,
      at,
      shape.channels * 4,
      4,
      from,
      units * 4,
      m,
      units,
      shape.channels,
    );
  }

  backward(rows: number): void {
    const { kernels } = this.#space;
    const { at, slope, shape } = this.#input;
    const { channels } = shape;
    const units = this.bias.size;
    const m = rows * shape.steps;
    const given = this.output.slope;
    kernels.gemm(
      this.weight.slope,
      units * 4,
      at,
      4,
      channels * 4,
      given,
      units * 4,
      channels,
      units,
      m,
    );
    kernels.sumRows(this.bias.slope, given, units * 4, m, units);
    if (!slope) return;
    this.#space.transpose(this.#turned, this.weight.at, channels, units);
    this.#space.clear(slope, m * channels);
    kernels.gemm(
      slope,
      channels * 4,
      given,
      units * 4,
      4,
      this.#turned,
      channels * 4,
      m,
      channels,
      units,
    );
  }
}

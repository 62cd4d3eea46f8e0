import {
  constant,
  glorot,
  type Layer,
  type Signal,
  type Weight,
  type Workspace,
} from '../workspace.ts';

/** A recurrent layer. */
export interface RecurrentPlan {
  readonly name: string;
  readonly units: number;
  /** Hand on the state of every step, or that of the last alone. */
  readonly sequence: boolean;
  /** Read the steps from the last to the first. */
  readonly reverse?: boolean;
  /** Add to the slopes of the input rather than set them. */
  readonly adds?: boolean;
}

/**
 * What recurrent layers share. Numbers lie step by step, in each step gate by gate, in each gate
 * row by row, so that a gate of a batch is one run of numbers. A cell says how states follow.
 */
export abstract class Recurrent implements Layer {
  readonly output: Signal;
  readonly weight: Weight;
  readonly recurrent: Weight;
  readonly bias: Weight;
  protected readonly space: Workspace;
  protected readonly units: number;
  protected readonly gates: number;
  protected readonly steps: number;
  readonly #input: Signal;
  readonly #plan: RecurrentPlan;
  readonly #z: number;
  readonly #states: number;
  readonly #slope: number;
  readonly #turnedWeight: number;
  readonly #turnedRecurrent: number;

  constructor(
    space: Workspace,
    input: Signal,
    { plan, gates }: { plan: RecurrentPlan; gates: number },
  ) {
    const { steps, channels } = input.shape;
    const { name, units } = plan;
    this.space = space;
    this.units = units;
    this.gates = gates;
    this.steps = steps;
    this.#input = input;
    this.#plan = plan;
    const wide = gates * units;
    this.weight = space.weight(
      `${name}.weight`,
      [channels, wide],
      glorot(channels, units),
      'matrix',
    );
    this.recurrent = space.weight(
      `${name}.recurrent`,
      [units, wide],
      glorot(units, units),
      'matrix',
    );
    this.bias = space.weight(`${name}.bias`, [wide], constant(0), 'vector');
    this.output = space.signal({ steps: plan.sequence ? steps : 1, channels: units });
    this.#z = this.blocks(steps * gates);
    this.#states = this.blocks(steps + 1);
    const { training } = space.plan;
    this.#slope = training ? this.blocks(1) : 0;
    this.#turnedWeight = training && input.slope ? space.take(channels * wide) : 0;
    this.#turnedRecurrent = training ? space.take(units * wide) : 0;
  }

  /** Room for so many blocks of rows × units. */
  protected blocks(count: number): number {
    return this.space.take(count * (this.space.plan.rows * this.units + 4));
  }

  /** Bytes from one block to the next: whole vectors, for kernels overrun into the last. */
  protected stride(rows: number): number {
    return ((rows * this.units + 3) & ~3) * 4;
  }

  /** Address of a gate of a step, steps counted as they are read. */
  protected gate(rows: number, step: number, gate: number): number {
    return this.#z + (step * this.gates + gate) * this.stride(rows);
  }

  /** Address of the state after a step; step -1 is the zeros before all. */
  protected state(rows: number, step: number): number {
    return this.#states + (step + 1) * this.stride(rows);
  }

  /** Slopes by the state, carried from step to step. */
  protected get carried(): number {
    return this.#slope;
  }

  /** Address in the product with the state before that a gate's slope is taken from. */
  protected recurrentSlope(rows: number, step: number, gate: number): number {
    return this.gate(rows, step, gate);
  }

  /** Adds the product of the state before with a gate's recurrent weights. */
  protected addRecurrent(
    to: number,
    { rows, step, gate }: { rows: number; step: number; gate: number },
  ): void {
    const { units, gates } = this;
    const from = this.recurrent.at + gate * units * 4;
    const before = this.state(rows, step - 1);
    this.space.kernels.gemm(
      to,
      units * 4,
      before,
      units * 4,
      4,
      from,
      gates * units * 4,
      rows,
      units,
      units,
    );
  }

  /** The state after a step: the gates hold the products with the input, and the bias. */
  protected abstract advance(rows: number, step: number): void;

  /**
   * From the slopes by the state after a step to those by its gates, in their place; leaves in
   * `carried` what reaches the state before by another way than the gates.
   */
  protected abstract retreat(rows: number, step: number): void;

  /** Rows that have not begun by a step have no state after it. */
  protected hush(rows: number, step: number): void {
    this.hushAt(this.state(rows, step), rows, step);
  }

  /** And no slope by it. */
  protected hushSlopes(rows: number, step: number): void {
    this.hushAt(this.carried, rows, step);
  }

  protected hushAt(at: number, rows: number, step: number): void {
    this.space.hush(at, { rows, width: this.units, step, steps: this.steps });
  }

  /** Called before the first {@link Recurrent.retreat}. */
  protected prepareBack(_rows: number): void {}

  /** Which step of the sequence is read as that one. */
  #time(step: number): number {
    return this.#plan.reverse ? this.steps - 1 - step : step;
  }

  forward(rows: number): void {
    const { units, gates, steps } = this;
    const { kernels } = this.space;
    const { at, shape } = this.#input;
    const wide = gates * units * 4;
    this.space.clear(this.state(rows, -1), rows * units);
    for (let step = 0; step < steps; step++) {
      const from = at + this.#time(step) * shape.channels * 4;
      const stride = steps * shape.channels * 4;
      for (let gate = 0; gate < gates; gate++) {
        const to = this.gate(rows, step, gate);
        const shift = gate * units * 4;
        kernels.fillRows(to, units * 4, this.bias.at + shift, rows, units);
        kernels.gemm(
          to,
          units * 4,
          from,
          stride,
          4,
          this.weight.at + shift,
          wide,
          rows,
          units,
          shape.channels,
        );
      }
      this.advance(rows, step);
      this.hush(rows, step);
    }
    this.#handOn(rows);
  }

  #handOn(rows: number): void {
    const { kernels } = this.space;
    const { units, steps } = this;
    const row = units * 4;
    const { sequence } = this.#plan;
    for (let step = sequence ? 0 : steps - 1; step < steps; step++) {
      const { at, stride } = this.#place(this.output.at, step);
      kernels.copyRows(at, stride, this.state(rows, step), row, rows, units);
    }
  }

  /** Where the numbers of a step stand in the output, and bytes from row to row. */
  #place(output: number, step: number): { at: number; stride: number } {
    const row = this.units * 4;
    if (!this.#plan.sequence) return { at: output, stride: row };
    return { at: output + this.#time(step) * row, stride: this.steps * row };
  }

  /** Adds the slopes by what was handed on after a step. */
  #takeBack(rows: number, step: number): void {
    const { units, steps } = this;
    if (!this.#plan.sequence && step < steps - 1) return;
    const { at, stride } = this.#place(this.output.slope, step);
    this.space.kernels.addRows(this.#slope, units * 4, at, stride, rows, units);
  }

  backward(rows: number): void {
    const { units, gates, steps } = this;
    const { channels } = this.#input.shape;
    const wide = gates * units;
    this.space.clear(this.#slope, rows * units);
    this.space.transpose(this.#turnedRecurrent, this.recurrent.at, units, wide);
    const back = this.#input.slope;
    if (back) {
      this.space.transpose(this.#turnedWeight, this.weight.at, channels, wide);
      if (!this.#plan.adds) this.space.clear(back, rows * steps * channels);
    }
    this.prepareBack(rows);
    for (let step = steps - 1; step >= 0; step--) {
      this.#takeBack(rows, step);
      this.hushSlopes(rows, step);
      this.retreat(rows, step);
      for (let gate = 0; gate < gates; gate++) this.#spread(rows, step, gate);
    }
  }

  /** From the slopes of one gate to those of weights, input and state before. */
  #spread(rows: number, step: number, gate: number): void {
    const { units, gates, steps } = this;
    const { kernels } = this.space;
    const { at, slope, shape } = this.#input;
    const { channels } = shape;
    const wide = gates * units * 4;
    const shift = gate * units * 4;
    const row = units * 4;
    const given = this.gate(rows, step, gate);
    const place = this.#time(step) * channels * 4;
    const stride = steps * channels * 4;
    kernels.sumRows(this.bias.slope + shift, given, row, rows, units);
    kernels.gemm(
      this.weight.slope + shift,
      wide,
      at + place,
      4,
      stride,
      given,
      row,
      channels,
      units,
      rows,
    );
    if (slope) {
      const turned = this.#turnedWeight + gate * units * channels * 4;
      kernels.gemm(
        slope + place,
        stride,
        given,
        row,
        4,
        turned,
        channels * 4,
        rows,
        channels,
        units,
      );
    }
    if (step === 0) return;
    const inner = this.recurrentSlope(rows, step, gate);
    const before = this.state(rows, step - 1);
    kernels.gemm(
      this.recurrent.slope + shift,
      wide,
      before,
      4,
      row,
      inner,
      row,
      units,
      units,
      rows,
    );
    const turned = this.#turnedRecurrent + gate * units * units * 4;
    kernels.gemm(this.#slope, row, inner, row, 4, turned, row, rows, units, units);
  }
}

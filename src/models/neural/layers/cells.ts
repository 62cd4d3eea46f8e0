import { constant, type Signal, type Weight, type Workspace } from '../workspace.ts';
import { Recurrent, type RecurrentPlan } from './recurrent.ts';

/** state = tanh(x · W + before · U + b) (Elman 1990). */
export class SimpleRnn extends Recurrent {
  constructor(space: Workspace, input: Signal, plan: RecurrentPlan) {
    super(space, input, { plan, gates: 1 });
  }

  protected advance(rows: number, step: number): void {
    const z = this.gate(rows, step, 0);
    if (step > 0) this.addRecurrent(z, { rows, step, gate: 0 });
    this.space.kernels.tanh(this.state(rows, step), z, rows * this.units);
  }

  protected retreat(rows: number, step: number): void {
    const { kernels } = this.space;
    const count = rows * this.units;
    const z = this.gate(rows, step, 0);
    kernels.tanhBack(z, this.carried, this.state(rows, step), count);
    this.space.clear(this.carried, count);
  }
}

/**
 * Gated recurrent unit (Cho and others 2014) with gates reset, update, new in that order; the reset
 * applies to the product with the state before, which has a bias of its own, as in cuDNN.
 */
export class Gru extends Recurrent {
  readonly stateBias: Weight;
  readonly #inner: number;
  readonly #innerSlope: number;

  constructor(space: Workspace, input: Signal, plan: RecurrentPlan) {
    super(space, input, { plan, gates: 3 });
    this.stateBias = space.weight(`${plan.name}.stateBias`, [plan.units], constant(0), 'vector');
    this.#inner = this.blocks(this.steps);
    this.#innerSlope = space.plan.training ? this.blocks(1) : 0;
  }

  #innerAt(rows: number, step: number): number {
    return this.#inner + step * this.stride(rows);
  }

  protected advance(rows: number, step: number): void {
    const { kernels } = this.space;
    const { units } = this;
    const count = rows * units;
    const [r, z, n] = [0, 1, 2].map((gate) => this.gate(rows, step, gate)) as [
      number,
      number,
      number,
    ];
    const inner = this.#innerAt(rows, step);
    kernels.fillRows(inner, units * 4, this.stateBias.at, rows, units);
    if (step > 0) {
      this.addRecurrent(r, { rows, step, gate: 0 });
      this.addRecurrent(z, { rows, step, gate: 1 });
      this.addRecurrent(inner, { rows, step, gate: 2 });
    }
    const [before, after] = [this.state(rows, step - 1), this.state(rows, step)];
    kernels.gruStep(r, z, n, inner, before, after, count);
  }

  protected retreat(rows: number, step: number): void {
    const { kernels } = this.space;
    const [r, z, n] = [0, 1, 2].map((gate) => this.gate(rows, step, gate)) as [
      number,
      number,
      number,
    ];
    kernels.gruBack(
      r,
      z,
      n,
      this.#innerAt(rows, step),
      this.state(rows, step - 1),
      this.#innerSlope,
      this.carried,
      rows * this.units,
    );
    kernels.sumRows(this.stateBias.slope, this.#innerSlope, this.units * 4, rows, this.units);
  }

  protected override recurrentSlope(rows: number, step: number, gate: number): number {
    return gate === 2 ? this.#innerSlope : this.gate(rows, step, gate);
  }
}

/** Long short-term memory (Hochreiter and Schmidhuber 1997): gates input, forget, cell, output. */
export class Lstm extends Recurrent {
  readonly #cells: number;
  readonly #bent: number;
  readonly #cellSlope: number;

  constructor(space: Workspace, input: Signal, plan: RecurrentPlan) {
    super(space, input, { plan, gates: 4 });
    this.#cells = this.blocks(this.steps + 1);
    this.#bent = this.blocks(this.steps);
    this.#cellSlope = space.plan.training ? this.blocks(1) : 0;
  }

  #gates(rows: number, step: number): [number, number, number, number] {
    const [input, forget, fresh, out] = [0, 1, 2, 3].map((gate) => this.gate(rows, step, gate));
    return [input!, forget!, fresh!, out!];
  }

  #cell(rows: number, step: number): number {
    return this.#cells + (step + 1) * this.stride(rows);
  }

  protected advance(rows: number, step: number): void {
    const count = rows * this.units;
    const at = this.#gates(rows, step);
    for (let gate = 0; gate < 4 && step > 0; gate++) {
      this.addRecurrent(at[gate]!, { rows, step, gate });
    }
    if (step === 0) this.space.clear(this.#cell(rows, -1), count);
    const [before, cell] = [this.#cell(rows, step - 1), this.#cell(rows, step)];
    const bent = this.#bent + step * this.stride(rows);
    this.space.kernels.lstmStep(...at, before, cell, bent, this.state(rows, step), count);
  }

  protected override hush(rows: number, step: number): void {
    super.hush(rows, step);
    this.hushAt(this.#cell(rows, step), rows, step);
  }

  protected override hushSlopes(rows: number, step: number): void {
    super.hushSlopes(rows, step);
    this.hushAt(this.#cellSlope, rows, step);
  }

  protected override prepareBack(rows: number): void {
    this.space.clear(this.#cellSlope, rows * this.units);
  }

  protected retreat(rows: number, step: number): void {
    const before = this.#cell(rows, step - 1);
    const bent = this.#bent + step * this.stride(rows);
    this.space.kernels.lstmBack(
      ...this.#gates(rows, step),
      before,
      bent,
      this.carried,
      this.#cellSlope,
      rows * this.units,
    );
  }
}

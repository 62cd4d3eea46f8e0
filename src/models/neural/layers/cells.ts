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
    const { floats } = this.space;
    const count = rows * this.units;
    const h = this.state(rows, step) / 4;
    const z = this.gate(rows, step, 0) / 4;
    const d = this.carried / 4;
    for (let i = 0; i < count; i++) {
      const y = floats[h + i]!;
      floats[z + i] = floats[d + i]! * (1 - y * y);
      floats[d + i] = 0;
    }
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
    const { kernels, floats } = this.space;
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
    kernels.sigmoid(r, r, count);
    kernels.sigmoid(z, z, count);
    const [ri, zi, ni, at] = [r / 4, z / 4, n / 4, inner / 4];
    for (let i = 0; i < count; i++) floats[ni + i]! += floats[ri + i]! * floats[at + i]!;
    kernels.tanh(n, n, count);
    const before = this.state(rows, step - 1) / 4;
    const after = this.state(rows, step) / 4;
    for (let i = 0; i < count; i++) {
      const own = floats[ni + i]!;
      floats[after + i] = own + floats[zi + i]! * (floats[before + i]! - own);
    }
  }

  protected retreat(rows: number, step: number): void {
    const { floats, kernels } = this.space;
    const count = rows * this.units;
    const [r, z, n] = [0, 1, 2].map((gate) => this.gate(rows, step, gate) / 4) as [
      number,
      number,
      number,
    ];
    const inner = this.#innerAt(rows, step) / 4;
    const before = this.state(rows, step - 1) / 4;
    const innerSlope = this.#innerSlope / 4;
    const d = this.carried / 4;
    for (let i = 0; i < count; i++) {
      const given = floats[d + i]!;
      const [reset, update, own] = [floats[r + i]!, floats[z + i]!, floats[n + i]!];
      const slope = given * (1 - update) * (1 - own * own);
      floats[n + i] = slope;
      floats[z + i] = given * (floats[before + i]! - own) * update * (1 - update);
      floats[r + i] = slope * floats[inner + i]! * reset * (1 - reset);
      floats[innerSlope + i] = slope * reset;
      floats[d + i] = given * update;
    }
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

  #cell(rows: number, step: number): number {
    return this.#cells + (step + 1) * this.stride(rows);
  }

  protected advance(rows: number, step: number): void {
    const { kernels, floats } = this.space;
    const count = rows * this.units;
    const at = [0, 1, 2, 3].map((gate) => this.gate(rows, step, gate));
    at.forEach((each, gate) => {
      if (step > 0) this.addRecurrent(each, { rows, step, gate });
      if (gate === 2) kernels.tanh(each, each, count);
      else kernels.sigmoid(each, each, count);
    });
    const [input, forget, fresh, out] = at.map((each) => each / 4) as [
      number,
      number,
      number,
      number,
    ];
    if (step === 0) this.space.clear(this.#cell(rows, -1), count);
    const before = this.#cell(rows, step - 1) / 4;
    const cell = this.#cell(rows, step) / 4;
    for (let i = 0; i < count; i++) {
      floats[cell + i] =
        floats[forget + i]! * floats[before + i]! + floats[input + i]! * floats[fresh + i]!;
    }
    const bent = this.#bent + step * this.stride(rows);
    kernels.tanh(bent, this.#cell(rows, step), count);
    const state = this.state(rows, step) / 4;
    for (let i = 0; i < count; i++) floats[state + i] = floats[out + i]! * floats[bent / 4 + i]!;
  }

  protected override prepareBack(rows: number): void {
    this.space.clear(this.#cellSlope, rows * this.units);
  }

  protected retreat(rows: number, step: number): void {
    const { floats } = this.space;
    const count = rows * this.units;
    const at = [0, 1, 2, 3].map((gate) => this.gate(rows, step, gate) / 4);
    const [input, forget, fresh, out] = at as [number, number, number, number];
    const before = this.#cell(rows, step - 1) / 4;
    const bent = (this.#bent + step * this.stride(rows)) / 4;
    const d = this.carried / 4;
    const dCell = this.#cellSlope / 4;
    for (let k = 0; k < count; k++) {
      const given = floats[d + k]!;
      const [i, f, g, o] = [
        floats[input + k]!,
        floats[forget + k]!,
        floats[fresh + k]!,
        floats[out + k]!,
      ];
      const y = floats[bent + k]!;
      const slope = floats[dCell + k]! + given * o * (1 - y * y);
      floats[out + k] = given * y * o * (1 - o);
      floats[input + k] = slope * g * i * (1 - i);
      floats[fresh + k] = slope * i * (1 - g * g);
      floats[forget + k] = slope * floats[before + k]! * f * (1 - f);
      floats[dCell + k] = slope * f;
      floats[d + k] = 0;
    }
  }
}

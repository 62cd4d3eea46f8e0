import type { Layer, Signal, Workspace } from '../workspace.ts';
import type { Recurrent, RecurrentPlan } from './recurrent.ts';

/** Makes a recurrent layer. */
export type MakeRecurrent = (space: Workspace, input: Signal, plan: RecurrentPlan) => Recurrent;

/** Two recurrent layers over the same steps, one of them from the end; channels side by side. */
export class Bidirectional implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #parts: readonly Recurrent[];

  constructor(
    space: Workspace,
    input: Signal,
    { plan, make }: { plan: RecurrentPlan; make: MakeRecurrent },
  ) {
    this.#space = space;
    const { name } = plan;
    this.#parts = [
      make(space, input, { ...plan, name: `${name}.forward` }),
      make(space, input, { ...plan, name: `${name}.backward`, reverse: true, adds: true }),
    ];
    const { steps, channels } = this.#parts[0]!.output.shape;
    this.output = space.signal({ steps, channels: 2 * channels });
  }

  forward(rows: number): void {
    const { floats } = this.#space;
    this.#parts.forEach((part, side) => {
      part.forward(rows);
      this.#each(rows, side, (whole, own, units) => {
        const from = part.output.at / 4 + own;
        floats.copyWithin(this.output.at / 4 + whole, from, from + units);
      });
    });
  }

  backward(rows: number): void {
    const { floats } = this.#space;
    this.#parts.forEach((part, side) => {
      this.#each(rows, side, (whole, own, units) => {
        const from = this.output.slope / 4 + whole;
        floats.copyWithin(part.output.slope / 4 + own, from, from + units);
      });
      part.backward(rows);
    });
  }

  /** Places of each step in both outputs. */
  #each(
    rows: number,
    side: number,
    visit: (whole: number, own: number, units: number) => void,
  ): void {
    const { steps, channels } = this.output.shape;
    const units = channels / 2;
    for (let r = 0; r < rows * steps; r++) visit(r * channels + side * units, r * units, units);
  }
}

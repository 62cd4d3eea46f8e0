import type { Layer, Signal, Workspace } from '../workspace.ts';

/** The largest or the mean of each channel over windows of steps. */
export interface PoolingPlan {
  readonly method: 'max' | 'average';
  readonly width: number;
  readonly stride: number;
}

/** Pooling over the steps; steps that fill no whole window are left out. */
export class Pooling implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #plan: PoolingPlan;
  readonly #chosen: number;

  constructor(space: Workspace, input: Signal, plan: PoolingPlan) {
    const { steps, channels } = input.shape;
    this.#space = space;
    this.#input = input;
    this.#plan = plan;
    const left = Math.floor((steps - plan.width) / plan.stride) + 1;
    this.output = space.signal({ steps: left, channels });
    this.#chosen = plan.method === 'max' ? space.take(space.plan.rows * left * channels + 16) : 0;
  }

  /** Bytes from row to row and from window to window, and how many there are of what. */
  #windows(rows: number): [number, number, number, number, number, number] {
    const { steps, channels } = this.output.shape;
    const { width, stride } = this.#plan;
    const row = channels * 4;
    return [this.#input.shape.steps * row, stride * row, rows, steps, channels, width];
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const from = this.#input.at;
    const to = this.output.at;
    if (this.#plan.method === 'max') {
      kernels.maxPool(to, this.#chosen, from, ...this.#windows(rows));
    } else kernels.averagePool(to, from, ...this.#windows(rows));
  }

  backward(rows: number): void {
    const { kernels } = this.#space;
    const { slope, shape } = this.#input;
    if (!slope) return;
    this.#space.clear(slope, rows * shape.steps * shape.channels);
    const given = this.output.slope;
    if (this.#plan.method === 'max') {
      kernels.maxPoolBack(slope, this.#chosen, given, ...this.#windows(rows));
    } else kernels.averagePoolBack(slope, given, ...this.#windows(rows));
  }
}

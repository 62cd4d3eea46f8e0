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
    this.#chosen = plan.method === 'max' ? space.take(space.plan.rows * left * channels) : 0;
  }

  forward(rows: number): void {
    const { floats, ints } = this.#space;
    const { width, stride, method } = this.#plan;
    const { steps, channels } = this.output.shape;
    const before = this.#input.shape.steps;
    let to = this.output.at / 4;
    let mark = this.#chosen / 4;
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < steps; t++) {
        const from = this.#input.at / 4 + (r * before + t * stride) * channels;
        for (let c = 0; c < channels; c++) {
          let best = from + c;
          let sum = floats[best]!;
          for (let k = 1; k < width; k++) {
            const at = from + k * channels + c;
            if (method === 'average') sum += floats[at]!;
            else if (floats[at]! > floats[best]!) best = at;
          }
          if (method === 'max') ints[mark++] = best;
          floats[to++] = method === 'max' ? floats[best]! : sum / width;
        }
      }
    }
  }

  backward(rows: number): void {
    const { floats, ints } = this.#space;
    const { width, stride, method } = this.#plan;
    const { steps, channels } = this.output.shape;
    const { slope, at, shape } = this.#input;
    if (!slope) return;
    this.#space.clear(slope, rows * shape.steps * channels);
    const shift = (slope - at) / 4;
    let given = this.output.slope / 4;
    let mark = this.#chosen / 4;
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < steps; t++) {
        const from = slope / 4 + (r * shape.steps + t * stride) * channels;
        for (let c = 0; c < channels; c++) {
          const own = floats[given++]!;
          if (method === 'max') floats[ints[mark++]! + shift]! += own;
          else for (let k = 0; k < width; k++) floats[from + k * channels + c]! += own / width;
        }
      }
    }
  }
}

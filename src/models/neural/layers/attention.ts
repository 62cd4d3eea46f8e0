import {
  constant,
  glorot,
  type Layer,
  type Signal,
  type Weight,
  type Workspace,
} from '../workspace.ts';

/** Self-attention over the steps. */
export interface AttentionPlan {
  readonly name: string;
  /** Parts that the channels are cut into; each attends on its own. */
  readonly heads: number;
}

/**
 * Multi-head self-attention with a way around it (Vaswani and others 2017):
 * out = in + softmax(Q Kᵀ / √size) V · W + b, where Q, K and V are products with the input.
 */
export class Attention implements Layer {
  readonly output: Signal;
  readonly weight: Weight;
  readonly bias: Weight;
  readonly mix: Weight;
  readonly mixBias: Weight;
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #heads: number;
  readonly #qkv: Signal;
  readonly #shares: number;
  readonly #spare: number;
  readonly #scale: number;
  readonly #joined: Signal;
  readonly #turned: number;

  constructor(space: Workspace, input: Signal, { name, heads }: AttentionPlan) {
    const { steps, channels } = input.shape;
    this.#space = space;
    this.#input = input;
    this.#heads = heads;
    const start = glorot(channels, channels);
    this.weight = space.weight(`${name}.weight`, [channels, 3 * channels], start, 'matrix');
    this.bias = space.weight(`${name}.bias`, [3 * channels], constant(0), 'vector');
    this.mix = space.weight(`${name}.mix`, [channels, channels], start, 'matrix');
    this.mixBias = space.weight(`${name}.mixBias`, [channels], constant(0), 'vector');
    this.#qkv = space.signal({ steps, channels: 3 * channels });
    const { rows, training } = space.plan;
    this.#scale = 1 / Math.sqrt(channels / heads);
    this.#shares = space.take((training ? rows : 1) * heads * steps * steps + 16);
    this.#spare = training ? space.take(steps * steps + 16) : 0;
    this.#joined = space.signal(input.shape);
    this.output = space.signal(input.shape);
    this.#turned = space.take(Math.max(3 * channels * channels, steps * channels));
  }

  forward(rows: number): void {
    const { kernels } = this.#space;
    const { steps, channels } = this.#input.shape;
    const [m, row] = [rows * steps, channels * 4];
    const wide = 3 * row;
    kernels.fillRows(this.#qkv.at, wide, this.bias.at, m, 3 * channels);
    kernels.gemm(
      this.#qkv.at,
      wide,
      this.#input.at,
      row,
      4,
      this.weight.at,
      wide,
      m,
      3 * channels,
      channels,
    );
    for (let r = 0; r < rows; r++) this.#attend(r);
    kernels.fillRows(this.output.at, row, this.mixBias.at, m, channels);
    kernels.gemm(
      this.output.at,
      row,
      this.#joined.at,
      row,
      4,
      this.mix.at,
      row,
      m,
      channels,
      channels,
    );
    kernels.add(this.output.at, this.output.at, this.#input.at, m * channels);
  }

  /** Places of a row's numbers: its products, shares, and what the heads give together. */
  #places(row: number) {
    const { steps, channels } = this.#input.shape;
    const own = row * steps * channels * 4;
    // Only going back needs the shares of all rows.
    const kept = this.#space.plan.training ? row : 0;
    const shares = this.#shares + kept * this.#heads * steps * steps * 4;
    return { qkv: 3 * own, shares, joined: own };
  }

  #attend(row: number): void {
    const { steps, channels } = this.#input.shape;
    const { lengths } = this.#space;
    const { qkv, shares, joined } = this.#places(row);
    this.#space.kernels.attend(
      this.#joined.at + joined,
      this.#qkv.at + qkv,
      shares,
      this.#turned,
      steps,
      channels,
      this.#heads,
      // Steps that are not there are heeded by none.
      lengths ? Math.max(0, steps - lengths[row]!) : 0,
      this.#scale,
    );
  }

  #attendBack(row: number): void {
    const { steps, channels } = this.#input.shape;
    const { qkv, shares, joined } = this.#places(row);
    this.#space.kernels.attendBack(
      this.#qkv.slope + qkv,
      this.#qkv.at + qkv,
      shares,
      this.#joined.slope + joined,
      this.#spare,
      this.#turned,
      steps,
      channels,
      this.#heads,
      this.#scale,
    );
  }

  backward(rows: number): void {
    const { kernels, floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    const [m, row] = [rows * steps, channels * 4];
    const wide = 3 * row;
    const given = this.output.slope;
    kernels.sumRows(this.mixBias.slope, given, row, m, channels);
    kernels.gemm(this.mix.slope, row, this.#joined.at, 4, row, given, row, channels, channels, m);
    this.#space.transpose(this.#turned, this.mix.at, channels, channels);
    this.#space.clear(this.#joined.slope, m * channels);
    kernels.gemm(this.#joined.slope, row, given, row, 4, this.#turned, row, m, channels, channels);
    for (let r = 0; r < rows; r++) this.#attendBack(r);
    const slopes = this.#qkv.slope;
    kernels.sumRows(this.bias.slope, slopes, wide, m, 3 * channels);
    const weight = this.weight.slope;
    kernels.gemm(weight, wide, this.#input.at, 4, row, slopes, wide, channels, 3 * channels, m);
    const to = this.#input.slope;
    if (!to) return;
    floats.copyWithin(to / 4, given / 4, given / 4 + m * channels);
    this.#space.transpose(this.#turned, this.weight.at, channels, 3 * channels);
    kernels.gemm(to, row, slopes, wide, 4, this.#turned, row, m, channels, 3 * channels);
  }
}

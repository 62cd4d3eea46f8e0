import {
  constant,
  glorot,
  type Layer,
  type Signal,
  type Weight,
  type Workspace,
} from '../workspace.ts';
import { softmaxRow, softmaxSlopes } from './activation.ts';

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
  readonly #shares: Signal;
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
    this.#shares = space.signal({ steps, channels: heads * steps });
    this.#joined = space.signal(input.shape);
    this.output = space.signal(input.shape);
    this.#turned = space.take(Math.max(3 * channels * channels, steps * channels));
  }

  forward(rows: number): void {
    const { kernels, floats } = this.#space;
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
    this.#space.clear(this.#joined.at, m * channels);
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
    const [to, from] = [this.output.at / 4, this.#input.at / 4];
    for (let i = 0; i < m * channels; i++) floats[to + i]! += floats[from + i]!;
  }

  /** Places of one head of one row; strides of its matrices in bytes. */
  #place(row: number, head: number) {
    const { steps, channels } = this.#input.shape;
    const size = channels / this.#heads;
    const at = (signal: Signal, slope: boolean, own: number, wide: number): number =>
      (slope ? signal.slope : signal.at) + (row * steps * wide + own) * 4;
    const part = (n: number, slope = false): number =>
      at(this.#qkv, slope, n * channels + head * size, 3 * channels);
    const shares = this.#heads * steps;
    return {
      size,
      part,
      shares: (slope = false) => at(this.#shares, slope, head * steps, shares),
      joined: (slope = false) => at(this.#joined, slope, head * size, channels),
      wide: 12 * channels,
      row: 4 * channels,
      shareRow: 4 * shares,
      scale: 1 / Math.sqrt(size),
    };
  }

  /** The transpose of a steps × size matrix whose rows lie `wide` bytes apart. */
  #turn(from: number, wide: number, size: number): number {
    const { floats } = this.#space;
    const { steps } = this.#input.shape;
    const to = this.#turned / 4;
    for (let t = 0; t < steps; t++) {
      const row = (from + t * wide) / 4;
      for (let c = 0; c < size; c++) floats[to + c * steps + t] = floats[row + c]!;
    }
    return this.#turned;
  }

  #attend(row: number): void {
    const { kernels, floats } = this.#space;
    const { steps } = this.#input.shape;
    for (let head = 0; head < this.#heads; head++) {
      const {
        size,
        part,
        shares,
        joined,
        wide,
        row: line,
        shareRow,
        scale,
      } = this.#place(row, head);
      const keys = this.#turn(part(1), wide, size);
      for (let t = 0; t < steps; t++) this.#space.clear(shares() + t * shareRow, steps);
      kernels.gemm(shares(), shareRow, part(0), wide, 4, keys, steps * 4, steps, steps, size);
      for (let t = 0; t < steps; t++) {
        const at = (shares() + t * shareRow) / 4;
        for (let i = 0; i < steps; i++) floats[at + i]! *= scale;
        softmaxRow(floats, at, at, steps);
      }
      kernels.gemm(joined(), line, shares(), shareRow, 4, part(2), wide, steps, size, steps);
    }
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
    this.#space.clear(this.#qkv.slope, m * 3 * channels);
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

  #attendBack(row: number): void {
    const { kernels, floats } = this.#space;
    const { steps } = this.#input.shape;
    for (let head = 0; head < this.#heads; head++) {
      const {
        size,
        part,
        shares,
        joined,
        wide,
        row: line,
        shareRow,
        scale,
      } = this.#place(row, head);
      const given = joined(true);
      kernels.gemm(part(2, true), wide, shares(), 4, shareRow, given, line, steps, size, steps);
      const values = this.#turn(part(2), wide, size);
      const slopes = shares(true);
      for (let t = 0; t < steps; t++) this.#space.clear(slopes + t * shareRow, steps);
      kernels.gemm(slopes, shareRow, given, line, 4, values, steps * 4, steps, steps, size);
      for (let t = 0; t < steps; t++) {
        const to = (slopes + t * shareRow) / 4;
        const out = (shares() + t * shareRow) / 4;
        softmaxSlopes(floats, { to, given: to, out, width: steps });
        for (let i = 0; i < steps; i++) floats[to + i]! *= scale;
      }
      kernels.gemm(part(0, true), wide, slopes, shareRow, 4, part(1), wide, steps, size, steps);
      kernels.gemm(part(1, true), wide, slopes, 4, shareRow, part(0), wide, steps, size, steps);
    }
  }
}

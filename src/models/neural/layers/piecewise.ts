import type { Pieces } from '../pieces.ts';
import type { Layer, Signal, Workspace } from '../workspace.ts';

/**
 * How far into each of its pieces a number lies, 0 below and 1 above, standardised, beside the number
 * itself: the piecewise linear encoding of Gorishniy and others 2022. A channel without pieces passes
 * as it is. With `stepSizes` so many channels each become a step, filled up with zeros.
 */
export class Piecewise implements Layer {
  readonly output: Signal;
  readonly #space: Workspace;
  readonly #input: Signal;
  /** Where each channel's pieces begin; one more at the end. */
  readonly #start: Int32Array;
  /** Numbers of each channel in the output. */
  readonly widths: Int32Array;
  readonly #begin: Float64Array;
  readonly #end: Float64Array;
  readonly #shift: Float64Array;
  readonly #scale: Float64Array;

  constructor(
    space: Workspace,
    input: Signal,
    { pieces, stepSizes }: { pieces: readonly Pieces[]; stepSizes?: readonly number[] | undefined },
  ) {
    this.#space = space;
    this.#input = input;
    const { steps, channels } = input.shape;
    const counts = pieces.map(({ edges }) => Math.max(0, edges.length - 1));
    this.#start = new Int32Array(channels + 1);
    for (let c = 0; c < channels; c++) this.#start[c + 1] = this.#start[c]! + counts[c]!;
    const inRow = (of: (each: Pieces) => Float32Array): Float64Array =>
      Float64Array.from(pieces.flatMap((each) => [...of(each)]));
    this.#begin = inRow(({ edges }) => edges.subarray(0, -1));
    this.#end = inRow(({ edges }) => edges.subarray(1));
    this.#shift = inRow(({ shift }) => shift);
    this.#scale = inRow(({ scale }) => scale);
    this.widths = Int32Array.from(counts, (count) => 1 + count);
    const most = stepSizes ? this.#fill(stepSizes) : 0;
    const all = this.widths.reduce((sum, width) => sum + width, 0);
    const shape = stepSizes
      ? { steps: stepSizes.length, channels: most }
      : { steps, channels: all };
    this.output = space.signal(shape, input.slope > 0);
  }

  /** Widens the last channel of each step to what the widest takes. @returns numbers of a step */
  #fill(stepSizes: readonly number[]): number {
    const { widths } = this;
    let from = 0;
    const own = stepSizes.map((size) => {
      from += size;
      return widths.subarray(from - size, from).reduce((sum, width) => sum + width, 0);
    });
    const most = Math.max(...own);
    let last = -1;
    stepSizes.forEach((size, i) => {
      last += size;
      widths[last]! += most - own[i]!;
    });
    return most;
  }

  forward(rows: number): void {
    const { floats } = this.#space;
    const { steps, channels } = this.#input.shape;
    const [start, width] = [this.#start, this.widths];
    const [begin, end, shift, scale] = [this.#begin, this.#end, this.#shift, this.#scale];
    let from = this.#input.at / 4;
    let to = this.output.at / 4;
    for (let r = 0; r < rows * steps; r++) {
      for (let c = 0; c < channels; c++) {
        const x = floats[from++]!;
        const next = to + width[c]!;
        floats[to++] = x;
        const stop = start[c + 1]!;
        for (let p = start[c]!; p < stop; p++) {
          const share =
            x >= end[p]! ? 1 : x > begin[p]! ? (x - begin[p]!) / (end[p]! - begin[p]!) : 0;
          floats[to++] = (share - shift[p]!) * scale[p]!;
        }
        while (to < next) floats[to++] = 0;
      }
    }
  }

  backward(rows: number): void {
    const { slope, at, shape } = this.#input;
    if (!slope) return;
    const { floats } = this.#space;
    const [start, begin, end, scale] = [this.#start, this.#begin, this.#end, this.#scale];
    let given = this.output.slope / 4;
    for (let r = 0; r < rows * shape.steps; r++) {
      for (let c = 0; c < shape.channels; c++) {
        const place = r * shape.channels + c;
        const x = floats[at / 4 + place]!;
        let sum = floats[given]!;
        for (let p = start[c]!, own = given + 1; p < start[c + 1]!; p++, own++) {
          if (x <= begin[p]! || x >= end[p]!) continue;
          sum += (floats[own]! * scale[p]!) / (end[p]! - begin[p]!);
        }
        floats[slope / 4 + place] = sum;
        given += this.widths[c]!;
      }
    }
  }
}

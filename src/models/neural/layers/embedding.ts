import type { Layer, Signal, Weight, Workspace } from '../workspace.ts';

/** Which columns are codes, and what becomes of them. */
export interface EmbeddingPlan {
  readonly name: string;
  /** Positions of columns of codes, ascending. */
  readonly columns: readonly number[];
  /** Codes 0 to `codes - 1`; others are taken as 0. */
  readonly codes: number;
  /** Numbers that stand for a code. */
  readonly size: number;
}

/** Replaces codes by rows of a table, one table a column; other columns come first, unchanged. */
export class Embedding implements Layer {
  readonly output: Signal;
  readonly tables: readonly Weight[];
  readonly #space: Workspace;
  readonly #input: Signal;
  readonly #plan: EmbeddingPlan;
  readonly #rest: Int32Array;

  constructor(space: Workspace, input: Signal, plan: EmbeddingPlan) {
    const { steps, channels } = input.shape;
    const { columns, codes, size, name } = plan;
    this.#space = space;
    this.#input = input;
    this.#plan = plan;
    const all = Int32Array.from({ length: channels }, (_, c) => c);
    this.#rest = all.filter((c) => !columns.includes(c));
    this.tables = columns.map((_, i) =>
      space.weight(
        `${name}.table${i}`,
        [codes, size],
        (values, random) => {
          for (let at = 0; at < values.length; at++) values[at] = 0.5 * random.normal();
        },
        'matrix',
      ),
    );
    this.output = space.signal({ steps, channels: this.#rest.length + columns.length * size });
  }

  #code(value: number): number {
    return value >= 0 && value < this.#plan.codes ? Math.floor(value) : 0;
  }

  forward(rows: number): void {
    const { floats } = this.#space;
    const { columns, size } = this.#plan;
    const { steps, channels } = this.#input.shape;
    let to = this.output.at / 4;
    for (let r = 0; r < rows * steps; r++) {
      const from = this.#input.at / 4 + r * channels;
      for (const c of this.#rest) floats[to++] = floats[from + c]!;
      columns.forEach((c, i) => {
        const at = this.tables[i]!.at / 4 + this.#code(floats[from + c]!) * size;
        floats.copyWithin(to, at, at + size);
        to += size;
      });
    }
  }

  /** Codes have no slope: theirs is 0. */
  backward(rows: number): void {
    const { floats } = this.#space;
    const { columns, size } = this.#plan;
    const { at, slope, shape } = this.#input;
    let given = this.output.slope / 4;
    if (slope) this.#space.clear(slope, rows * shape.steps * shape.channels);
    for (let r = 0; r < rows * shape.steps; r++) {
      const place = r * shape.channels;
      for (const c of this.#rest) {
        if (slope) floats[slope / 4 + place + c] = floats[given]!;
        given++;
      }
      columns.forEach((c, i) => {
        const code = this.#code(floats[at / 4 + place + c]!);
        const to = this.tables[i]!.slope / 4 + code * size;
        for (let k = 0; k < size; k++) floats[to + k]! += floats[given++]!;
      });
    }
  }
}

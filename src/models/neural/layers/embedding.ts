import { type CodeColumn, tableName, tableRow, tableRows } from '../codes.ts';
import type { Layer, Signal, Weight, Workspace } from '../workspace.ts';

/** Which columns are codes, and what becomes of them. */
export interface EmbeddingPlan {
  /** Ascending. */
  readonly columns: readonly CodeColumn[];
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
    const { columns, size } = plan;
    this.#space = space;
    this.#input = input;
    this.#plan = plan;
    const all = Int32Array.from({ length: channels }, (_, c) => c);
    this.#rest = all.filter((c) => !columns.some(({ column }) => column === c));
    this.tables = columns.map(({ words }, i) =>
      space.weight(
        tableName(i),
        [tableRows(words), size],
        (values, random) => {
          for (let at = 0; at < values.length; at++) values[at] = random.normal();
        },
        'matrix',
      ),
    );
    this.output = space.signal({ steps, channels: this.#rest.length + columns.length * size });
  }

  forward(rows: number): void {
    const { floats } = this.#space;
    const { columns, size } = this.#plan;
    const { steps, channels } = this.#input.shape;
    const rest = this.#rest;
    const width = this.output.shape.channels;
    const [first, out] = [this.#input.at / 4, this.output.at / 4];
    for (let r = 0; r < rows * steps; r++) {
      const from = first + r * channels;
      const to = out + r * width;
      for (let i = 0; i < rest.length; i++) floats[to + i] = floats[from + rest[i]!]!;
    }
    for (let i = 0; i < columns.length; i++) {
      const { column, words } = columns[i]!;
      const table = this.tables[i]!.at / 4;
      let to = out + rest.length + i * size;
      for (let r = 0; r < rows * steps; r++, to += width) {
        const at = table + tableRow(floats[first + r * channels + column]!, words) * size;
        for (let k = 0; k < size; k++) floats[to + k] = floats[at + k]!;
      }
    }
  }

  /** Codes have no slope: theirs is 0. */
  backward(rows: number): void {
    const { floats } = this.#space;
    const { columns, size } = this.#plan;
    const { at, slope, shape } = this.#input;
    const rest = this.#rest;
    const width = this.output.shape.channels;
    const given = this.output.slope / 4;
    const count = rows * shape.steps;
    if (slope) {
      this.#space.clear(slope, count * shape.channels);
      for (let r = 0; r < count; r++) {
        const to = slope / 4 + r * shape.channels;
        for (let i = 0; i < rest.length; i++)
          floats[to + rest[i]!] = floats[given + r * width + i]!;
      }
    }
    for (let i = 0; i < columns.length; i++) {
      const { column, words } = columns[i]!;
      const table = this.tables[i]!.slope / 4;
      let from = given + rest.length + i * size;
      for (let r = 0; r < count; r++, from += width) {
        const cell = floats[at / 4 + r * shape.channels + column]!;
        const to = table + tableRow(cell, words) * size;
        for (let k = 0; k < size; k++) floats[to + k]! += floats[from + k]!;
      }
    }
  }
}

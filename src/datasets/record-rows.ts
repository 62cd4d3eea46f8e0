import { NumberBuilder, type Schema, type Table, TextBuilder } from '../table/index.ts';

/** A cell on its way into a table; undefined and NaN are empty. */
export type CellValue = string | number | undefined;

/** Rows of any schema, given one at a time as values in the order of its columns. */
export class RecordRows {
  readonly schema: Schema;
  /** Rows so far. */
  length = 0;
  #builders: (NumberBuilder | TextBuilder)[] = [];

  constructor(schema: Schema) {
    this.schema = schema;
    this.#begin();
  }

  /** @param values one for each column; a number for a text column and text for a number are empty */
  push(values: readonly CellValue[]): void {
    for (let i = 0; i < this.#builders.length; i++) {
      const builder = this.#builders[i]!;
      const value = values[i];
      if (builder instanceof NumberBuilder) {
        builder.push(typeof value === 'number' ? value : Number.NaN);
      } else builder.push(typeof value === 'string' && value !== '' ? value : undefined);
    }
    this.length++;
  }

  /** The rows so far as a table; this store begins again, empty. */
  take(): Table {
    const rows = this.length;
    const columns = this.#builders.map((builder) => builder.finish());
    this.#begin();
    return { schema: this.schema, rows, columns };
  }

  #begin(): void {
    this.length = 0;
    this.#builders = this.schema.columns.map(({ type }) =>
      type === 'text' ? new TextBuilder() : new NumberBuilder(),
    );
  }
}

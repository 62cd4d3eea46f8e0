import { WiresiftError } from '../base/index.ts';
import type { Column, Schema, Table } from '../table/index.ts';
import { ByteDictionary } from './byte-dictionary.ts';

/** Cells of one table: 50 million rows of the argus view, ten million of the zeek view; 8 bytes each. */
export const MAX_CELLS = 700_000_000;

/** The columns of any schema in the making; cells of row `length` may be written after `reserve`. */
export class TableRows {
  readonly schema: Schema;
  /** Rows so far. */
  length = 0;
  /** One array for each column of the schema, number or code by its type. */
  readonly numbers: (Float64Array | undefined)[] = [];
  readonly codes: (Int32Array | undefined)[] = [];
  readonly dictionaries: (ByteDictionary | undefined)[] = [];
  readonly #maxRows: number;
  readonly #first: number;
  #capacity = 0;

  /** @param capacity rows to make room for at first */
  constructor(schema: Schema, capacity: number) {
    this.schema = schema;
    this.#maxRows = Math.floor(MAX_CELLS / schema.columns.length);
    this.#first = Math.min(this.#maxRows, Math.max(1024, Math.ceil(capacity)));
    this.#begin();
  }

  /** Makes room for one more row. @throws WiresiftError `DATASET_LIMIT` */
  reserve(): void {
    if (this.length < this.#capacity) return;
    if (this.#capacity >= this.#maxRows) {
      throw new WiresiftError({
        code: 'DATASET_LIMIT',
        where: 'rows of one table',
        saw: `more than ${this.#maxRows}`,
        expected: 'files that fit in memory together',
        todo: 'Read fewer files at a time',
      });
    }
    const size = Math.min(this.#maxRows, this.#capacity * 2);
    this.#capacity = size;
    for (let i = 0; i < this.numbers.length; i++) {
      const numbers = this.numbers[i];
      const codes = this.codes[i];
      if (numbers) {
        this.numbers[i] = new Float64Array(size);
        this.numbers[i]!.set(numbers);
      }
      if (codes) {
        this.codes[i] = new Int32Array(size);
        this.codes[i]!.set(codes);
      }
    }
  }

  /** The rows so far as a table, without copying; this store begins again, empty. */
  take(): Table {
    const rows = this.length;
    const columns = this.numbers.map((values, i): Column => {
      if (values) return { kind: 'number', values: values.subarray(0, rows) };
      const codes = this.codes[i]!.subarray(0, rows);
      return { kind: 'text', codes, dictionary: this.dictionaries[i]!.words() };
    });
    this.#begin();
    return { schema: this.schema, rows, columns };
  }

  #begin(): void {
    const size = this.#first;
    this.#capacity = size;
    this.length = 0;
    for (const [i, { type }] of this.schema.columns.entries()) {
      const text = type === 'text';
      this.numbers[i] = text ? undefined : new Float64Array(size);
      this.codes[i] = text ? new Int32Array(size) : undefined;
      this.dictionaries[i] = text ? new ByteDictionary() : undefined;
    }
  }
}

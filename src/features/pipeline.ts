import { createHash } from 'node:crypto';
import { WiresiftError } from '../base/index.ts';
import { schemaId, type Table } from '../table/index.ts';
import { canonicalJson } from './canonical.ts';
import { tableHistory } from './history.ts';
import {
  BLOCK_ROWS,
  type BlockWriter,
  bindPlan,
  type FittedPlan,
  type Origin,
  planColumns,
} from './lane.ts';
import { createMatrix, type Matrix } from './matrix.ts';

/** Version of {@link PipelineJson}; raised when the meaning of any field changes. */
export const PIPELINE_FORMAT = 1;

/** A fitted pipeline as plain data. */
export interface PipelineJson {
  readonly format: number;
  /** `argus@1`. */
  readonly schema: string;
  readonly plans: readonly FittedPlan[];
  /** Columns that a selection left, ascending, among all that the plans yield; absent: all. */
  readonly kept?: readonly number[];
  /** Absent: its matrices have no history. */
  readonly history?: true;
}

/** What a pipeline does besides its plans. */
export interface PipelineChoice {
  /** Columns that stay, ascending, among all that the plans yield; absent: all. */
  readonly kept?: readonly number[] | undefined;
  /** Its matrices have {@link Matrix.history}. */
  readonly history?: boolean | undefined;
}

/** What turns a table of one schema into a matrix, as learned from the training rows. */
export class Pipeline {
  /** `argus@1`: the only schema it takes. */
  readonly schema: string;
  /** Names of the matrix columns. */
  readonly names: readonly string[];
  /** Whether its matrices tell hosts and times. */
  readonly history: boolean;
  readonly #plans: readonly FittedPlan[];
  readonly #origins: readonly Origin[];
  readonly #firstColumns: readonly number[];
  readonly #kept: readonly number[] | undefined;
  /** Columns that hold codes of categories. */
  readonly #codes: readonly number[];
  /** Columns that the plans yield, whether kept or not. */
  readonly #width: number;

  /**
   * Takes plans that `fitPipeline` learned or `pipelineFromJSON` checked.
   */
  constructor(schema: string, plans: readonly FittedPlan[], choice: PipelineChoice = {}) {
    const { kept, history = false } = choice;
    this.schema = schema;
    this.history = history;
    this.#plans = plans;
    const name = schema.slice(0, schema.lastIndexOf('@'));
    const lists = plans.map((plan) => planColumns(name, plan));
    const all = lists.flat();
    const columns = kept ? kept.map((index) => all[index]!) : all;
    this.#kept = kept;
    this.#width = all.length;
    this.names = columns.map((column) => column.name);
    this.#origins = columns.map((column) => column.origin);
    this.#codes = columns.flatMap(({ origin }, i) => (origin.step === 'ordinal' ? [i] : []));
    let first = 0;
    this.#firstColumns = lists.map((list) => {
      first += list.length;
      return first - list.length;
    });
  }

  /**
   * The rows named (all when absent), in that order, as a matrix. Empty cells without an impute
   * step come out as NaN, which models refuse.
   *
   * @throws WiresiftError `FEATURE_SCHEMA` when the table has another schema, `FEATURE_HISTORY` when it
   *   does not tell hosts and times that are asked for
   */
  transform(table: Table, rows?: Int32Array): Matrix {
    checkTable(this.schema, table);
    const count = rows ? rows.length : table.rows;
    const matrix: Matrix = {
      ...createMatrix(count, this.names),
      ...(this.#codes.length > 0 ? { codes: this.#codes } : {}),
      ...(this.history ? { history: tableHistory(table, rows) } : {}),
    };
    if (this.#kept) {
      this.#writeKept(this.#kept, table, rows, matrix);
      return matrix;
    }
    const writers: BlockWriter[] = this.#plans.map((plan) => bindPlan(plan, table));
    const { data: out, cols: stride } = matrix;
    for (let start = 0; start < count; start += BLOCK_ROWS) {
      const size = Math.min(BLOCK_ROWS, count - start);
      for (let i = 0; i < writers.length; i++) {
        writers[i]!({ rows, start, count: size, out, stride, column: this.#firstColumns[i]! });
      }
    }
    return matrix;
  }

  /** Writes each block whole into a small buffer and copies the kept columns from there. */
  #writeKept(
    kept: readonly number[],
    table: Table,
    rows: Int32Array | undefined,
    matrix: Matrix,
  ): void {
    const stride = this.#width;
    const needed = this.#plans.flatMap((plan, i) => {
      const column = this.#firstColumns[i]!;
      const end = this.#firstColumns[i + 1] ?? stride;
      const used = kept.some((index) => index >= column && index < end);
      return used ? [{ write: bindPlan(plan, table), column }] : [];
    });
    const out = new Float32Array(BLOCK_ROWS * stride);
    const { data, cols } = matrix;
    const from = Int32Array.from(kept);
    const counted = rows ? undefined : new Int32Array(Math.min(BLOCK_ROWS, matrix.rows));
    for (let start = 0; start < matrix.rows; start += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, matrix.rows - start);
      if (counted) for (let i = 0; i < count; i++) counted[i] = start + i;
      const block = rows?.subarray(start, start + count) ?? counted!;
      out.fill(0);
      for (const { write, column } of needed) {
        write({ rows: block, start: 0, count, out, stride, column });
      }
      for (let i = 0; i < count; i++) {
        const to = (start + i) * cols;
        for (let c = 0; c < cols; c++) data[to + c] = out[i * stride + from[c]!]!;
      }
    }
  }

  /**
   * The same pipeline with these of its matrix columns only, in their order here.
   * @param columns numbers of its columns, in any order
   * @throws WiresiftError `FEATURE_SELECT` for no column, one twice, or one that it does not have
   */
  keep(columns: ArrayLike<number>): Pipeline {
    const sorted = Array.from(columns).sort((a, b) => a - b);
    const wrong = sorted.some((each, i) => !(each in this.names) || each === sorted[i - 1]);
    if (wrong || sorted.length === 0) {
      throw new WiresiftError({
        code: 'FEATURE_SELECT',
        where: 'pipeline',
        saw: `the columns ${sorted.slice(0, 8).join(', ') || 'none'}`,
        expected: `at least one of 0 to ${this.names.length - 1}, each once`,
        todo: 'Keep other columns, or choose a weaker selection',
      });
    }
    const kept = sorted.map((each) => this.#kept?.[each] ?? each);
    return new Pipeline(this.schema, this.#plans, { kept, history: this.history });
  }

  /** Source and step of matrix column `column`, 0 to names.length - 1. */
  origin(column: number): Origin {
    return this.#origins[column]!;
  }

  /** Plain data from which `pipelineFromJSON` builds an equal pipeline. */
  toJSON(): PipelineJson {
    return {
      ...{ format: PIPELINE_FORMAT, schema: this.schema, plans: this.#plans },
      ...(this.#kept ? { kept: this.#kept } : {}),
      ...(this.history ? { history: true } : {}),
    };
  }

  /** SHA-256 of the canonical JSON, hexadecimal: equal pipelines have equal hashes. */
  hash(): string {
    return createHash('sha256').update(canonicalJson(this.toJSON())).digest('hex');
  }
}

/** @throws WiresiftError `FEATURE_SCHEMA` when the table has another schema than `expected` */
export function checkTable(expected: string, table: Table): void {
  const saw = schemaId(table.schema);
  if (saw === expected) return;
  throw new WiresiftError({
    code: 'FEATURE_SCHEMA',
    where: 'pipeline',
    saw: `a table of schema ${saw}`,
    expected: `schema ${expected}, which the pipeline was fitted on`,
    todo: 'Use a model of this schema, or read the data with the matching view',
  });
}

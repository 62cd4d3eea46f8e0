import { createHash } from 'node:crypto';
import { WiresiftError } from '../base/index.ts';
import { schemaId, type Table } from '../table/index.ts';
import { canonicalJson } from './canonical.ts';
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
}

/** What turns a table of one schema into a matrix, as learned from the training rows. */
export class Pipeline {
  /** `argus@1`: the only schema it takes. */
  readonly schema: string;
  /** Names of the matrix columns. */
  readonly names: readonly string[];
  readonly #plans: readonly FittedPlan[];
  readonly #origins: readonly Origin[];
  readonly #firstColumns: readonly number[];

  /** Takes plans that `fitPipeline` learned or `pipelineFromJSON` checked. */
  constructor(schema: string, plans: readonly FittedPlan[]) {
    this.schema = schema;
    this.#plans = plans;
    const name = schema.slice(0, schema.lastIndexOf('@'));
    const lists = plans.map((plan) => planColumns(name, plan));
    this.names = lists.flat().map((column) => column.name);
    this.#origins = lists.flat().map((column) => column.origin);
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
   * @throws WiresiftError `FEATURE_SCHEMA` when the table has another schema
   */
  transform(table: Table, rows?: Int32Array): Matrix {
    checkTable(this.schema, table);
    const count = rows ? rows.length : table.rows;
    const matrix = createMatrix(count, this.names);
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

  /** Source and step of matrix column `column`, 0 to names.length - 1. */
  origin(column: number): Origin {
    return this.#origins[column]!;
  }

  /** Plain data from which `pipelineFromJSON` builds an equal pipeline. */
  toJSON(): PipelineJson {
    return { format: PIPELINE_FORMAT, schema: this.schema, plans: this.#plans };
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

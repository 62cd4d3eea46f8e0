import { WiresiftError } from '../base/index.ts';
import { type Matrix, type Pipeline, pipelineFromJSON } from '../features/index.ts';
import { argusSchema, argusTable, type FlowBatch } from '../flow/index.ts';
import type { Model, ModelFile } from '../models/index.ts';
import { columnIndex, schemaId, type Table, textAt } from '../table/index.ts';
import type { Reason } from './evidence.ts';
import type { Explain, ModelFacts } from './host.ts';

/** A batch's scores, and why; both valid until the next batch. */
export interface BatchScores {
  /** Probability of harm, one a row. */
  readonly scores: Float32Array;
  readonly explain: Explain;
}

/** Features shown for one row: the rest weigh less than these. */
const MOST_REASONS = 12;

/**
 * Scores flow batches with the very pipeline that the model was trained with: view, transform, model.
 */
export class FlowScorer {
  readonly #pipeline: Pipeline;
  readonly #model: Model;
  readonly #harmless: number;

  /** `argus@1`: the only schema it scores. */
  get schema(): string {
    return this.#pipeline.schema;
  }

  /** What host-level accumulation must know of the model. */
  readonly facts: ModelFacts;

  /**
   * @param hash SHA-256 of the file's bytes, by which alerts name the model
   * @throws WiresiftError `DETECT_MODEL` when the model reads another schema, or the file does not say
   *   which class is harmless and how often the threshold is wrong
   */
  constructor(file: ModelFile, hash: string) {
    const harmlessClass = harmlessOf(file);
    const { classes } = file.model;
    const hostile = classes.filter((name) => name !== harmlessClass);
    this.#pipeline = pipelineFromJSON(file.pipeline);
    this.#model = file.model;
    this.#harmless = classes.indexOf(harmlessClass);
    this.facts = {
      hash,
      className: hostile.length === 1 ? hostile[0]! : 'attack',
      threshold: file.threshold.value,
      falsePositiveRate: rateOf(file, 'falsePositiveRate'),
      falsePositiveRateUpper: rateOf(file, 'falsePositiveRateUpper'),
    };
    const expected = schemaId(argusSchema);
    if (file.schema !== expected) refuse(`schema ${file.schema}`, `schema ${expected}`);
  }

  /** Scores one batch; keeps nothing of it but what {@link BatchScores.explain} needs. */
  score(batch: FlowBatch): BatchScores {
    return this.scoreTable(argusTable(batch));
  }

  /**
   * Scores the rows of a table that was read, not metered.
   * @throws WiresiftError `FEATURE_SCHEMA` for a table of another schema
   */
  scoreTable(table: Table): BatchScores {
    const matrix = this.#pipeline.transform(table);
    const probabilities = this.#model.score(matrix);
    const classes = this.#model.classes.length;
    const scores = new Float32Array(matrix.rows);
    for (let row = 0; row < scores.length; row++) {
      scores[row] = 1 - probabilities[row * classes + this.#harmless]!;
    }
    return { scores, explain: (row) => this.#explain(table, matrix, row) };
  }

  /** Contributions away from harmless, summed over the matrix columns that come from one cell. */
  #explain(table: Table, matrix: Matrix, row: number): Reason[] {
    const contributions = this.#model.explain(matrix, row, this.#harmless);
    const sums = new Map<string, { inputs: readonly string[]; sum: number }>();
    for (let col = 0; col < contributions.length; col++) {
      const { from, inputs } = this.#pipeline.origin(col);
      // A derivation of one column (the flags of State) is told as that column.
      const name = inputs.length === 1 ? inputs[0]! : from;
      const entry = sums.get(name);
      if (entry) entry.sum -= contributions[col]!;
      else sums.set(name, { inputs, sum: -contributions[col]! });
    }
    return [...sums]
      .map(([feature, { inputs, sum }]) => ({
        feature,
        value:
          inputs.length === 1 ? cellOf(table, inputs[0]!, row) : inputsText(table, inputs, row),
        contribution: sum,
      }))
      .filter(({ contribution }) => contribution !== 0)
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
      .slice(0, MOST_REASONS);
  }
}

function refuse(saw: string, expected: string): never {
  throw new WiresiftError({
    code: 'DETECT_MODEL',
    where: 'model file',
    saw,
    expected,
    todo: 'Train the model again with this version of wiresift',
  });
}

function harmlessOf({ facts, model }: ModelFile): string {
  const training = facts['training'];
  const known =
    training !== null && typeof training === 'object' && 'harmlessClass' in training
      ? training['harmlessClass']
      : undefined;
  if (typeof known === 'string' && model.classes.includes(known)) return known;
  return refuse('no harmless class among its classes', `one of ${model.classes.join(', ')}`);
}

function rateOf({ metrics }: ModelFile, name: string): number {
  const rate = metrics[name];
  return typeof rate === 'number'
    ? rate
    : refuse(`no ${name}`, 'a rate measured on validation rows');
}

function cellOf(table: Table, name: string, row: number): string | number {
  const column = table.columns[columnIndex(table.schema, name)]!;
  if (column.kind === 'text') return textAt(column, row) ?? 'empty';
  const value = column.values[row]!;
  return Number.isNaN(value) ? 'empty' : value;
}

const inputsText = (table: Table, inputs: readonly string[], row: number): string =>
  inputs.map((name) => `${name} ${cellOf(table, name, row)}`).join(', ');

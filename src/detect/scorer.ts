import { WiresiftError } from '../base/index.ts';
import { type Matrix, type Pipeline, pipelineFromJSON } from '../features/index.ts';
import { argusSchema, argusTable, type FlowBatch, kddSchema, zeekSchema } from '../flow/index.ts';
import type { Model, ModelFile, ModelSession } from '../models/index.ts';
import { columnIndex, schemaId, type Table, textAt } from '../table/index.ts';
import type { Reason } from './evidence.ts';
import type { Explain, ModelFacts, ModelRole } from './host.ts';

/** A batch's scores, and why; both valid until the next batch. */
export interface BatchScores {
  /** Probability of harm, one a row. */
  readonly scores: Float32Array;
  readonly explain: Explain;
  /** Rows × kinds of harm, for a model that tells several apart. */
  readonly kinds?: Float32Array;
  /** Hosts whose last flows were forgotten for want of room, so far. */
  readonly forgotten?: number;
}

/** Features shown for one row: the rest weigh less than these. */
const MOST_REASONS = 12;
/** Views that are metered from packets; a model of another reads nothing that is at hand. */
const SCHEMAS = [argusSchema, zeekSchema, kddSchema].map(schemaId);

/**
 * Scores flow batches with the very pipeline that the model was trained with: view, transform, model. A
 * model that reads what hosts did before remembers their last flows from batch to batch: one scorer
 * for each stretch of traffic, fed in the order in which flows end.
 */
export class FlowScorer {
  readonly #pipeline: Pipeline;
  readonly #model: Model;
  /** For a model that reads what hosts did before: their last flows. */
  #session: ModelSession | undefined;
  readonly #harmless: number;
  /** Classes of harm, when there are several; else none. */
  readonly #kinds: readonly number[];

  /** `argus@1`, `zeek@1` or `kdd@1`: the only schema it scores. */
  get schema(): string {
    return this.#pipeline.schema;
  }

  /** Whether a row's score depends on the rows before. */
  get remembers(): boolean {
    return this.#session !== undefined;
  }

  /** What host-level accumulation must know of the model. */
  readonly facts: ModelFacts;

  /**
   * @param hash SHA-256 of the file's bytes, by which alerts name the model
   * @param name by which people name it
   * @throws WiresiftError `DETECT_MODEL` when the model reads another schema, or the file does not say
   *   which class is harmless and how often the threshold is wrong
   */
  constructor(file: ModelFile, hash: string, name = '') {
    const harmlessClass = harmlessOf(file);
    const { classes } = file.model;
    const hostile = classes.filter((name) => name !== harmlessClass);
    this.#pipeline = pipelineFromJSON(file.pipeline);
    this.#model = file.model;
    this.restart();
    this.#harmless = classes.indexOf(harmlessClass);
    this.#kinds = hostile.length > 1 ? hostile.map((word) => classes.indexOf(word)) : [];
    this.#check(file);
    this.facts = {
      name,
      role: roleOf(file),
      schema: file.schema,
      ...(hostile.length > 1 ? { kinds: hostile } : {}),
      hash,
      className: hostile.length === 1 ? hostile[0]! : 'attack',
      threshold: file.threshold.value,
      ...unsureOf(file),
      falsePositiveRate: rateOf(file, 'falsePositiveRate'),
      falsePositiveRateUpper: foreignRateOf(file) ?? rateOf(file, 'falsePositiveRateUpper'),
    };
  }

  /** Model and pipeline must be of one view, and the model read what the pipeline gives. */
  #check({ schema, model }: ModelFile): void {
    if (!SCHEMAS.includes(schema)) refuse(`schema ${schema}`, `one of ${SCHEMAS.join(', ')}`);
    const { schema: reads, names } = this.#pipeline;
    if (reads !== schema) refuse(`a pipeline of ${reads}`, `one of ${schema}`);
    const same =
      names.length === model.features.length &&
      names.every((each, i) => each === model.features[i]);
    if (!same)
      refuse('a pipeline that gives other columns than the model reads', 'the same columns');
  }

  /** Forgets all hosts: what follows is another stretch of traffic. */
  restart(): void {
    this.#session = this.#model.session?.();
  }

  /**
   * Scores one batch; keeps nothing of it but what {@link BatchScores.explain} needs and, for a model
   * that reads it, the last flows of its hosts.
   */
  score(batch: FlowBatch): BatchScores {
    return this.scoreTable(argusTable(batch));
  }

  /**
   * Scores the rows of a table that was read, not metered.
   * @throws WiresiftError `FEATURE_SCHEMA` for a table of another schema
   */
  scoreTable(table: Table): BatchScores {
    const matrix = this.#pipeline.transform(table);
    const probabilities = (this.#session ?? this.#model).score(matrix);
    const classes = this.#model.classes.length;
    const scores = new Float32Array(matrix.rows);
    for (let row = 0; row < scores.length; row++) {
      scores[row] = 1 - probabilities[row * classes + this.#harmless]!;
    }
    const explain: Explain = (row) => this.#explain(table, matrix, row);
    const kept = this.#session ? { forgotten: this.#session.evicted } : {};
    if (this.#kinds.length === 0) return { scores, explain, ...kept };
    const kinds = new Float32Array(matrix.rows * this.#kinds.length);
    for (let row = 0, at = 0; row < matrix.rows; row++) {
      for (const index of this.#kinds) kinds[at++] = probabilities[row * classes + index]!;
    }
    return { scores, explain, kinds, ...kept };
  }

  /** Contributions away from harmless, summed over the matrix columns that come from one cell. */
  #explain(table: Table, matrix: Matrix, row: number): Reason[] {
    const contributions = this.#session
      ? this.#session.explain(row, this.#harmless)
      : this.#model.explain(matrix, row, this.#harmless);
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

/** As training wrote it; a model that does not say may raise. */
function roleOf({ facts }: ModelFile): ModelRole {
  return facts['role'] === 'corroborates' ? 'corroborates' : 'raises';
}

/** Where the file says that the model abstains. */
function unsureOf({ threshold: { abstention } }: ModelFile): Pick<ModelFacts, 'unsure'> {
  return abstention ? { unsure: { from: abstention.from, to: abstention.to } } : {};
}

/** Upper bound of the share of harmless flows of other networks above the threshold, if measured. */
function foreignRateOf({ facts }: ModelFile): number | undefined {
  const { foreign } = facts;
  if (foreign === null || typeof foreign !== 'object' || !('upper' in foreign)) return undefined;
  return typeof foreign.upper === 'number' ? foreign.upper : undefined;
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

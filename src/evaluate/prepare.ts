import { WiresiftError } from '../base/index.ts';
import {
  balancedWeights,
  createMatrix,
  defaultSpec,
  fitPipeline,
  type Keep,
  keepBest,
  type Matrix,
  oversample,
  type Pipeline,
  type PipelineSpec,
  smote,
  smotenc,
  specOfCodes,
  undersample,
} from '../features/index.ts';
import { type FitInput, modelKind, type Parameters } from '../models/index.ts';
import { type Column, columnIndex, type LabelledTable, type Table } from '../table/index.ts';

/** A selection of columns by a model's importances, after those of the spec. */
export type ModelSelection =
  /** Keeps the columns of the highest importances of one fit. */
  | {
      readonly kind: 'importance';
      readonly keep: Keep;
      readonly model?: string;
      readonly parameters?: Parameters;
    }
  /**
   * Recursive elimination (Guyon, Weston, Barnhill, Vapnik 2002): fits, drops the columns of least
   * importance, and so on until `keep` are left.
   */
  | {
      readonly kind: 'eliminate';
      readonly keep: number;
      /** Columns a round: a count, or a share of those left when below 1. Default 1. */
      readonly step?: number;
      readonly model?: string;
      readonly parameters?: Parameters;
    };

/** How the classes of the training rows are brought to even weight. */
export interface Balance {
  /**
   * `weights`: each class weighs the same; `over`, `under`: rows drawn again or left out; `smote`:
   * rows made between neighbours in the matrix; `smotenc`: made in the table, words by vote.
   */
  readonly kind: 'weights' | 'over' | 'under' | 'smote' | 'smotenc';
  /** Rows a class; default: of the largest class, or of the smallest for `under`. */
  readonly target?: number;
  /** For the last two; default 5. */
  readonly neighbours?: number;
}

/** What is learned and done before the model sees a row. */
export interface Preparation {
  /** Default: `defaultSpec` of the data's schema. */
  readonly spec?: PipelineSpec;
  readonly selection?: readonly ModelSelection[];
  readonly balance?: Balance;
}

/** Rows to prepare and what may be spent on it. */
export interface PrepareOptions extends Preparation {
  readonly data: LabelledTable;
  /** Training rows, none of an unknown label. */
  readonly rows: Int32Array;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * The kind to be fitted and its parameters: whether it reads what hosts did before, and whether it
   * embeds categories. Default: no such kind.
   */
  readonly modelKind?: string;
  readonly parameters?: Parameters;
}

/** A pipeline and what the model is to be fitted on. */
export interface Prepared {
  readonly pipeline: Pipeline;
  readonly input: FitInput;
}

/** The kind that judges columns unless another is named. */
const JUDGE = 'forest';

/**
 * Fits the pipeline, selects columns and balances classes: all of it from the rows given and no
 * others. The same rows and seed give the same result, whatever the number of threads.
 * @throws as `fitPipeline`, `smote` and `smotenc`; `SEARCH` for a wrong selection; `PREPARE` for a
 *   balance that the kind cannot have; `ABORTED`
 */
export async function prepareRows(options: PrepareOptions): Promise<Prepared> {
  checkBalance(options);
  const pipeline = await preparePipeline(options);
  return { pipeline, input: balanced(options, pipeline) };
}

/** The pipeline alone: fitted, with its columns selected. @throws as {@link prepareRows} */
export async function preparePipeline(options: PrepareOptions): Promise<Pipeline> {
  const { data, rows, selection = [] } = options;
  const { table, labels } = data;
  let pipeline = fitPipeline(specFor(options), table, rows, labels);
  for (const each of selection) pipeline = (await selectByModel(options, pipeline, each)).pipeline;
  return pipeline;
}

/** What decides how columns are prepared. */
export interface SpecChoice
  extends Pick<PrepareOptions, 'spec' | 'balance' | 'modelKind' | 'parameters'> {
  readonly data: Pick<LabelledTable, 'table'>;
}

/**
 * The one place that fits a preparation to the kind of model: {@link codedSpec}, with history for
 * kinds that read it.
 * @throws WiresiftError `MODEL_KIND`, `MODEL_PARAMETER`
 */
export function specFor(choice: SpecChoice): PipelineSpec {
  const spec = codedSpec(choice);
  return readsHistory(choice.modelKind) ? { ...spec, history: true } : spec;
}

/**
 * The spec asked for, or the default of the schema, with codes of categories for kinds that embed
 * them. Rows made between neighbours have no codes, so `smote` leaves categories one-hot.
 * @throws WiresiftError `MODEL_KIND`, `MODEL_PARAMETER`
 */
export function codedSpec({ data, balance, modelKind: kind, ...rest }: SpecChoice): PipelineSpec {
  const embeds =
    kind !== undefined &&
    balance?.kind !== 'smote' &&
    modelKind(kind).embeds?.(rest.parameters ?? {}) === true;
  return specOfCodes(rest.spec ?? defaultSpec(data.table.schema), embeds);
}

/** Whether a kind reads what a row's host did before. @throws WiresiftError `MODEL_KIND` */
export function readsHistory(kind: string | undefined): boolean {
  return kind !== undefined && modelKind(kind).history === true;
}

/**
 * Rows drawn again, left out or made would stand in the histories of others.
 * @throws WiresiftError `PREPARE`
 */
function checkBalance({ balance, modelKind: kind }: PrepareOptions): void {
  if (!balance || balance.kind === 'weights' || !readsHistory(kind)) return;
  throw new WiresiftError({
    code: 'PREPARE',
    where: 'balance',
    saw: `${balance.kind} for ${kind}, which reads what hosts did before`,
    expected: 'weights: rows drawn or left out are no history',
    todo: 'Choose --balance weights, or another model',
    exitCode: 2,
  });
}

/** What a selection left, and the names of the columns that went, round by round. */
export interface Selected {
  readonly pipeline: Pipeline;
  readonly dropped: readonly (readonly string[])[];
}

/**
 * Leaves columns of a pipeline out by a model's importances; of equally important ones the later
 * name goes. Learns from the rows given alone.
 * @throws WiresiftError `SEARCH` when `keep` or `step` is out of range, `MODEL_KIND`,
 *   `MODEL_PARAMETER`, `ABORTED`
 */
export async function selectByModel(
  options: PrepareOptions,
  start: Pipeline,
  selection: ModelSelection,
): Promise<Selected> {
  const { data, rows, seed, threads, signal } = options;
  const estimator = modelKind(selection.model ?? JUDGE).create(selection.parameters ?? {});
  const labels = rows.map((row) => data.labels[row]!);
  const judge = async (pipeline: Pipeline): Promise<Float64Array> => {
    const matrix = pipeline.transform(data.table, rows);
    const model = await estimator.fit(
      { matrix, labels, classes: data.classes },
      { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) },
    );
    return model.importances();
  };
  if (selection.kind === 'importance') {
    const left = keepBest(await judge(start), selection.keep, start.names);
    return { pipeline: start.keep(left), dropped: [namesWithout(start, left)] };
  }
  const { keep, step = 1 } = selection;
  checkElimination(keep, step);
  const dropped: string[][] = [];
  let pipeline = start;
  while (pipeline.names.length > keep) {
    const size = pipeline.names.length;
    const drop = Math.max(1, step < 1 ? Math.floor(step * size) : step);
    const left = keepBest(await judge(pipeline), Math.max(keep, size - drop), pipeline.names);
    dropped.push(namesWithout(pipeline, left));
    pipeline = pipeline.keep(left);
  }
  return { pipeline, dropped };
}

const namesWithout = ({ names }: Pipeline, left: readonly number[]): string[] =>
  names.filter((_, column) => !left.includes(column));

function checkElimination(keep: number, step: number): void {
  const stepRight = step > 0 && (step < 1 || Number.isInteger(step));
  if (Number.isInteger(keep) && keep >= 1 && stepRight) return;
  throw new WiresiftError({
    code: 'SEARCH',
    where: 'elimination',
    saw: `keep ${keep}, step ${step}`,
    expected: 'whole numbers above 0, or a share for step',
    todo: 'Choose, say, keep 20 and step 0.1',
    exitCode: 2,
  });
}

function balanced(options: PrepareOptions, pipeline: Pipeline): FitInput {
  const { data, rows, seed, balance } = options;
  const { table, labels, classes } = data;
  const amount = {
    seed,
    ...(balance?.target === undefined ? {} : { target: balance.target }),
    ...(balance?.neighbours === undefined ? {} : { neighbours: balance.neighbours }),
  };
  const of = (some: Int32Array): FitInput => ({
    matrix: pipeline.transform(table, some),
    labels: some.map((row) => labels[row]!),
    classes,
  });
  if (!balance) return of(rows);
  if (balance.kind === 'over') return of(oversample(labels, rows, amount));
  if (balance.kind === 'under') return of(undersample(labels, rows, amount));
  const input = of(rows);
  if (balance.kind === 'weights') return { ...input, weights: balancedWeights(input.labels) };
  if (balance.kind === 'smote') {
    const made = smote(input.matrix, input.labels, amount);
    return { matrix: made.matrix, labels: made.labels, classes };
  }
  const columns = sourceColumns(pipeline, table);
  const made = smotenc(filled(table, rows, columns), labels, rows, { ...amount, columns });
  const synthetic = Int32Array.from(
    { length: made.table.rows - rows.length },
    (_, i) => rows.length + i,
  );
  return {
    matrix: joined(input.matrix, pipeline.transform(made.table, synthetic)),
    labels: made.labels,
    classes,
  };
}

/** Columns of the table that the pipeline reads. */
export function sourceColumns(pipeline: Pipeline, table: Table): string[] {
  const read = new Set(pipeline.names.flatMap((_, column) => pipeline.origin(column).inputs));
  return table.schema.columns.flatMap(({ name }) => (read.has(name) ? [name] : []));
}

/** The table with empty numbers filled by the median of the rows named, as distances need. */
function filled(table: Table, rows: Int32Array, names: readonly string[]): Table {
  const places = names.map((name) => columnIndex(table.schema, name));
  const columns = table.columns.map((column, i): Column => {
    if (column.kind === 'text' || !places.includes(i)) return column;
    const known = Float64Array.from(rows, (row) => column.values[row]!)
      .filter((value) => Number.isFinite(value))
      .sort();
    const median = known[known.length >> 1] ?? 0;
    const values = column.values.map((value) => (Number.isFinite(value) ? value : median));
    return { kind: 'number', values };
  });
  return { ...table, columns };
}

function joined(first: Matrix, second: Matrix): Matrix {
  const { codes } = first;
  const both = { ...createMatrix(first.rows + second.rows, first.names), ...(codes && { codes }) };
  both.data.set(first.data);
  both.data.set(second.data, first.data.length);
  return both;
}

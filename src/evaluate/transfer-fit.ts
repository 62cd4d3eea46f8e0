import { identicalGroups } from '../datasets/index.ts';
import { chooseFeatures, defaultSpec, type Pipeline } from '../features/index.ts';
import { type Model, modelKind, type Parameters } from '../models/index.ts';
import { joinTables, type LabelledTable, takeRows } from '../table/index.ts';
import { scoreRows, type Watch } from './experiment.ts';
import { type Measure, measure, proportion } from './measure.ts';
import { prepareRows } from './prepare.ts';
import { averagePrecision, countsAt, rank, rocAuc } from './ranking.ts';
import { chooseThreshold } from './threshold.ts';
import type { ReadySet } from './transfer-sets.ts';
import { harmlessClass, hostileScores, hostileTruth } from './truth.ts';

/** How every model of a matrix is made. */
export interface TransferRecipe {
  readonly modelKind: string;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a model did on rows of one set. */
export interface TransferFigures {
  readonly rows: number;
  /** Share of hostile rows: what guessing gives as average precision. */
  readonly prevalence: number;
  readonly averagePrecision: Measure;
  readonly rocAuc: Measure;
  /** At the threshold that the source's validation rows chose. */
  readonly falsePositiveRate: Measure;
  readonly recall: Measure;
}

/** A model with the threshold that the source's validation rows chose by best F1. */
export interface Fitted {
  readonly pipeline: Pipeline;
  readonly model: Model;
  readonly threshold: number;
}

/** Rows of the target that join those of the source. */
export interface Added {
  readonly from: ReadySet;
  readonly rows: Int32Array;
  /** Leave the source's rows out: what the few rows teach alone. */
  readonly alone: boolean;
}

/** Names of the features that stay when these are left out. */
export function featuresWithout({ data }: ReadySet, dropped: readonly string[]): string[] {
  const { schema } = data.table;
  return chooseFeatures(schema, { drop: dropped, allowOffline: true }).map(({ name }) => name);
}

/** Rows that teach, and what each weighs: rows of the target together as much as all of the source. */
function teaching(
  source: ReadySet,
  added: Added | undefined,
): { data: LabelledTable; weights?: Float32Array } {
  const own = takeRows(source.data.table, source.train);
  const labels = source.train.map((row) => source.data.labels[row]!);
  if (!added) return { data: { ...source.data, table: own, labels } };
  const { from, rows, alone } = added;
  const more = takeRows(from.data.table, rows);
  const moreLabels = rows.map((row) => from.data.labels[row]!);
  if (alone) return { data: { ...from.data, table: more, labels: moreLabels } };
  const weights = new Float32Array(labels.length + rows.length).fill(1);
  weights.fill(Math.max(1, labels.length / rows.length), labels.length);
  const data = {
    ...source.data,
    table: joinTables(own.schema, [own, more]),
    labels: Int32Array.from([...labels, ...moreLabels]),
  };
  return { data, weights };
}

/** Fits on the source's training rows, with those of the target where some are added. */
export async function fitSource(
  source: ReadySet,
  dropped: readonly string[],
  recipe: TransferRecipe,
  added?: Added,
): Promise<Fitted> {
  const { seed, threads, signal } = recipe;
  const { data, weights } = teaching(source, added);
  const rows = Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const spec = defaultSpec(data.table.schema, { drop: dropped, allowOffline: true });
  const { pipeline, input } = await prepareRows({
    ...{ data, rows, spec, seed, threads, signal },
    modelKind: recipe.modelKind,
    parameters: recipe.parameters,
  });
  const model = await modelKind(recipe.modelKind)
    .create(recipe.parameters)
    .fit(
      { ...input, ...(weights ? { weights } : {}) },
      { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) },
    );
  const probabilities = await scoreRows({ model, pipeline }, source.data, source.validation, {
    signal,
  });
  const threshold = chooseThreshold(
    {
      scores: hostileScores(probabilities, 2, 0),
      truth: hostileTruth(source.data.labels, source.validation, 0),
      spanSeconds: Number.NaN,
      background: 'exclude',
    },
    { kind: 'best-f1' },
  );
  return { pipeline, model, threshold: threshold.value };
}

/** Judges a model on the target's test rows. */
export async function judgeTarget(
  fitted: Fitted,
  { data, test }: ReadySet,
  signal?: AbortSignal,
): Promise<TransferFigures> {
  const truth = Uint8Array.from(test, (row) => data.labels[row]!);
  return judgeRows(fitted, { data, rows: test, truth }, { signal });
}

/**
 * Judges a model, whatever its classes, on rows whose truth is 1 (hostile) or 0.
 * @throws WiresiftError `ABORTED`
 */
export async function judgeRows(
  { pipeline, model, threshold }: Fitted,
  { data, rows, truth }: { data: LabelledTable; rows: Int32Array; truth: Uint8Array },
  watch: Watch,
): Promise<TransferFigures> {
  const { classes } = model;
  const probabilities = await scoreRows({ model, pipeline }, data, rows, watch);
  const scores = hostileScores(probabilities, classes.length, harmlessClass(classes));
  const ranking = rank(scores, truth);
  const { tp, fp, fn, tn } = countsAt(ranking, threshold);
  const { positives, negatives } = ranking;
  return {
    rows: rows.length,
    prevalence: positives / rows.length,
    averagePrecision: measure(
      positives > 0 && negatives > 0 ? averagePrecision(ranking) : Number.NaN,
      'rows of one class only',
    ),
    rocAuc: measure(rocAuc(ranking), 'rows of one class only'),
    falsePositiveRate: proportion(fp, fp + tn, 'no harmless rows'),
    recall: proportion(tp, tp + fn, 'no hostile rows'),
  };
}

/** Share of the target's test rows that equal a training row of the source in every feature used. */
export function copiesShare(
  source: ReadySet,
  target: ReadySet,
  features: readonly string[],
): number {
  const taught = takeRows(source.data.table, source.train);
  const judged = takeRows(target.data.table, target.test);
  const both = joinTables(taught.schema, [taught, judged]);
  const { groups } = identicalGroups(both, features);
  const known = new Set(groups.subarray(0, taught.rows));
  let copies = 0;
  for (let row = taught.rows; row < both.rows; row++) if (known.has(groups[row]!)) copies++;
  return copies / judged.rows;
}

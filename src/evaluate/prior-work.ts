import { WiresiftError } from '../base/index.ts';
import { fitPipeline, type Pipeline, type PipelineSpec } from '../features/index.ts';
import { type Model, modelKind } from '../models/index.ts';
import { type LabelledTable, type Table, takeRows } from '../table/index.ts';
import type { Measure } from './measure.ts';
import { measure, proportion } from './measure.ts';
import { f1, precisionAtPrevalence } from './metrics.ts';
import {
  NUMBERS,
  type Prepared,
  type PriorWorkOptions,
  type ProtocolStep,
  prepare,
  randomSplit,
  splitStep,
  WORDS,
} from './prior-work-rows.ts';
import { averagePrecision, type Counts, countsAt, rank, rocAuc } from './ranking.ts';
import { makeSplit } from './split.ts';
import { hostileScores, timesOf } from './truth.ts';

/** How the forest did on one set of rows, at its threshold of 0.5. */
export interface ProtocolResult {
  readonly name: string;
  readonly rows: number;
  readonly prevalence: Measure;
  /** Kept because the protocol headlines it; next to nothing on rare classes. */
  readonly accuracy: Measure;
  readonly averagePrecision: Measure;
  readonly rocAuc: Measure;
  readonly precision: Measure;
  readonly recall: Measure;
  readonly f1: Measure;
  readonly counts: Counts;
}

/** The protocol's own figures beside honest ones. */
export interface PriorWorkReport {
  readonly dataset: string;
  readonly hash: string;
  readonly steps: readonly ProtocolStep[];
  /** On its own balanced test rows: marked leaky. */
  readonly leaky: ProtocolResult;
  /** Precision that the leaky rates would give at the file's own prevalence. */
  readonly leakyAtNaturalPrevalence: Measure;
  /** The same fitted model on every row of the later part: some of these rows trained it. */
  readonly sameModelLater: ProtocolResult;
  /** The same recipe on the earlier part alone, judged on every row of the later part: honest. */
  readonly sameRecipe: ProtocolResult;
  readonly cut: number;
  readonly cutText: string;
}

const CLASSES = ['other', 'From-Botnet'];

/**
 * Repeats a published student protocol on a CTU-13 file, flaws included, and marks them: label is
 * From-Botnet against everything else; other rows dropped at random; rows with any empty cell
 * dropped, which deletes one-way flows; SMOTE-NC to 50/50 before the random split; a forest with at
 * least 10 rows a leaf on six columns; figures on the balanced test rows. Beside them stands what
 * the model does at natural prevalence on rows after a cut in time.
 *
 * @throws WiresiftError `PRIOR_WORK` when the data are not of the argus view or hold no From-Botnet
 * row
 */
export async function priorWorkProtocol(
  data: LabelledTable,
  options: PriorWorkOptions,
): Promise<PriorWorkReport> {
  const truth = botnetTruth(data);
  const rows = Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const prepared = prepare(data.table, truth, rows, options);
  const split = randomSplit(prepared.labels.length, options);
  const whole = await fitForest(prepared, split.train, options);
  const leaky = judgeRows('its own balanced test rows', whole, {
    table: prepared.table,
    rows: split.test,
    truth: Uint8Array.from(split.test, (row) => prepared.labels[row]!),
  });

  const cut = timeCut(data, truth, rows, options);
  const later = {
    table: data.table,
    rows: cut.test,
    truth: Uint8Array.from(cut.test, (row) => truth[row]!),
  };
  const early = prepare(data.table, truth, cut.train, options);
  const all = Int32Array.from(early.labels, (_, row) => row);
  const recipe = await fitForest(early, all, options);
  const { tp, fp, fn, tn } = leaky.counts;
  const hostile = truth.reduce((sum, value) => sum + value, 0);
  return {
    dataset: data.dataset,
    hash: data.hash,
    steps: [...prepared.steps, splitStep(prepared, split)],
    leaky,
    leakyAtNaturalPrevalence: measure(
      precisionAtPrevalence(tp / (tp + fn), fp / (fp + tn), hostile / truth.length),
      'no row is above 0.5',
    ),
    sameModelLater: judgeRows('same model, all later rows', whole, later),
    sameRecipe: judgeRows('same recipe on earlier rows, all later rows', recipe, later),
    cut: cut.detail.cut!,
    cutText: cut.detail.text,
  };
}

/**
 * 1 at each From-Botnet row, 0 at all others.
 * @throws WiresiftError `PRIOR_WORK` when the data are not of the argus view or hold none
 */
export function botnetTruth(data: LabelledTable): Int32Array {
  const { rawLabel, table } = data;
  const isBotnet = rawLabel.dictionary.map((word) => (word.includes('From-Botnet') ? 1 : 0));
  const truth = Int32Array.from(rawLabel.codes, (code) => (code < 0 ? 0 : isBotnet[code]!));
  if (table.schema.name === 'argus' && truth.includes(1)) return truth;
  throw new WiresiftError({
    code: 'PRIOR_WORK',
    where: `data set ${data.dataset}`,
    saw: `schema ${table.schema.name}, ${truth.includes(1) ? 'some' : 'no'} From-Botnet rows`,
    expected: 'a CTU-13 file with From-Botnet rows',
    todo: 'Give a labelled .binetflow file of CTU-13',
  });
}

/** The protocol's preparation: numbers filled and scaled, words filled and one-hot. */
export function protocolSpec(table: Table): PipelineSpec {
  return {
    schema: table.schema,
    plans: [
      ...NUMBERS.map((from) => ({
        from,
        steps: [{ kind: 'impute', with: 'median' } as const, { kind: 'standard' } as const],
      })),
      ...WORDS.map((from) => ({
        from,
        steps: [
          { kind: 'impute', with: 'mostFrequent' } as const,
          { kind: 'oneHot', unseen: 'zeros' } as const,
        ],
      })),
    ],
  };
}

interface Fitted {
  readonly pipeline: Pipeline;
  readonly model: Model;
}

async function fitForest(
  prepared: Prepared,
  rows: Int32Array,
  options: PriorWorkOptions,
): Promise<Fitted> {
  const train = takeRows(prepared.table, rows);
  const pipeline = fitPipeline(protocolSpec(train), train);
  const matrix = pipeline.transform(train);
  const labels = rows.map((row) => prepared.labels[row]!);
  const { seed, threads, signal } = options;
  const model = await modelKind('forest')
    .create({ minSamplesLeaf: 10 })
    .fit(
      { matrix, labels, classes: CLASSES },
      { seed, ...(threads ? { threads } : {}), ...(signal ? { signal } : {}) },
    );
  return { pipeline, model };
}

function timeCut(
  data: LabelledTable,
  truth: Int32Array,
  rows: Int32Array,
  options: PriorWorkOptions,
) {
  const times = timesOf(data.table);
  return makeSplit(
    { rows, labels: truth, ...(times ? { times } : {}) },
    { kind: 'time', trainFraction: options.trainFraction ?? 0.6, by: 'span' },
  );
}

interface Judged {
  readonly table: Table;
  readonly rows: Int32Array;
  readonly truth: Uint8Array;
}

function judgeRows(name: string, { pipeline, model }: Fitted, judged: Judged): ProtocolResult {
  const { table, rows, truth } = judged;
  const scores = hostileScores(model.score(pipeline.transform(table, rows)), 2, 0);
  const ranking = rank(scores, truth);
  const counts = countsAt(ranking, 0.5);
  const { tp, fp, fn, tn } = counts;
  return {
    name,
    rows: rows.length,
    prevalence: proportion(tp + fn, rows.length, 'no rows'),
    accuracy: proportion(tp + tn, rows.length, 'no rows'),
    averagePrecision: measure(averagePrecision(ranking), 'no positive rows'),
    rocAuc: measure(rocAuc(ranking), 'rows of one class only'),
    precision: proportion(tp, tp + fp, 'no row is above 0.5'),
    recall: proportion(tp, tp + fn, 'no positive rows'),
    f1: measure(f1(counts), 'no positive rows and none above 0.5'),
    counts,
  };
}

import { Random, WiresiftError } from '../base/index.ts';
import { fitPipeline, type Pipeline, type PipelineSpec, smotenc } from '../features/index.ts';
import { type Model, modelKind } from '../models/index.ts';
import { type LabelledTable, type Table, takeRows, textAt } from '../table/index.ts';
import type { Measure } from './measure.ts';
import { measure, proportion } from './measure.ts';
import { f1, precisionAtPrevalence } from './metrics.ts';
import { averagePrecision, type Counts, countsAt, rank, rocAuc } from './ranking.ts';
import { makeSplit } from './split.ts';
import { hostileScores, timesOf } from './truth.ts';

/** What goes wrong in a step: rows of the test part reach training, or rows are lost that matter. */
export type Flaw = 'leaks' | 'loses rows' | 'unrealistic' | '';

/** One step of the protocol, counted. */
export interface ProtocolStep {
  readonly name: string;
  readonly rows: number;
  readonly hostile: number;
  readonly flaw: Flaw;
  readonly note: string;
}

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

/** Choices of {@link priorWorkProtocol}; the defaults are the protocol's. */
export interface PriorWorkOptions {
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Share of rows that are not From-Botnet to drop at random. Default {@link DROPPED}. */
  readonly dropShare?: number;
  /** Default 0.25. */
  readonly testFraction?: number;
  /** Share of the time span before the honest cut. Default 0.6. */
  readonly trainFraction?: number;
}

/** 2.74 million of the 2,783,675 other rows of CTU-13's first scenario were dropped. */
export const DROPPED = 2_740_000 / 2_783_675;

const NUMBERS = ['Dur', 'TotPkts', 'TotBytes'];
const WORDS = ['Proto', 'Dir', 'State'];
const CLASSES = ['other', 'From-Botnet'];

interface Prepared {
  readonly table: Table;
  readonly labels: Int32Array;
  readonly synthetic: Uint8Array;
  readonly steps: readonly ProtocolStep[];
}

/**
 * Repeats a published student protocol on a CTU-13 file, flaws included, and marks them: label is
 * From-Botnet against everything else; other rows dropped at random; rows with any empty cell
 * dropped, which deletes one-way flows; SMOTE-NC to 50/50 before the random split; a forest with at
 * least 10 rows a leaf on six columns; figures on the balanced test rows. Beside them stands what the
 * model does at natural prevalence on rows after a cut in time.
 *
 * @throws WiresiftError `PRIOR_WORK` when the data are not of the argus view or hold no From-Botnet row
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

function botnetTruth(data: LabelledTable): Int32Array {
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

function count(rows: Int32Array, truth: Int32Array): { rows: number; hostile: number } {
  let hostile = 0;
  for (let i = 0; i < rows.length; i++) hostile += truth[rows[i]!]!;
  return { rows: rows.length, hostile };
}

/** Everything that the protocol does before it parts the rows. */
function prepare(
  table: Table,
  truth: Int32Array,
  rows: Int32Array,
  options: PriorWorkOptions,
): Prepared {
  const random = new Random(options.seed).fork('prior work');
  const dropShare = options.dropShare ?? DROPPED;
  const kept = rows.filter((row) => truth[row] === 1 || random.next() >= dropShare);
  const full = kept.filter((row) => isComplete(table, row));
  const before = count(kept, truth);
  const after = count(full, truth);
  if (after.hostile === 0 || after.hostile === after.rows) {
    throw new WiresiftError({
      code: 'PRIOR_WORK',
      where: 'prior work protocol, after dropping rows with empty cells',
      saw: `${after.hostile} From-Botnet of ${after.rows} rows`,
      expected: 'rows of both classes',
      todo: 'Give a larger file, or a smaller dropShare',
    });
  }
  const raised = smotenc(table, truth, full, {
    seed: options.seed,
    columns: [...NUMBERS, ...WORDS],
  });
  const made = raised.synthetic.reduce((sum, value) => sum + value, 0);
  const hostile = raised.labels.reduce((sum, value) => sum + value, 0);
  return {
    ...raised,
    steps: [
      { name: 'file', ...count(rows, truth), flaw: '', note: 'From-Botnet against all else' },
      {
        name: 'drop other rows at random',
        ...before,
        flaw: 'unrealistic',
        note: `${rows.length - kept.length} rows gone: prevalence is no longer that of the network`,
      },
      {
        name: 'drop rows with an empty cell',
        ...after,
        flaw: 'loses rows',
        note: `${before.hostile - after.hostile} From-Botnet and ${before.rows - before.hostile - after.rows + after.hostile} other rows gone, one-way flows above all`,
      },
      {
        name: 'SMOTE-NC to 50/50',
        rows: raised.labels.length,
        hostile,
        flaw: 'leaks',
        note: `${made} rows made up, before the split: neighbours of test rows train`,
      },
    ],
  };
}

function isComplete(table: Table, row: number): boolean {
  for (const column of table.columns) {
    if (column.kind === 'number' ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0) {
      return false;
    }
  }
  return true;
}

interface Parts {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

function randomSplit(rows: number, options: PriorWorkOptions): Parts {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  new Random(options.seed).fork('prior work split').shuffle(order);
  const test = Math.max(1, Math.round(rows * (options.testFraction ?? 0.25)));
  return { test: order.slice(0, test).sort(), train: order.slice(test).sort() };
}

function splitStep(prepared: Prepared, split: Parts): ProtocolStep {
  const seen = new Set<string>();
  for (const row of split.train) seen.add(vectorKey(prepared.table, row));
  let copies = 0;
  let made = 0;
  let hostile = 0;
  for (const row of split.test) {
    if (seen.has(vectorKey(prepared.table, row))) copies++;
    made += prepared.synthetic[row]!;
    hostile += prepared.labels[row]!;
  }
  return {
    name: 'random split, test part',
    rows: split.test.length,
    hostile,
    flaw: 'leaks',
    note: `${made} test rows are made up; ${copies} have an exact copy in training`,
  };
}

/** The six feature cells of a row as text. */
function vectorKey(table: Table, row: number): string {
  const { schema, columns } = table;
  return schema.columns
    .flatMap(({ name }, i): (string | number)[] => {
      const column = columns[i]!;
      if (column.kind === 'number') return NUMBERS.includes(name) ? [column.values[row]!] : [];
      return WORDS.includes(name) ? [textAt(column, row) ?? ''] : [];
    })
    .join('\n');
}

function protocolSpec(table: Table): PipelineSpec {
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

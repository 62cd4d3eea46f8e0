import { Random } from '../../base/index.ts';
import { identicalGroups } from '../../datasets/index.ts';
import { fitPipeline, smotenc } from '../../features/index.ts';
import { type LabelledTable, numbers, type Table, takeRows } from '../../table/index.ts';
import type { PartRows } from '../leak/index.ts';
import { protocolSpec } from '../prior-work.ts';
import { DROPPED, isComplete, NUMBERS, randomSplit, WORDS } from '../prior-work-rows.ts';
import { makeSplit } from '../split.ts';
import { timesOf } from '../truth.ts';
import type { Arm } from './arm.ts';

/** Classes as the dashboard has them. */
export const DASHBOARD_CLASSES = ['normal', 'From-Botnet'];

const TEST = 0.25;
/** Share of the time span before the cut of the honest form. */
const BEFORE_CUT = 0.6;

/** How one arm departs from the protocol: each field is one step. */
export interface DashboardForm {
  /** `all`: other rows are dropped everywhere; `train`: test rows keep the network's prevalence. */
  readonly drop: 'all' | 'train';
  /** Whether rows with an empty cell go. */
  readonly complete: boolean;
  readonly smote: 'before' | 'after';
  /** `time` with `drop: 'train'` cuts the whole time span. */
  readonly split: 'random' | 'identical' | 'time';
}

/** The protocol as it stands. */
export const AS_PUBLISHED: DashboardForm = {
  drop: 'all',
  complete: true,
  smote: 'before',
  split: 'random',
};

/** The same recipe without what leaks or loses rows. */
export const HONEST: DashboardForm = {
  drop: 'train',
  complete: false,
  smote: 'after',
  split: 'time',
};

/** What is at hand: the file, 1 at each From-Botnet row, and what is random. */
export interface DashboardInput {
  readonly data: LabelledTable;
  readonly truth: Int32Array;
  readonly seed: number;
  readonly dropShare?: number;
}

/** Rows after a step, and those of them that are hostile. */
export interface StepCount {
  readonly name: 'drop' | 'complete' | 'smote' | 'test';
  readonly rows: number;
  readonly hostile: number;
}

/** Rows made ready, with their origin for the leak gate. */
export interface DashboardArm extends Arm {
  readonly counts: readonly StepCount[];
  readonly origin: { readonly train: PartRows; readonly test: PartRows };
  readonly made: { readonly train: number; readonly test: number };
  readonly text: string;
}

/** Rows with labels; `source` is the row of the file that each is or was made from. */
interface Rows {
  readonly table: Table;
  readonly labels: Int32Array;
  readonly source: Int32Array;
  readonly made: Uint8Array;
}

const hostileOf = (labels: Int32Array): number => labels.reduce((sum, label) => sum + label, 0);
const count = (name: StepCount['name'], labels: Int32Array): StepCount => ({
  name,
  rows: labels.length,
  hostile: hostileOf(labels),
});

function rowsOf({ data, truth }: DashboardInput, source: Int32Array): Rows {
  return {
    table: takeRows(data.table, source),
    labels: source.map((row) => truth[row]!),
    source,
    made: new Uint8Array(source.length),
  };
}

function pick(rows: Rows, which: Int32Array): Rows {
  return {
    table: takeRows(rows.table, which),
    labels: which.map((row) => rows.labels[row]!),
    source: which.map((row) => rows.source[row]!),
    made: Uint8Array.from(which, (row) => rows.made[row]!),
  };
}

/**
 * SMOTE-NC to 50/50. The base row of a made one is known by a number that no step reads: its row in
 * the file stands in place of the time while rows are made.
 */
function raised(rows: Rows, seed: number): Rows {
  const { schema } = rows.table;
  const at = schema.columns.findIndex(({ role }) => role === 'time');
  const values = Float64Array.from(rows.source);
  const columns = rows.table.columns.map((column, i) =>
    i === at ? { kind: 'number' as const, values } : column,
  );
  const all = Int32Array.from({ length: rows.table.rows }, (_, row) => row);
  const result = smotenc({ ...rows.table, columns }, rows.labels, all, {
    seed,
    columns: [...NUMBERS, ...WORDS],
  });
  const source = Int32Array.from(numbers(result.table, schema.columns[at]!.name));
  return { table: result.table, labels: result.labels, source, made: result.synthetic };
}

/** Times of the rows of the file that these are or were made from. */
function timesFor(input: DashboardInput, { source }: Rows): Float64Array {
  const times = timesOf(input.data.table)!;
  return Float64Array.from(source, (row) => times[row]!);
}

function partRows(
  input: DashboardInput,
  rows: Rows,
  split: DashboardForm['split'],
): { train: Int32Array; test: Int32Array; text: string } {
  const { seed } = input;
  if (split === 'random') {
    return { ...randomSplit(rows.labels.length, { seed, testFraction: TEST }), text: 'random' };
  }
  const all = Int32Array.from(rows.labels, (_, row) => row);
  if (split === 'time') {
    const parts = makeSplit(
      { rows: all, labels: rows.labels, times: timesFor(input, rows) },
      { kind: 'time', trainFraction: 1 - TEST, by: 'rows' },
    );
    return { ...parts, text: parts.detail.text };
  }
  const { groups } = identicalGroups(rows.table, [...NUMBERS, ...WORDS]);
  const plan = { kind: 'grouped', testFraction: TEST, seed } as const;
  const parts = makeSplit({ rows: all, labels: rows.labels, groups }, plan);
  return { ...parts, text: parts.detail.text };
}

const origin = ({ source, made }: Rows): PartRows => ({
  rows: source,
  parents: source.map((row, i) => (made[i] ? row : -1)),
});

function finish(train: Rows, test: Rows, counts: StepCount[], text: string): DashboardArm {
  const pipeline = fitPipeline(protocolSpec(train.table), train.table);
  const sum = (made: Uint8Array): number => made.reduce((a, b) => a + b, 0);
  return {
    train: {
      matrix: pipeline.transform(train.table),
      labels: train.labels,
      classes: DASHBOARD_CLASSES,
    },
    test: pipeline.transform(test.table),
    truth: test.labels,
    counts: [...counts, count('test', test.labels)],
    origin: { train: origin(train), test: origin(test) },
    made: { train: sum(train.made), test: sum(test.made) },
    text,
  };
}

/** SMOTE-NC measures distances by these numbers, so they must be there. */
function measurable({ table }: LabelledTable, row: number): boolean {
  return NUMBERS.every((name) => Number.isFinite(numbers(table, name)[row]!));
}

/** Makes the rows ready in one form. @throws as `smotenc`, `makeSplit` and `fitPipeline` */
export function dashboardArm(input: DashboardInput, form: DashboardForm): DashboardArm {
  const { data, truth, seed } = input;
  const random = new Random(seed).fork('prior work');
  const share = input.dropShare ?? DROPPED;
  const every = Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const stays = Uint8Array.from(every, (row) =>
    truth[row] === 1 || random.next() >= share ? 1 : 0,
  );
  const fit = (row: number): boolean =>
    form.complete ? isComplete(data.table, row) : measurable(data, row);
  const kept = every.filter((row) => stays[row] === 1);
  const full = kept.filter(fit);
  const counts = [
    count(
      'drop',
      kept.map((row) => truth[row]!),
    ),
    count(
      'complete',
      full.map((row) => truth[row]!),
    ),
  ];
  if (form.drop === 'train' && form.split === 'time') {
    return laterRows(input, form, full, counts);
  }
  let rows = rowsOf(input, full);
  if (form.smote === 'before') rows = raised(rows, seed);
  counts.push(count('smote', rows.labels));
  const parts = partRows(input, rows, form.split);
  const plain = pick(rows, parts.train);
  const train = form.smote === 'after' ? raised(plain, seed) : plain;
  let test = pick(rows, parts.test);
  if (form.drop === 'train') {
    const back = new Random(seed).fork('dropped rows judged');
    const dropped = every.filter((row) => stays[row] === 0 && back.next() < TEST && fit(row));
    test = rowsOf(input, Int32Array.from([...test.source, ...dropped]));
  }
  return finish(train, test, counts, parts.text);
}

/** Trained before a cut in time, judged on every row after it. */
function laterRows(
  input: DashboardInput,
  form: DashboardForm,
  full: Int32Array,
  counts: StepCount[],
): DashboardArm {
  const { data, truth, seed } = input;
  const rows = Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const times = timesOf(data.table)!;
  const plan = { kind: 'time', trainFraction: BEFORE_CUT, by: 'span' } as const;
  const split = makeSplit({ rows, labels: truth, times }, plan);
  const early = new Set(split.train);
  const train = rowsOf(
    input,
    full.filter((row) => early.has(row)),
  );
  const taught = form.smote === 'after' ? raised(train, seed) : train;
  const test = rowsOf(
    input,
    split.test.filter((row) => !form.complete || isComplete(data.table, row)),
  );
  counts.push(count('smote', taught.labels));
  return finish(taught, test, counts, split.detail.text);
}

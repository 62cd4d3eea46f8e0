import { argusTime, Random, WiresiftError } from '../base/index.ts';
import { assignGrouped, assignStratified, rowsOfPart } from './assign.ts';

/**
 * How to part rows; plain data, so that a model file can hold it and the split can be built again.
 */
export type SplitPlan =
  | { readonly kind: 'stratified'; readonly testFraction: number; readonly seed: number }
  | { readonly kind: 'grouped'; readonly testFraction: number; readonly seed: number }
  | {
      readonly kind: 'time';
      /**
       * Share of the time span (`by: 'span'`) or of the rows in time order (`by: 'rows'`) to train
       * on.
       */
      readonly trainFraction: number;
      readonly by: 'span' | 'rows';
      /** Test rows that start within this many seconds after the cut are left out. Default 0. */
      readonly embargoSeconds?: number;
    }
  | {
      /** Training and test files as published, read one after the other. */
      readonly kind: 'official';
      /** Row numbers below it train, the others test. */
      readonly testFrom: number;
      /** How validation rows are carved out of the training files. */
      readonly manner: FoldKind;
    };

/** How rows can be dealt into folds. */
export type FoldKind = 'stratified' | 'grouped' | 'time';

/** What a split works on. `labels` and the rest are indexed by row; `rows` names those to part. */
export interface SplitInput {
  readonly rows: Int32Array;
  /** Class a row; -1 (label unknown) is kept in proportion like a class of its own. */
  readonly labels: Int32Array;
  /** Needed by `grouped`. */
  readonly groups?: Int32Array;
  /** Microseconds, NaN where empty; needed by `time`. */
  readonly times?: Float64Array;
}

/** What a split did, as plain data. */
export interface SplitDetail {
  /** One sentence for people. */
  readonly text: string;
  /**
   * Time splits: every training row starts before it, every test row at or after it. Microseconds.
   */
  readonly cut?: number;
  /** Validation begins here, when it was carved by time. Microseconds. */
  readonly validationCut?: number;
  /** Rows in no part because they have no time. */
  readonly withoutTime?: number;
  /** Rows in no part because they start within the embargo. */
  readonly embargoed?: number;
}

/** Row numbers of each part, ascending; no row is in two parts. */
export interface Split {
  readonly kind: SplitPlan['kind'];
  /** How validation rows are carved; absent: as the kind says. */
  readonly manner?: FoldKind;
  readonly train: Int32Array;
  readonly validation?: Int32Array;
  readonly test: Int32Array;
  readonly detail: SplitDetail;
}

function badSplit(saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({ code: 'SPLIT', where: 'split', saw, expected, todo });
}

function checkFraction(name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw badSplit(`${name} ${value}`, 'a fraction between 0 and 1', 'Choose, say, 0.4');
}

function checked(split: Split): Split {
  for (const part of ['train', 'validation', 'test'] as const) {
    if (split[part]?.length !== 0) continue;
    throw badSplit(
      `no row in the ${part} part (${split.detail.text})`,
      'rows in every part',
      'Choose another fraction or kind of split, or give more data',
    );
  }
  return split;
}

const share = (fraction: number): string => `${+(fraction * 100).toFixed(2)} %`;

/**
 * Parts rows into training and test as the plan says. The same plan on the same rows gives the same
 * split. @throws WiresiftError `SPLIT` when a part would be empty or the data lack times or groups
 */
export function makeSplit(input: SplitInput, plan: SplitPlan): Split {
  if (plan.kind === 'time') return checked(timeSplit(input, plan));
  if (plan.kind === 'official') return checked(officialSplit(input, plan));
  checkFraction('testFraction', plan.testFraction);
  const shares = [1 - plan.testFraction, plan.testFraction];
  const parts = assign(input, plan.kind, shares, plan.seed);
  const what = plan.kind === 'grouped' ? 'whole groups' : 'rows in proportion to their class';
  return checked({
    kind: plan.kind,
    train: rowsOfPart(input.rows, parts, 0),
    test: rowsOfPart(input.rows, parts, 1),
    detail: {
      text: `${plan.kind} split: ${what} drawn at random (seed ${plan.seed}), ${share(plan.testFraction)} to test`,
    },
  });
}

function officialSplit({ rows }: SplitInput, plan: SplitPlan & { kind: 'official' }): Split {
  const { testFrom, manner } = plan;
  return {
    kind: 'official',
    manner,
    train: rows.filter((row) => row < testFrom),
    test: rows.filter((row) => row >= testFrom),
    detail: { text: 'split by files: trained on the training files, test files untouched' },
  };
}

function assign(
  input: SplitInput,
  kind: 'stratified' | 'grouped',
  shares: readonly number[],
  seed: number,
): Uint8Array {
  const random = new Random(seed).fork(kind);
  const { rows, labels, groups } = input;
  if (kind === 'stratified') return assignStratified(rows, labels, shares, random);
  if (!groups) throw badSplit('no groups', 'a group for every row', 'Choose another kind of split');
  return assignGrouped({ rows, labels, groups, shares, random });
}

/** Rows in time order, and how many have no time. */
function timeOrder(input: SplitInput): { times: Float64Array; sorted: Float64Array } {
  const { times, rows } = input;
  if (!times) throw badSplit('no times', 'a time for every row', 'Choose another kind of split');
  let count = 0;
  const sorted = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const time = times[rows[i]!]!;
    if (!Number.isNaN(time)) sorted[count++] = time;
  }
  if (count === 0) throw badSplit('no row with a time', 'times', 'Choose another kind of split');
  return { times, sorted: sorted.subarray(0, count).sort() };
}

/** The first time that belongs to the later part. */
function cutTime(sorted: Float64Array, fraction: number, by: 'span' | 'rows'): number {
  const first = sorted[0]!;
  if (by === 'span') return first + fraction * (sorted[sorted.length - 1]! - first);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))]!;
}

function rowsBetween(rows: Int32Array, times: Float64Array, from: number, to: number): Int32Array {
  return rows.filter((row) => times[row]! >= from && times[row]! < to);
}

function timeSplit(input: SplitInput, plan: SplitPlan & { kind: 'time' }): Split {
  checkFraction('trainFraction', plan.trainFraction);
  const { times, sorted } = timeOrder(input);
  const cut = cutTime(sorted, plan.trainFraction, plan.by);
  const seconds = plan.embargoSeconds ?? 0;
  const train = rowsBetween(input.rows, times, Number.NEGATIVE_INFINITY, cut);
  const test = rowsBetween(input.rows, times, cut + seconds * 1e6, Number.POSITIVE_INFINITY);
  const of = plan.by === 'span' ? 'time span' : 'rows in time order';
  const embargo = seconds > 0 ? `, then ${seconds} s left out` : '';
  return {
    kind: 'time',
    train,
    test,
    detail: {
      text: `time-ordered split: first ${share(plan.trainFraction)} of the ${of} to train, cut at ${argusTime(Math.floor(cut))}${embargo}`,
      cut,
      withoutTime: input.rows.length - sorted.length,
      embargoed: sorted.length - train.length - test.length,
    },
  };
}

/**
 * Takes a validation part out of the training part, in the split's own manner: the last part of the
 * training time, whole groups, or rows in proportion to their class.
 * @param seed of the stratified and grouped manner
 * @throws WiresiftError `SPLIT` when a part would be empty
 */
export function carveValidation(
  split: Split,
  input: SplitInput,
  options: { readonly fraction: number; readonly seed: number; readonly by?: 'span' | 'rows' },
): Split {
  checkFraction('validation fraction', options.fraction);
  const within = { ...input, rows: split.train };
  const manner = split.manner ?? (split.kind === 'official' ? 'stratified' : split.kind);
  if (manner === 'time') {
    const { times, sorted } = timeOrder(within);
    const cut = cutTime(sorted, 1 - options.fraction, options.by ?? 'span');
    const text = `${split.detail.text}; validation: the last ${share(options.fraction)} of training, from ${argusTime(Math.floor(cut))}`;
    return checked({
      ...split,
      train: rowsBetween(split.train, times, Number.NEGATIVE_INFINITY, cut),
      validation: rowsBetween(split.train, times, cut, Number.POSITIVE_INFINITY),
      detail: { ...split.detail, text, validationCut: cut },
    });
  }
  const shares = [1 - options.fraction, options.fraction];
  const parts = assign(within, manner, shares, options.seed);
  return checked({
    ...split,
    train: rowsOfPart(split.train, parts, 0),
    validation: rowsOfPart(split.train, parts, 1),
    detail: {
      ...split.detail,
      text: `${split.detail.text}; validation: ${share(options.fraction)} of training, ${split.kind === manner ? 'drawn the same way' : manner}`,
    },
  });
}

/**
 * k splits for cross-validation. Stratified and grouped: every row is tested once. Time: forward
 * chaining over k + 1 blocks of equally many rows; fold i trains on all blocks before the one it
 * tests.
 * @throws WiresiftError `SPLIT` as {@link makeSplit}, or when k is below 2 or above 100
 */
export function makeFolds(
  input: SplitInput,
  plan: { readonly kind: FoldKind; readonly folds: number; readonly seed: number },
): Split[] {
  const { kind, folds } = plan;
  if (!Number.isInteger(folds) || folds < 2 || folds > 100) {
    throw badSplit(`${folds} folds`, 'a whole number from 2 to 100', 'Choose, say, 5');
  }
  if (kind === 'time') return timeFolds(input, folds);
  const parts = assign(input, kind, new Array<number>(folds).fill(1 / folds), plan.seed);
  return Array.from({ length: folds }, (_, fold) =>
    checked({
      kind,
      train: input.rows.filter((_row, i) => parts[i] !== fold),
      test: rowsOfPart(input.rows, parts, fold),
      detail: { text: `${kind} fold ${fold + 1} of ${folds} (seed ${plan.seed})` },
    }),
  );
}

function timeFolds(input: SplitInput, folds: number): Split[] {
  const { times, sorted } = timeOrder(input);
  const cuts = Array.from({ length: folds }, (_, i) =>
    cutTime(sorted, (i + 1) / (folds + 1), 'rows'),
  );
  return cuts.map((cut, i) =>
    checked({
      kind: 'time',
      train: rowsBetween(input.rows, times, Number.NEGATIVE_INFINITY, cut),
      test: rowsBetween(input.rows, times, cut, cuts[i + 1] ?? Number.POSITIVE_INFINITY),
      detail: {
        text: `time-ordered fold ${i + 1} of ${folds}: trained on all before ${argusTime(Math.floor(cut))}`,
        cut,
        withoutTime: input.rows.length - sorted.length,
      },
    }),
  );
}

import { WiresiftError } from '../base/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { GROUPS, type GroupChoice, groupsText, regrouped } from './groups.ts';
import type { LeakVerdict } from './leak/index.ts';
import { wilson } from './measure.ts';
import type { SearchRecord } from './search-record.ts';
import {
  carveValidation,
  makeSplit,
  type Split,
  type SplitInput,
  type SplitPlan,
} from './split.ts';
import type { ThresholdDetail, ValidationScores } from './threshold.ts';
import { timesOf } from './truth.ts';

/** Whether rows of unknown label are left out of training or taught as harmless. */
export type Background = 'exclude' | 'negative';

/** Hits among rows taken to be harmless, with Wilson's 95 % bound. */
export interface Rate {
  readonly hits: number;
  readonly rows: number;
  readonly rate: number;
  readonly upper: number;
}

/** How often the threshold is wrong on validation rows. */
export interface Calibration {
  /** Rows labelled harmless; null when validation holds none. */
  readonly labelled: Rate | null;
  /** Rows of unknown label; null when validation holds none. */
  readonly background: Rate | null;
  /**
   * The rate that live scoring reckons with: over both kinds of rows together. Whatever malware
   * hides in the background makes it too high, never too low.
   */
  readonly falsePositiveRate: number;
  readonly falsePositiveRateUpper: number;
}

/** How a model came to be: plain data in its file, enough to rebuild the split. */
export interface TrainingRecord {
  readonly version: 1;
  readonly dataset: string;
  readonly dataHash: string;
  readonly rows: {
    readonly table: number;
    /** Rows that the model learned from. */
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  readonly background: Background;
  readonly split: SplitPlan;
  readonly splitText: string;
  readonly validation: { readonly fraction: number; readonly seed: number };
  /** What grouped splits kept together; absent: the data set's own groups. */
  readonly groups?: GroupChoice;
  /** How the parameters were found; absent: they were given. */
  readonly search?: SearchRecord;
  readonly harmlessClass: string;
  readonly thresholdDetail: ThresholdDetail;
  readonly calibration: Calibration;
  /** What the leak gate found. */
  readonly leaks: LeakVerdict;
}

function rateOf(hits: number, rows: number): Rate | null {
  return rows === 0 ? null : { hits, rows, rate: hits / rows, upper: wilson(hits, rows).high };
}

/**
 * Measures how often a threshold calls validation rows hostile that are harmless or unknown.
 * @throws WiresiftError `EXPERIMENT` when there is no such row
 */
export function calibrate(validation: ValidationScores, value: number): Calibration {
  const { scores, truth } = validation;
  const rows = { harmless: 0, unknown: 0 };
  const hits = { harmless: 0, unknown: 0 };
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === 1) continue;
    const kind = truth[i] === 0 ? 'harmless' : 'unknown';
    rows[kind]++;
    if (scores[i]! >= value) hits[kind]++;
  }
  const all = rateOf(hits.harmless + hits.unknown, rows.harmless + rows.unknown);
  if (!all) {
    throw badExperiment(
      'only hostile validation rows',
      'harmless ones, to measure false positives',
    );
  }
  return {
    labelled: rateOf(hits.harmless, rows.harmless),
    background: rateOf(hits.unknown, rows.unknown),
    falsePositiveRate: all.rate,
    falsePositiveRateUpper: all.upper,
  };
}

/** An experiment that the data cannot carry. */
export function badExperiment(saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'EXPERIMENT',
    where: 'experiment',
    saw,
    expected,
    todo: 'Choose another split, or data that hold both hostile and harmless rows in every part',
  });
}

/** Every row of the data with what a split needs. */
function splitInput(data: LabelledTable): SplitInput {
  const times = timesOf(data.table);
  return {
    rows: Int32Array.from({ length: data.table.rows }, (_, row) => row),
    labels: data.labels,
    groups: data.groups,
    ...(times ? { times } : {}),
  };
}

/**
 * Builds the split that a record (or a record to be) describes: training, validation and test rows.
 * @throws WiresiftError `SPLIT` as {@link makeSplit}
 */
export function recordedSplit(
  data: LabelledTable,
  record: Pick<TrainingRecord, 'split' | 'validation' | 'groups'>,
): Split {
  const { groups } = record;
  const input = splitInput(groups ? regrouped(data, groups) : data);
  const split = carveValidation(makeSplit(input, record.split), input, record.validation);
  const told = groups && (split.manner ?? split.kind) === 'grouped' ? groupsText(groups) : '';
  return { ...split, detail: { ...split.detail, text: split.detail.text + told } };
}

function damaged(field: string): WiresiftError {
  return new WiresiftError({
    code: 'MODEL_FILE',
    where: `model file, training record, ${field}`,
    saw: 'a value that no training writes',
    expected: 'a record of this version',
    todo: 'The file is damaged or of another version: train the model again',
  });
}

function object(value: unknown, field: string): Map<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw damaged(field);
  return new Map(Object.entries(value));
}

function fraction(value: unknown, field: string): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw damaged(field);
}

function count(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw damaged(field);
}

function readPlan(value: unknown): SplitPlan {
  const plan = object(value, 'split');
  const kind = plan.get('kind');
  if (kind === 'stratified' || kind === 'grouped') {
    return {
      kind,
      testFraction: fraction(plan.get('testFraction'), 'split.testFraction'),
      seed: count(plan.get('seed'), 'split.seed'),
    };
  }
  if (kind === 'official') {
    const manner = plan.get('manner');
    if (manner !== 'stratified' && manner !== 'grouped' && manner !== 'time') {
      throw damaged('split.manner');
    }
    return { kind, testFrom: count(plan.get('testFrom'), 'split.testFrom'), manner };
  }
  const by = plan.get('by');
  if (kind !== 'time' || (by !== 'span' && by !== 'rows')) throw damaged('split.kind');
  return {
    kind,
    by,
    trainFraction: fraction(plan.get('trainFraction'), 'split.trainFraction'),
    embargoSeconds: count(plan.get('embargoSeconds') ?? 0, 'split.embargoSeconds'),
  };
}

function readGroups(value: unknown): GroupChoice {
  const groups = object(value, 'groups');
  const by = GROUPS.find((each) => each === groups.get('by'));
  const columns: unknown = groups.get('columns') ?? [];
  const words =
    Array.isArray(columns) && columns.every((each) => typeof each === 'string') ? columns : [];
  if (!by || (by === 'identical') !== words.length > 0) throw damaged('groups');
  return by === 'identical' ? { by, columns: words } : { by };
}

/** The part of a training record that evaluating needs, read from a file that may be hostile. */
export type ReadRecord = Pick<
  TrainingRecord,
  'dataset' | 'dataHash' | 'background' | 'split' | 'validation' | 'groups' | 'harmlessClass'
>;

/**
 * @param dataHash as the file itself states it; the record must agree
 * @throws WiresiftError `MODEL_FILE` naming the field that is wrong
 */
export function readTrainingRecord(json: unknown, dataHash: string): ReadRecord {
  const record = object(json, 'top');
  if (record.get('version') !== 1) throw damaged('version');
  const word = (field: string): string => {
    const value = record.get(field);
    if (typeof value === 'string' && value.length <= 1000) return value;
    throw damaged(field);
  };
  const background = word('background');
  if (background !== 'exclude' && background !== 'negative') throw damaged('background');
  if (word('dataHash') !== dataHash) throw damaged('dataHash');
  const validation = object(record.get('validation'), 'validation');
  return {
    dataset: word('dataset'),
    dataHash,
    background,
    split: readPlan(record.get('split')),
    validation: {
      fraction: fraction(validation.get('fraction'), 'validation.fraction'),
      seed: count(validation.get('seed'), 'validation.seed'),
    },
    ...(record.has('groups') ? { groups: readGroups(record.get('groups')) } : {}),
    harmlessClass: word('harmlessClass'),
  };
}

import { WiresiftError } from '../../base/index.ts';
import { identicalGroups } from '../../datasets/index.ts';
import { fitPipeline, type Pipeline, type PipelineSpec } from '../../features/index.ts';
import type { LabelledTable } from '../../table/index.ts';
import { selectByModel } from '../prepare.ts';
import { type Parts, randomSplit } from '../prior-work-rows.ts';
import { makeSplit } from '../split.ts';
import { harmlessClass } from '../truth.ts';
import type { Arm } from './arm.ts';
import type { ReproduceOptions } from './reproduction.ts';

/** Number columns of the fifteen that are neither identity, nor verbose, nor mostly empty. */
export const TONIOT_NUMBERS = [
  'duration',
  'orig_bytes',
  'resp_bytes',
  'missed_bytes',
  'orig_pkts',
  'orig_ip_bytes',
  'resp_pkts',
  'resp_ip_bytes',
];
/** Word columns of the fifteen. */
export const TONIOT_WORDS = [
  'proto',
  'service',
  'conn_state',
  'dns_AA',
  'dns_RD',
  'dns_RA',
  'dns_rejected',
];
/** All fifteen. */
export const TONIOT_COLUMNS = [...TONIOT_NUMBERS, ...TONIOT_WORDS];

/** Harmless rows for each hostile one in the release of 461,043 rows that the report used. */
const RELEASE_MIX = 300_000 / 161_043;
/** Share of the rows that the report holds out. */
const HOLD_OUT = 0.3;
/** |r| above which one of two columns goes. */
const CORRELATED = 0.7;
/** Trees of the forest that judges columns. */
const JUDGE_TREES = 100;
const QUICK_TREES = 20;

/** How one arm departs from the protocol. */
export interface TonIotForm {
  /** Rows that scaler, vocabulary and selections learn from. */
  readonly fittedOn: 'all' | 'train';
  readonly split: 'random' | 'identical';
  /** Whether columns are selected by correlation and importance. */
  readonly select: boolean;
  /** Takes logarithms of numbers before they are scaled: without, heavy tails drown all else. */
  readonly log: boolean;
  /** Weighs harmless training rows so that their share is that of the release the report used. */
  readonly weigh: boolean;
  /** Class whose rows teach nothing and count as the class named. */
  readonly lost?: { readonly class: string; readonly as: string };
}

/** @throws WiresiftError `PRIOR_WORK` when the data are not of the zeek view */
export function checkTonIot(data: LabelledTable): void {
  if (data.table.schema.name === 'zeek' && data.classes.length > 1) return;
  throw new WiresiftError({
    code: 'PRIOR_WORK',
    where: `data set ${data.dataset}`,
    saw: `the view ${data.table.schema.name} with ${data.classes.length} classes`,
    expected: 'the network data of TON_IoT',
    todo: 'Give train_test_network.csv',
    exitCode: 2,
  });
}

/** The preparation: `-` is a word and an empty number is 0, as published. */
export function tonIotSpec(
  { table }: LabelledTable,
  { select, log }: Pick<TonIotForm, 'select' | 'log'>,
): PipelineSpec {
  return {
    schema: table.schema,
    plans: [
      ...TONIOT_NUMBERS.map((from) => ({
        from,
        steps: [
          { kind: 'impute', with: 'constant', value: 0 } as const,
          ...(log ? [{ kind: 'log1p' } as const] : []),
          { kind: 'standard' } as const,
        ],
      })),
      ...TONIOT_WORDS.map((from) => ({
        from,
        steps: [
          { kind: 'impute', with: 'constant', value: '-' } as const,
          { kind: 'oneHot', unseen: 'zeros' } as const,
        ],
      })),
    ],
    ...(select ? { select: [{ kind: 'correlation', threshold: CORRELATED }] } : {}),
  };
}

/** What the preparation left, step by step. */
export interface TonIotPipeline {
  readonly pipeline: Pipeline;
  readonly encoded: number;
  readonly uncorrelated: number;
}

/** Fits the preparation on the rows named. @throws as `fitPipeline` */
export async function fitTonIot(
  data: LabelledTable,
  rows: Int32Array,
  form: Pick<TonIotForm, 'select' | 'log'>,
  options: ReproduceOptions,
): Promise<TonIotPipeline> {
  const { select } = form;
  const all = tonIotSpec(data, { ...form, select: false });
  const encoded = fitPipeline(all, data.table, rows).names.length;
  let pipeline = fitPipeline(tonIotSpec(data, form), data.table, rows, data.labels);
  const uncorrelated = pipeline.names.length;
  if (select) {
    const { seed, threads, signal } = options;
    const trees = options.quick ? QUICK_TREES : JUDGE_TREES;
    ({ pipeline } = await selectByModel({ data, rows, seed, threads, signal }, pipeline, {
      kind: 'importance',
      keep: 'median',
      parameters: { trees },
    }));
  }
  return { pipeline, encoded, uncorrelated };
}

/** Parts the rows as the form says. */
export function partTonIot(
  data: LabelledTable,
  split: TonIotForm['split'],
  { seed }: ReproduceOptions,
): Parts & { readonly text: string } {
  const rows = data.table.rows;
  if (split === 'random') {
    return { ...randomSplit(rows, { seed, testFraction: HOLD_OUT }), text: 'random split' };
  }
  const all = Int32Array.from({ length: rows }, (_, row) => row);
  const { groups } = identicalGroups(data.table, TONIOT_COLUMNS);
  const plan = { kind: 'grouped', testFraction: HOLD_OUT, seed } as const;
  const { train, test, detail } = makeSplit({ rows: all, labels: data.labels, groups }, plan);
  return { train, test, text: `${detail.text}; a group: rows equal in the fifteen columns` };
}

function mixWeights(labels: Int32Array, harmless: number): Float32Array {
  const few = labels.reduce((sum, label) => sum + (label === harmless ? 1 : 0), 0);
  const weight = (RELEASE_MIX * (labels.length - few)) / few;
  return Float32Array.from(labels, (label) => (label === harmless ? weight : 1));
}

/** Rows made ready in one form, with what that took. */
export interface TonIotArm extends Arm {
  readonly parts: Parts & { readonly text: string };
  readonly fitted: TonIotPipeline;
}

/** Prepares one form. `known` spares fitting the same preparation again. */
export async function tonIotArm(
  data: LabelledTable,
  form: TonIotForm,
  options: ReproduceOptions,
  known?: TonIotPipeline,
): Promise<TonIotArm> {
  const parts = partTonIot(data, form.split, options);
  const rows =
    form.fittedOn === 'train'
      ? parts.train
      : Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const fitted = known ?? (await fitTonIot(data, rows, form, options));
  const { pipeline } = fitted;
  const lost = form.lost ? data.classes.indexOf(form.lost.class) : -1;
  const as = form.lost ? data.classes.indexOf(form.lost.as) : -1;
  const taught = parts.train.filter((row) => data.labels[row] !== lost);
  // A class without a target is no output of the model either.
  const classes = data.classes.filter((_, label) => label !== lost);
  const output = data.classes.map((name, label) =>
    classes.indexOf(label === lost ? data.classes[as]! : name),
  );
  const labels = taught.map((row) => output[data.labels[row]!]!);
  return {
    parts,
    fitted,
    train: {
      matrix: pipeline.transform(data.table, taught),
      labels,
      classes,
      ...(form.weigh ? { weights: mixWeights(labels, harmlessClass(classes)) } : {}),
    },
    test: pipeline.transform(data.table, parts.test),
    truth: parts.test.map((row) => output[data.labels[row]!]!),
  };
}

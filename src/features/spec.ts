import { WiresiftError } from '../base/index.ts';
import type { ColumnSpec, Schema } from '../table/index.ts';
import { derivation, derivations } from './derive.ts';
import { MAX_HASH_COLUMNS } from './encode.ts';
import { checkFeature, chooseFeatures, type FeatureChoice } from './roles.ts';
import { MAX_QUANTILES } from './scale.ts';
import type { SelectStep } from './select.ts';
import type { Step } from './step.ts';

/** What happens to one column or derivation on its way into the matrix. */
export interface ColumnPlan {
  /** A column of the schema, or a derivation for it. */
  readonly from: string;
  readonly steps: readonly Step[];
}

/** What a pipeline is to do, before it has seen any row. */
export interface PipelineSpec {
  readonly schema: Schema;
  readonly plans: readonly ColumnPlan[];
  /** Which of the resulting columns stay, step by step. Default: all. */
  readonly select?: readonly SelectStep[];
  readonly allowIdentity?: boolean;
  readonly allowOffline?: boolean;
  /** Hand on which host began each row's flow and when it ended, beside the columns: no feature. */
  readonly history?: boolean;
}

/** Where a plan's cells come from, looked up. */
export interface PlanSource {
  readonly type: 'number' | 'text' | 'bits';
  readonly inputs: readonly string[];
}

/** Most one-hot columns a text column gets by default: enough for protocols, few enough to read. */
const DEFAULT_CATEGORIES = 16;
/** A category with fewer training rows says more about the capture than about the class. */
const DEFAULT_FREQUENCY = 10;

const numberSteps: readonly Step[] = [
  { kind: 'impute', with: 'median' },
  { kind: 'log1p' },
  { kind: 'standard' },
];

const rateSteps: readonly Step[] = [
  { kind: 'impute', with: 'constant', value: 0 },
  { kind: 'log1p' },
  { kind: 'standard' },
];

const oneHot: Step = {
  kind: 'oneHot',
  maxCategories: DEFAULT_CATEGORIES,
  minFrequency: DEFAULT_FREQUENCY,
  orCodes: true,
};

const wordSteps: readonly Step[] = [
  { kind: 'impute', with: 'constant', value: '<missing>' },
  oneHot,
];
const tosSteps: readonly Step[] = [{ kind: 'impute', with: 'constant', value: -1 }, oneHot];

/**
 * The spec used when none is given. Numbers: median, log1p, standard. Text: `<missing>` and one-hot
 * of at most 16 categories, or codes for kinds of model that embed them (`specOfCodes`). For argus, ToS bytes are categories with -1 for a side that sent
 * nothing, State becomes one bit a TCP flag and side plus one-hot of the words, and sizes and rates
 * of the row are derived.
 *
 * @throws as {@link chooseFeatures}
 */
export function defaultSpec(schema: Schema, choice: FeatureChoice = {}): PipelineSpec {
  const columns = chooseFeatures(schema, choice);
  const plans = columns.flatMap((column) => planColumn(schema, column));
  const chosen = new Set(columns.map((column) => column.name));
  for (const each of derivations(schema.name)) {
    if (each.type === 'number' && each.inputs.every((name) => chosen.has(name))) {
      plans.push({ from: each.name, steps: rateSteps });
    }
  }
  return {
    schema,
    plans,
    allowIdentity: choice.allowIdentity ?? false,
    allowOffline: choice.allowOffline ?? false,
  };
}

function planColumn(schema: Schema, column: ColumnSpec): ColumnPlan[] {
  const { name } = column;
  if (schema.name === 'argus' && name === 'State') {
    return [
      { from: 'StateWord', steps: wordSteps },
      { from: 'StateFlags', steps: [] },
    ];
  }
  if (schema.name === 'argus' && name.endsWith('Tos')) return [{ from: name, steps: tosSteps }];
  return [{ from: name, steps: column.type === 'text' ? wordSteps : numberSteps }];
}

/**
 * Looks a plan's source up and checks that it may be a feature and that the steps fit it.
 * @throws as {@link chooseFeatures}, and `FEATURE_STEP` when a step does not fit the column
 */
export function checkPlan(spec: PipelineSpec, plan: ColumnPlan): PlanSource {
  const derived = derivation(spec.schema.name, plan.from);
  const inputs = derived ? derived.inputs : [plan.from];
  const columns = inputs.map((name) => checkFeature(spec.schema, name, spec));
  const columnType = columns[0]!.type === 'text' ? 'text' : 'number';
  const type = derived?.type === 'word' ? 'text' : derived?.type === 'bits' ? 'bits' : columnType;
  const reason =
    stepProblem(type, plan.steps) ??
    plan.steps.map(optionProblem).find((problem) => problem !== undefined);
  if (reason) {
    throw new WiresiftError({
      code: 'FEATURE_STEP',
      where: `plan of ${plan.from} (${type})`,
      saw: `the steps ${plan.steps.map((step) => step.kind).join(', ') || 'none'}`,
      expected: reason,
      todo: 'Change the steps of this plan',
    });
  }
  return { type, inputs };
}

/** Steps that turn categories into columns; text ends in one of them. */
const ENCODERS: ReadonlySet<string> = new Set(['oneHot', 'ordinal', 'hashing']);

const wholeFrom = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high;

/** @returns what was expected of an option instead, or undefined when all are allowed */
function optionProblem(step: Step): string | undefined {
  if (step.kind === 'quantile' && !wholeFrom(step.quantiles ?? 2, 2, MAX_QUANTILES)) {
    return `2 to ${MAX_QUANTILES} quantiles`;
  }
  if (step.kind === 'hashing' && !wholeFrom(step.columns, 1, MAX_HASH_COLUMNS)) {
    return `1 to ${MAX_HASH_COLUMNS} columns to hash into`;
  }
  if (step.kind === 'hashing' && !wholeFrom(step.seed ?? 0, 0, 0xffff_ffff)) {
    return 'a seed from 0 to 4294967295';
  }
  if (step.kind === 'ordinal' && !Number.isFinite(step.unseen ?? -1)) {
    return 'a finite number for unseen values';
  }
  return undefined;
}

/** @returns what was expected instead, or undefined when the steps fit */
export function stepProblem(
  type: PlanSource['type'],
  steps: readonly { readonly kind: string; readonly with?: string; readonly value?: unknown }[],
): string | undefined {
  if (type === 'bits') return steps.length === 0 ? undefined : 'no steps: bits go in as they are';
  if (steps.length > 8) return 'at most 8 steps';
  if (type === 'text' && !ENCODERS.has(steps.at(-1)?.kind ?? '')) {
    return 'a last step oneHot, ordinal or hashing for text';
  }
  const fill = type === 'text' ? 'string' : 'number';
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (ENCODERS.has(step.kind) && i !== steps.length - 1)
      return `${step.kind} as the last step only`;
    if (type === 'number' && step.kind === 'hashing') return 'hashing for text only';
    if (step.kind === 'impute' && i !== 0) return 'impute as the first step only';
    if (type === 'text' && step.kind !== 'impute' && !ENCODERS.has(step.kind)) {
      return 'only impute, oneHot, ordinal and hashing for text';
    }
    if (type === 'text' && step.with === 'median') return 'mostFrequent or constant for text';
    if (step.kind === 'impute' && step.value !== undefined) {
      const given = typeof step.value;
      if (given !== fill) return `a ${fill} to impute`;
      if (fill === 'number' && !Number.isFinite(step.value)) return 'a finite number to impute';
    }
  }
  return undefined;
}

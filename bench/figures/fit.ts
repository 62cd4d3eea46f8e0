import { performance } from 'node:perf_hooks';
import {
  type ColumnPlan,
  fitPipeline,
  type PipelineSpec,
  type Step,
  specOfCodes,
} from '../../src/features/index.ts';
import { modelKind, type Parameters } from '../../src/models/index.ts';
import type { LabelledTable } from '../../src/table/index.ts';

/** A kind of model with its parameters and what its columns need. */
export interface Candidate {
  readonly name: string;
  readonly kind: string;
  readonly parameters: Parameters;
  /** Whether numbers go through log1p and are standardised. */
  readonly scaled: boolean;
  /** Words one-hot also where the kind would embed them. */
  readonly oneHot?: true;
}

/** Probabilities of the test rows, and what they cost. */
export interface Fitted {
  /** Row-major, rows × classes. */
  readonly probabilities: Float32Array;
  /** Pipeline, fit and scoring. */
  readonly seconds: number;
}

/** The same, and what the training took. */
export interface Timed extends Fitted {
  /** Seconds of processor time of the fit alone, all threads together. */
  readonly fitCpu: number;
}

/** Which rows teach and which are scored. */
export interface Task {
  readonly data: LabelledTable;
  readonly columns: readonly string[];
  readonly train: Int32Array;
  readonly test: Int32Array;
  readonly seed: number;
  readonly threads: number;
}

const missing: Step = { kind: 'impute', with: 'constant', value: '<missing>' };

/** One-hot, or codes for kinds that embed them. */
const words: Step = { kind: 'oneHot', maxCategories: 80, minFrequency: 3, orCodes: true };

/** Words as {@link words}; numbers with -1 (scaled: 0 and a flag) where empty. */
export function specOf(
  { table }: LabelledTable,
  columns: readonly string[],
  scaled: boolean,
): PipelineSpec {
  const plans = columns.map((from): ColumnPlan => {
    const { type } = table.schema.columns.find(({ name }) => name === from)!;
    if (type === 'text') {
      return { from, steps: [missing, words] };
    }
    if (!scaled) return { from, steps: [{ kind: 'impute', with: 'constant', value: -1 }] };
    const filled: Step = { kind: 'impute', with: 'constant', value: 0, indicator: true };
    return { from, steps: [filled, { kind: 'log1p' }, { kind: 'standard' }] };
  });
  return { schema: table.schema, plans };
}

/** Fits pipeline and model on the training rows alone, and scores the test rows. */
export async function fitScore(candidate: Candidate, task: Task): Promise<Timed> {
  const { data, columns, train, test, seed, threads } = task;
  const began = performance.now();
  const { kind, parameters, scaled, oneHot = false } = candidate;
  const embeds = !oneHot && modelKind(kind).embeds?.(parameters) === true;
  const spec = specOfCodes(specOf(data, columns, scaled), embeds);
  const pipeline = fitPipeline(spec, data.table, train, data.labels);
  const before = process.cpuUsage();
  const model = await modelKind(kind)
    .create(parameters)
    .fit(
      {
        matrix: pipeline.transform(data.table, train),
        labels: train.map((row) => data.labels[row]!),
        classes: data.classes,
      },
      { seed, threads },
    );
  const { user, system } = process.cpuUsage(before);
  const probabilities = model.score(pipeline.transform(data.table, test));
  const seconds = (performance.now() - began) / 1000;
  return { probabilities, seconds, fitCpu: (user + system) / 1e6 };
}

/** The mean of several models' probabilities. */
export function meanOf(parts: readonly Fitted[]): Fitted {
  const sum = new Float32Array(parts[0]!.probabilities.length);
  for (const { probabilities } of parts) {
    for (let i = 0; i < sum.length; i++) sum[i]! += probabilities[i]! / parts.length;
  }
  return { probabilities: sum, seconds: parts.reduce((total, { seconds }) => total + seconds, 0) };
}

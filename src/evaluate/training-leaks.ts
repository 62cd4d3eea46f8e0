import { createHash } from 'node:crypto';
import type { Parameters } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { type AcceptedLeak, checkLeaks, type LeakVerdict, type Protocol } from './leak/index.ts';
import { lookBackSeconds } from './look-back.ts';
import { codedSpec, type Preparation, preparePipeline } from './prepare.ts';
import type { Split } from './split.ts';

/** A training as the leak gate needs to know it. */
export interface TrainingToCheck extends Preparation, Pick<Protocol, 'ownGroups'> {
  /** With the groups that the split went by, and labels as training sees them. */
  readonly data: LabelledTable;
  readonly split: Split;
  /** Rows that the model learns from. */
  readonly rows: Int32Array;
  /** Whether parameters were searched for, on the same rows. */
  readonly searched: boolean;
  readonly accepted: readonly AcceptedLeak[];
  /** The kind to be trained and its parameters: how far back it looks. */
  readonly modelKind?: string;
  readonly parameters?: Parameters;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Cells that may be copied to fit the preparation again: 400 MB of numbers. */
const MOST_CELLS = 50_000_000;

const KINDS = {
  stratified: 'random',
  grouped: 'grouped',
  time: 'time',
  official: 'published',
} as const;

/**
 * Checks a training by the leak gate: its rows, its features, what its threshold and parameters were
 * chosen on, and whether anything before the model was fitted on test rows.
 */
export async function trainingLeaks(training: TrainingToCheck): Promise<LeakVerdict> {
  const { data, split, rows, searched, accepted, seed, threads, signal } = training;
  const { table } = data;
  const spec = codedSpec(training);
  const selection = training.selection ? { selection: training.selection } : {};
  const fit = async (changed: LabelledTable): Promise<string> => {
    const given = { spec, ...selection, data: changed, rows, seed, threads, signal };
    const pipeline = await preparePipeline(given);
    return createHash('sha256').update(JSON.stringify(pipeline.toJSON())).digest('hex');
  };
  const small = table.rows * table.columns.length <= MOST_CELLS;
  const protocol: Protocol = {
    data,
    ownGroups: training.ownGroups,
    train: { rows: split.train },
    test: { rows: split.test },
    features: [...new Set(spec.plans.map(({ from }) => from))],
    split: KINDS[split.kind],
    lookBackSeconds: lookBackSeconds(data, split, training.modelKind, training.parameters),
    decisions: [
      ...(split.validation ? [{ what: 'threshold', rows: split.validation }] : []),
      ...(searched ? [{ what: 'parameters', rows }] : []),
    ],
    ...(small ? { fit } : {}),
    seed,
  };
  return checkLeaks(protocol, accepted);
}

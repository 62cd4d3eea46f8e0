import { createHash } from 'node:crypto';
import { defaultSpec, pipelineFromJSON } from '../features/index.ts';
import type { LabelledTable } from '../table/index.ts';
import {
  type AcceptedLeak,
  checkLeaks,
  type LeakFinding,
  type LeakVerdict,
  type Protocol,
} from './leak/index.ts';
import { type Preparation, prepareRows } from './prepare.ts';
import type { Split } from './split.ts';

/** A training as the leak gate needs to know it. */
export interface TrainingToCheck extends Preparation {
  /** With the groups that the split went by, and labels as training sees them. */
  readonly data: LabelledTable;
  /** The data set's own groups, where the split went by others. */
  readonly ownGroups?: Pick<LabelledTable, 'groups' | 'groupNames'> | undefined;
  readonly split: Split;
  /** Rows that the model learns from. */
  readonly rows: Int32Array;
  /** Whether parameters were searched for, on the same rows. */
  readonly searched: boolean;
  readonly accepted: readonly AcceptedLeak[];
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

/** Says that hosts stand on both sides where the split went by something else, such as copies. */
function ownGroupNote({ ownGroups, split }: TrainingToCheck): LeakFinding[] {
  if (!ownGroups || ownGroups.groupNames.length < 2) return [];
  const { groups, groupNames } = ownGroups;
  const inTrain = new Set<number>();
  for (const row of split.train) inTrain.add(groups[row]!);
  const shared = new Set<number>();
  for (const row of split.test) if (inTrain.has(groups[row]!)) shared.add(groups[row]!);
  if (shared.size === 0) return [];
  return [
    {
      name: 'group-overlap',
      weight: 'note',
      where: 'split',
      text: `The split went by other groups: ${shared.size} of ${groupNames.length} hosts or scenarios stand in both parts.`,
      todo: 'Judge on other hosts too (--groups host)',
    },
  ];
}

/**
 * Checks a training by the leak gate: its rows, its features, what its threshold and parameters were
 * chosen on, and whether anything before the model was fitted on test rows.
 */
export async function trainingLeaks(training: TrainingToCheck): Promise<LeakVerdict> {
  const { data, split, rows, searched, accepted, seed, threads, signal } = training;
  const { table } = data;
  const spec = training.spec ?? defaultSpec(table.schema);
  const preparation: Preparation = {
    spec,
    ...(training.selection ? { selection: training.selection } : {}),
    ...(training.balance ? { balance: training.balance } : {}),
  };
  const fit = async (changed: LabelledTable): Promise<string> => {
    const { pipeline } = await prepareRows({
      ...preparation,
      data: changed,
      rows,
      seed,
      threads,
      signal,
    });
    const json = JSON.stringify(pipelineFromJSON(pipeline.toJSON()).toJSON());
    return createHash('sha256').update(json).digest('hex');
  };
  const small = table.rows * table.columns.length <= MOST_CELLS;
  const protocol: Protocol = {
    data,
    train: { rows: split.train },
    test: { rows: split.test },
    features: [...new Set(spec.plans.map(({ from }) => from))],
    split: KINDS[split.kind],
    decisions: [
      ...(split.validation ? [{ what: 'threshold', rows: split.validation }] : []),
      ...(searched ? [{ what: 'parameters', rows }] : []),
    ],
    ...(small ? { fit } : {}),
    seed,
  };
  const verdict = await checkLeaks(protocol, accepted);
  return { ...verdict, findings: [...verdict.findings, ...ownGroupNote(training)] };
}

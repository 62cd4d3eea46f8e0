import { createHash } from 'node:crypto';
import type { LabelledTable } from '../../table/index.ts';
import { checkLeaks, type LeakName, type LeakVerdict } from '../leak/index.ts';
import { botnetTruth } from '../prior-work.ts';
import { DROPPED, NUMBERS, WORDS } from '../prior-work-rows.ts';
import { drawn, judgeArm } from './arm.ts';
import {
  AS_PUBLISHED,
  DASHBOARD_CLASSES,
  type DashboardArm,
  type DashboardForm,
  type DashboardInput,
  dashboardArm,
  HONEST,
} from './dashboard-rows.ts';
import { goalsOf, namesFound } from './findings.ts';
import type {
  PlannedModel,
  ReproducedModel,
  ReproducedStep,
  ReproduceOptions,
  Reproduction,
  StepCost,
} from './reproduction.ts';

const printed = (accuracy: number, precision: number, roc: number) => ({
  accuracy,
  'average precision': precision,
  'ROC AUC': roc,
});

/** Models of the dashboard's report, with its figures. */
export const DASHBOARD_MODELS: readonly PlannedModel[] = [
  { name: 'logistic', kind: 'logistic', parameters: {}, printed: printed(0.638, 0.493, 0.546) },
  {
    name: 'forest',
    kind: 'forest',
    parameters: { minSamplesLeaf: 10 },
    printed: printed(0.887, 0.967, 0.968),
  },
  {
    name: 'gradient boosting',
    kind: 'boosting',
    parameters: { iterations: 100, learningRate: 0.1, maxDepth: 3, minSamplesLeaf: 1 },
    printed: printed(0.89, 0.952, 0.956),
  },
];

const MEASURED = 'forest';
const NOTES = [
  'The report is of scenario 1 (Neris). Here another file of CTU-13 may stand in its place, such as scenario 6 (Menti): the protocol is the same, the traffic is not.',
  'From-Botnet against everything else; background counts as normal, as in the report.',
  'On rows balanced by hand, accuracy and average precision say nothing of a network: at 50 % hostile rows, guessing reaches 0.5 in both.',
];

/** One step in its honest form, the others as published. */
const ALONE: readonly (readonly [StepName, string, Partial<DashboardForm>])[] = [
  ['drop', 'dropped rows judged too', { drop: 'train' }],
  ['complete', 'rows with empty cells kept', { complete: false }],
  ['smote', 'SMOTE-NC on training rows alone', { smote: 'after' }],
  ['test', 'equal rows kept on one side', { split: 'identical' }],
  ['test', 'later rows judged', { split: 'time' }],
];

type StepName = 'drop' | 'complete' | 'smote' | 'test';

/**
 * Repeats the CTU-13 dashboard's protocol step by step, with each flawed step also in its honest form.
 * @param data a CTU-13 file @throws WiresiftError `PRIOR_WORK`, `SPLIT`, `ABORTED`
 */
export async function ctu13Dashboard(
  given: LabelledTable,
  options: ReproduceOptions,
): Promise<Omit<Reproduction, 'protocol'>> {
  const { seed, quick } = options;
  const data = quick ? drawn(given, quick, seed) : given;
  const truth = botnetTruth(data);
  // A drawn file has fewer rows to drop, and dropping as many would leave none.
  const dropShare = quick ? DROPPED ** 4 : DROPPED;
  const input: DashboardInput = { data, truth, seed, dropShare };
  const total = 2 * DASHBOARD_MODELS.length + ALONE.length;
  let done = 0;
  const fit = (arm: DashboardArm, model: PlannedModel, what: string) => {
    options.onFit?.(`${model.name}, ${what}`, done++, total);
    return judgeArm(arm, model, options);
  };
  const arm = dashboardArm(input, AS_PUBLISHED);
  const honest = dashboardArm(input, HONEST);
  const models: ReproducedModel[] = [];
  for (const model of DASHBOARD_MODELS) {
    const protocol = await fit(arm, model, 'its protocol');
    models.push({ ...model, protocol, honest: await fit(honest, model, 'honest protocol') });
  }
  const model = models.find(({ name }) => name === MEASURED)!;
  const costs: (readonly [StepName, StepCost])[] = [];
  for (const [step, instead, change] of ALONE) {
    const other = dashboardArm(input, { ...AS_PUBLISHED, ...change });
    const after = await fit(other, model, instead);
    costs.push([step, { instead, model: MEASURED, before: model.protocol, after }]);
  }
  const leaks = await gate(input, arm, AS_PUBLISHED);
  const figures = ['average precision', 'ROC AUC', 'accuracy'] as const;
  return {
    title: 'Botnet or not on CTU-13',
    source: 'the dashboard’s report: scenario 1, balanced test rows',
    dataset: data.dataset,
    hash: data.hash,
    rows: data.table.rows,
    seed,
    notes: quick
      ? [`A quick look at ${data.table.rows} rows: not to be compared.`, ...NOTES]
      : NOTES,
    figures,
    steps: stepsOf(input, arm, leaks, costs),
    models,
    honestText: `${honest.text}; every row after it judged, at the network’s own prevalence; no row left out for an empty cell; SMOTE-NC on training rows alone`,
    leaks,
    honestLeaks: await gate(input, honest, HONEST),
    goals: goalsOf(figures, DASHBOARD_MODELS, models),
  };
}

function gate(input: DashboardInput, arm: DashboardArm, form: DashboardForm): Promise<LeakVerdict> {
  const { data, truth, seed } = input;
  const digest = (one: DashboardArm): string =>
    createHash('sha256').update(new Uint8Array(one.train.matrix.data.slice().buffer)).digest('hex');
  return checkLeaks({
    data: { ...data, labels: truth, classes: DASHBOARD_CLASSES },
    ...arm.origin,
    features: [...NUMBERS, ...WORDS],
    split: form.split === 'time' ? 'time' : 'random',
    fit: (other) => digest(dashboardArm({ ...input, data: other, truth: other.labels }, form)),
    seed,
  });
}

const LEAKS: Readonly<Record<StepName, readonly LeakName[]>> = {
  drop: ['test-rows-chosen'],
  complete: [],
  smote: [
    'resampled-before-split',
    'synthetic-test-rows',
    'fitted-on-test-cells',
    'fitted-on-test-labels',
  ],
  test: [
    'same-rows',
    'same-records',
    'identical-vectors',
    'near-duplicates',
    'group-overlap',
    'future-in-training',
  ],
};

function stepsOf(
  { data, truth }: DashboardInput,
  arm: DashboardArm,
  leaks: LeakVerdict,
  costs: readonly (readonly [StepName, StepCost])[],
): ReproducedStep[] {
  const hostile = truth.reduce((sum, label) => sum + label, 0);
  let before = { rows: data.table.rows, hostile };
  const file: ReproducedStep = {
    name: 'file',
    ...before,
    flaws: [],
    leaks: [],
    note: 'From-Botnet against all else',
    costs: [],
  };
  const names = {
    drop: 'drop other rows at random',
    complete: 'drop rows with an empty cell',
    smote: 'SMOTE-NC to 50/50, before the split',
    test: 'random split, 25 % held out',
  };
  const steps = arm.counts.map(({ name, ...now }): ReproducedStep => {
    const found = namesFound(leaks, LEAKS[name]);
    const gone = { rows: before.rows - now.rows, hostile: before.hostile - now.hostile };
    before = now;
    const loses = name === 'drop' || name === 'complete';
    return {
      name: names[name],
      ...now,
      flaws: [
        ...(found.length > 0 ? ['leaks' as const] : []),
        ...(loses && gone.rows > 0 ? ['loses rows' as const] : []),
      ],
      leaks: found,
      note: noteOf(name, gone, arm, leaks),
      costs: costs.filter(([step]) => step === name).map(([, cost]) => cost),
    };
  });
  return [file, ...steps];
}

function noteOf(
  name: StepName,
  gone: { readonly rows: number; readonly hostile: number },
  { made }: DashboardArm,
  { findings }: LeakVerdict,
): string {
  if (name === 'drop') return `${gone.rows} rows gone: the prevalence is no network’s any more`;
  if (name === 'complete') {
    return `${gone.hostile} From-Botnet and ${gone.rows - gone.hostile} other rows gone, one-way flows above all`;
  }
  if (name === 'smote') {
    return `${-gone.rows} rows made up; ${made.test} of them are judged`;
  }
  const copies = findings.find((finding) => finding.name === 'identical-vectors');
  return copies?.text ?? 'no copies of training rows';
}

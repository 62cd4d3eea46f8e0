import { takeMatrixRows } from '../../features/index.ts';
import { tensorsUnder } from '../ensemble/members.ts';
import { checkHarmless, HARMLESS, harmlessMarks, sideShares, storedShares } from '../harmless.ts';
import { type FindKind, type Inner, innerEmbeds, innerOf, innerOptions } from '../inner.ts';
import { defineKind } from '../kind.ts';
import type {
  FitInput,
  FitOptions,
  Model,
  ModelFacts,
  ModelKind,
  ParameterSpec,
  Parameters,
  StoredModel,
} from '../model.ts';
import { FIRST_CLASSES, StagedModel } from './model.ts';

const KIND = 'staged';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'first',
    type: 'string',
    default: 'forest',
    meaning: 'Kind of the stage that tells threats from harmless rows',
  },
  {
    name: 'firstParameters',
    type: 'string',
    default: '{}',
    meaning: 'Parameters of that kind, as JSON',
  },
  {
    name: 'second',
    type: 'string',
    default: 'forest',
    meaning: 'Kind of the stage that tells threats apart; it learns from threats alone',
  },
  {
    name: 'secondParameters',
    type: 'string',
    default: '{}',
    meaning: 'Parameters of that kind, as JSON',
  },
  {
    name: 'calibration',
    type: 'string',
    default: 'isotonic',
    choices: ['isotonic', 'platt', 'none'],
    meaning: 'How the scores of each stage become probabilities, on rows held out',
  },
  {
    name: 'share',
    type: 'number',
    default: 0.2,
    min: 0.001,
    max: 0.9,
    meaning: 'Share of rows held out for calibration when none are given',
  },
  HARMLESS,
];

/** Stages are calibrated here, and a file must not nest without end. */
const REFUSED = [KIND, 'calibrated'];

/**
 * A stage as it is fitted: wrapped in its calibration, unless there is none.
 * @throws WiresiftError `MODEL_PARAMETER` for a kind that a stage may not be
 */
export function stageOf(own: Parameters, name: 'first' | 'second', find: FindKind): Inner {
  const inner = innerOf(own, { owner: KIND, name, refused: REFUSED }, find);
  const { calibration: method, share } = own as { calibration: string; share: number };
  if (method === 'none') return inner;
  const kind = find('calibrated');
  const baseParameters = JSON.stringify(inner.parameters);
  const given = { base: inner.kind.kind, baseParameters, method, share };
  return { kind, parameters: kind.create(given).parameters };
}

/** What the second stage learns from: the threats alone. */
function threatsOf(input: FitInput, harmless: Uint8Array): FitInput | undefined {
  const { matrix, labels, weights, heldOut } = input;
  const classes = threatClasses(input.classes, harmless);
  if (classes.length < 2) return undefined;
  const isThreat = (row: number): boolean => harmless[labels[row]!] === 0;
  const rows = Int32Array.from(labels.keys()).filter(
    (row) => isThreat(row) && (weights ? weights[row]! > 0 : true),
  );
  if (rows.length === 0) return undefined;
  const place = new Int32Array(harmless.length);
  for (let k = 0, at = 0; k < place.length; k++) place[k] = harmless[k] === 0 ? at++ : -1;
  const at = new Map(Array.from(rows, (row, i) => [row, i]));
  return {
    matrix: takeMatrixRows(matrix, rows),
    labels: rows.map((row) => place[labels[row]!]!),
    classes,
    ...(weights ? { weights: Float32Array.from(rows, (row) => weights[row]!) } : {}),
    ...(heldOut
      ? {
          heldOut: Int32Array.from(
            heldOut.filter((row) => at.has(row)),
            (row) => at.get(row)!,
          ),
        }
      : {}),
  };
}

/** The classes that are not harmless, in their order. */
export const threatClasses = (
  classes: readonly string[],
  harmless: Uint8Array,
): readonly string[] => classes.filter((_, k) => harmless[k] === 0);

/** How a stage is fitted; its epochs are told, with the stage they are of. */
function stageOptions(options: FitOptions, part: string): FitOptions {
  const { onTraining } = options;
  if (!onTraining) return innerOptions(options);
  return {
    ...innerOptions(options),
    onTraining: (event) => onTraining(event.event === 'network' ? { ...event, part } : event),
  };
}

async function fitStaged(
  { facts, find }: { facts: ModelFacts; find: FindKind },
  input: FitInput,
  options: FitOptions,
): Promise<Model> {
  const { onProgress } = options;
  const harmless = harmlessMarks(facts);
  const one = stageOf(facts.parameters, 'first', find);
  const two = stageOf(facts.parameters, 'second', find);
  const sides = input.labels.map((label) => 1 - harmless[label]!);
  const first = await one.kind
    .create(one.parameters)
    .fit({ ...input, labels: sides, classes: FIRST_CLASSES }, stageOptions(options, 'first stage'));
  onProgress?.(1, 2);
  const threats = threatsOf(input, harmless);
  const second =
    threats &&
    (await two.kind.create(two.parameters).fit(threats, stageOptions(options, 'second stage')));
  onProgress?.(2, 2);
  return new StagedModel(facts, { first, second, harmless, shares: sideShares(input, harmless) });
}

function loadStage(
  stored: StoredModel,
  { kind, parameters: own }: Inner,
  stage: { readonly name: string; readonly classes: readonly string[] },
): Model {
  return kind.load({
    kind: kind.kind,
    parameters: own,
    classes: stage.classes,
    features: stored.features,
    tensors: tensorsUnder(stored, `${stage.name}.0.`),
  });
}

/**
 * Two stages: threat or harmless, then which threat. The probability of a threat class is the product
 * of what both say; each stage is calibrated on rows that it did not learn from.
 */
export function stagedKind(find: FindKind): ModelKind {
  return defineKind({
    kind: KIND,
    meaning: 'Two stages: threat or harmless, then the type among threats',
    parameters,
    // Both stages read the same columns.
    embeds: (own) =>
      innerEmbeds(stageOf(own, 'first', find)) && innerEmbeds(stageOf(own, 'second', find)),
    check: (own) => {
      checkHarmless(own);
      stageOf(own, 'first', find);
      stageOf(own, 'second', find);
    },
    fit: (facts, input, options) => fitStaged({ facts, find }, input, options),
    load: (facts, stored) => {
      const harmless = harmlessMarks(facts);
      const classes = threatClasses(facts.classes, harmless);
      const one = stageOf(facts.parameters, 'first', find);
      const two = stageOf(facts.parameters, 'second', find);
      // Without threats to learn from, training made no second stage.
      const staged = classes.length > 1 && tensorsUnder(stored, 'second.').size > 0;
      return new StagedModel(facts, {
        first: loadStage(stored, one, { name: 'first', classes: FIRST_CLASSES }),
        second: staged ? loadStage(stored, two, { name: 'second', classes }) : undefined,
        harmless,
        shares: storedShares(stored),
      });
    },
  });
}

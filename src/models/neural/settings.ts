import { CLASS_WEIGHT } from '../kind.ts';
import type { ParameterSpec, Parameters } from '../model.ts';
import { checkHistoryNetwork, type NetworkDescription, parseDescription } from './description.ts';
import { MOST_PIECES } from './pieces.ts';
import { SCHEDULES, type SchedulePlan } from './schedule.ts';

/** Losses that a network over classes may be trained by. */
export const LOSSES = ['cross-entropy', 'focal', 'binary-cross-entropy', 'squared-error'] as const;
/** A loss over classes, or of a network that gives its own input back. */
export type Loss = (typeof LOSSES)[number] | 'reconstruction';
/** Ways to step down the slopes. */
export const OPTIMISERS = ['adam', 'adamw', 'sgd'] as const;

/** Parameters of a network, read. */
export interface Settings {
  readonly description: NetworkDescription;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly optimiser: (typeof OPTIMISERS)[number];
  readonly momentum: number;
  readonly schedule: SchedulePlan['schedule'];
  readonly l1: number;
  readonly l2: number;
  readonly clip: number;
  readonly loss: Loss;
  readonly smoothing: number;
  readonly focus: number;
  readonly classWeight: string;
  readonly earlyStopping: number;
  readonly validationShare: number;
  /** Names of columns of category codes; null: those that the matrix tells of. */
  readonly categories: readonly string[] | null;
  readonly embedding: number;
  readonly pieces: number;
  /** Kinds that read a host's flows: how many, the judged one included. */
  readonly window?: number;
  /** Whether they are told how long after the one before each flow ended. */
  readonly gap?: boolean;
}

/** What differs between named networks. */
export interface Preset {
  readonly description: NetworkDescription;
  readonly l1?: number;
  readonly pieces?: number;
  /** Flows of a host that are read; absent: of nothing but the row. */
  readonly window?: number;
}

/** More flows of a host than this are more than any network here looks back on. */
const MOST_WINDOW = 256;

const number = (
  name: string,
  value: number,
  [min, max]: readonly [number, number],
  meaning: string,
): ParameterSpec => ({ name, type: 'number', default: value, min, max, meaning });

const integer = (
  name: string,
  value: number,
  [min, max]: readonly [number, number],
  meaning: string,
): ParameterSpec => ({ name, type: 'integer', default: value, min, max, meaning });

/** The parameters of a named network; they differ in the defaults of a {@link Preset} alone. */
export function networkParameters(preset: Preset): readonly ParameterSpec[] {
  return [
    {
      name: 'network',
      type: 'string',
      default: JSON.stringify(preset.description),
      meaning: 'Layers, as JSON, or a name such as prior-gru',
    },
    integer('epochs', 10, [1, 100_000], 'Most passes over the rows'),
    integer('batch', 128, [1, 65_536], 'Rows between two steps'),
    number('learningRate', 0.002, [1e-9, 10], 'Length of a step'),
    {
      name: 'optimiser',
      type: 'string',
      default: 'adam',
      choices: OPTIMISERS,
      meaning: 'How steps follow slopes',
    },
    number('momentum', 0.9, [0, 0.9999], 'For sgd: share of the last step that is kept'),
    {
      name: 'schedule',
      type: 'string',
      default: 'cosine',
      choices: SCHEDULES,
      meaning: 'How the learning rate falls over the epochs',
    },
    number('l1', preset.l1 ?? 0, [0, 100], 'Penalty on absolute values of matrices'),
    number('l2', 0, [0, 100], 'Penalty on half the squares of matrices; for adamw their decay'),
    number('clip', 5, [0, 1e9], 'Longest slope, over all weights together; 0: no limit'),
    {
      name: 'loss',
      type: 'string',
      default: 'cross-entropy',
      choices: LOSSES,
      meaning:
        'What is made small; binary-cross-entropy takes each class against the rest, ' +
        'squared-error the squared gaps of the shares to the truth',
    },
    number('labelSmoothing', 0, [0, 0.99], 'Share of the truth spread over all classes'),
    number('focus', 2, [0, 20], 'For focal: how much less easy rows count'),
    CLASS_WEIGHT,
    integer(
      'earlyStopping',
      0,
      [0, 100_000],
      'Stops after so many epochs without a smaller loss on held-out rows and takes the best; 0: never',
    ),
    number(
      'validationShare',
      0.1,
      [0.001, 0.9],
      'Share of rows held out for early stopping when none are given',
    ),
    {
      name: 'categories',
      type: 'string',
      default: null,
      meaning:
        'Columns of category codes 0 to 255, separated by commas, each of which is embedded; ' +
        'none given: all columns of codes that there are',
    },
    integer('embedding', 4, [1, 256], 'Numbers that stand for a category'),
    integer(
      'pieces',
      preset.pieces ?? 0,
      [0, MOST_PIECES],
      'Pieces that each column of numbers is cut into, as many rows in each; 0: none',
    ),
    ...(preset.window === undefined ? [] : windowParameters(preset.window)),
  ];
}

/** Parameters of the kinds that read what a host did before. */
function windowParameters(window: number): readonly ParameterSpec[] {
  const gap = 'Whether each flow also tells how long after the one before it ended';
  return [
    integer(
      'window',
      window,
      [1, MOST_WINDOW],
      'Last flows of a host that are read, the judged one included',
    ),
    { name: 'gap', type: 'boolean', default: true, meaning: gap },
  ];
}

/** @throws WiresiftError `MODEL_PARAMETER` when the network is described wrongly */
export function readSettings(own: Parameters): Settings {
  const description = parseDescription(own['network'] as string);
  const window = own['window'] as number | undefined;
  if (window !== undefined) checkHistoryNetwork(description);
  const gap = own['gap'] as boolean;
  const names = (own['categories'] as string | null)?.split(',').map((name) => name.trim());
  return {
    description,
    ...(window === undefined ? {} : { window, gap }),
    epochs: own['epochs'] as number,
    batch: own['batch'] as number,
    rate: own['learningRate'] as number,
    optimiser: own['optimiser'] as Settings['optimiser'],
    momentum: own['momentum'] as number,
    schedule: own['schedule'] as Settings['schedule'],
    l1: own['l1'] as number,
    l2: own['l2'] as number,
    clip: own['clip'] as number,
    loss: own['loss'] as Settings['loss'],
    smoothing: own['labelSmoothing'] as number,
    focus: own['focus'] as number,
    classWeight: own['classWeight'] as string,
    earlyStopping: own['earlyStopping'] as number,
    validationShare: own['validationShare'] as number,
    categories: names?.filter((name) => name !== '') ?? null,
    embedding: own['embedding'] as number,
    pieces: own['pieces'] as number,
  };
}

import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { storedShares } from '../harmless.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { ModelFacts, Parameters, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import type { Epoch, TrainingHistory } from '../training.ts';
import { BLOCK, BlockRunner, inMatrixOrder, rowNetwork } from './blocks.ts';
import { codePlaces, codeTensor, storedCodes } from './codes.ts';
import { parseDescription } from './description.ts';
import {
  type MirrorPlan,
  mirrorColumns,
  mirrorTensors,
  mirrorWidth,
  storedMirror,
  writeMirror,
} from './mirror.ts';
import type { NetworkPlan } from './network.ts';
import { reaches } from './prepare.ts';
import { type Scaling, standardise } from './standardise.ts';
import {
  type History,
  historyTensors,
  storedHistory,
  storedWeights,
  trainingHistory,
  weightTensors,
} from './stored.ts';
import type { Trained } from './train.ts';

/** What an autoencoder learned. */
export interface AutoencoderFit extends Trained, History {
  /** Part of each class in the score, then of each in its complement. */
  readonly shares: Float64Array;
  /** The error that scores one half. */
  readonly usual: number;
  readonly mirror: MirrorPlan;
}

/** The gap of a column is cut to this: weights from a file may lead anywhere. */
export const FARTHEST_GAP = 1e6;

/** A network that gives rows back, ready to run. */
export interface Mirror {
  readonly plan: MirrorPlan;
  readonly blocks: BlockRunner;
  readonly scaling: Scaling;
  /** Where each column, in the order of names, stands in a matrix. */
  readonly order: Int32Array;
  /** The column, in the order of names, that each number given back tells of. */
  readonly columns: Int32Array;
}

/** Makes a network ready to run. */
export function mirrorOf(
  { features, parameters }: Pick<ModelFacts, 'features' | 'parameters'>,
  { weights, shift, scale, mirror }: Pick<AutoencoderFit, 'weights' | 'shift' | 'scale' | 'mirror'>,
): Mirror {
  const reach = reaches(features.length, codePlaces(mirror.codes));
  return {
    plan: mirror,
    blocks: new BlockRunner(mirrorPlan(parameters, mirror), weights),
    scaling: { shift, scale, reach },
    order: nameOrder(features),
    columns: mirrorColumns(mirror),
  };
}

/** A network that gives its input back: a number a column of numbers, marks for a column of codes. */
export function mirrorPlan(
  own: Parameters,
  { cols, codes }: Pick<MirrorPlan, 'cols' | 'codes'>,
): NetworkPlan {
  return {
    description: parseDescription(own['network'] as string),
    inputs: cols,
    outputs: mirrorWidth({ cols, codes }),
    categories: { columns: codes, size: own['embedding'] as number },
  };
}

/**
 * How far each number that is to be given back is from what the network makes of it, squared; rows
 * × numbers, as {@link Mirror.columns} tells them.
 */
export function squaredGaps(mirror: Mirror, matrix: Matrix): Float64Array {
  const { plan, blocks, scaling, order, columns } = mirror;
  const { cols, rows } = matrix;
  const width = columns.length;
  const cells = new Float32Array(rows * cols);
  standardise(matrix.data, cells, scaling, order);
  const gaps = new Float64Array(rows * width);
  const wanted = new Float32Array(BLOCK * width);
  blocks.run(rows, {
    feed: ({ space, input }, { from, to }) => {
      space.view(input.at, (to - from) * cols).set(cells.subarray(from * cols, to * cols));
    },
    take: (outputs, { from, to }) => {
      writeMirror(wanted, cells.subarray(from * cols), to - from, plan);
      const start = from * width;
      for (let at = 0; at < outputs.length; at++) {
        const gap = Math.abs(wanted[at]! - outputs[at]!);
        // A number that is none counts as farthest.
        gaps[start + at] = (gap < FARTHEST_GAP ? gap : FARTHEST_GAP) ** 2;
      }
    },
  });
  return gaps;
}

/** Mean over the numbers of each row. */
export function meanGaps(gaps: Float64Array, width: number): Float64Array {
  const means = new Float64Array(gaps.length / width);
  for (let row = 0, at = 0; row < means.length; row++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += gaps[at++]!;
    means[row] = sum / width;
  }
  return means;
}

/** A fitted autoencoder: the worse it gives a row back, the less usual the row. */
export class AutoencoderModel extends FittedModel {
  readonly #fit: AutoencoderFit;
  readonly #plan: NetworkPlan;
  readonly #mirror: Mirror;

  constructor(facts: ModelFacts, fit: AutoencoderFit) {
    super(facts);
    this.#fit = fit;
    this.#plan = mirrorPlan(facts.parameters, fit.mirror);
    this.#mirror = mirrorOf(facts, fit);
  }

  /** What each epoch of the training reached. */
  get epochs(): readonly Epoch[] {
    return this.#fit.epochs;
  }

  /** Layers, epochs, and how it ended. */
  get training(): TrainingHistory {
    const { summary } = rowNetwork(this.#plan);
    return trainingHistory(this.#fit, summary, this.parameters['earlyStopping'] as number);
  }

  /** Why the training ended. */
  get ending(): Trained['ending'] {
    return this.#fit.ending;
  }

  /** Mean squared error of each row, in standardised columns. */
  errors(matrix: Matrix): Float64Array {
    checkScore(this.kind, this.features, matrix);
    return meanGaps(squaredGaps(this.#mirror, matrix), this.#mirror.columns.length);
  }

  /** The score is `error / (error + usual)`, split over the classes by their shares. */
  score(matrix: Matrix): Float32Array {
    const errors = this.errors(matrix);
    const { shares, usual } = this.#fit;
    const classes = this.classes.length;
    const out = new Float32Array(matrix.rows * classes);
    for (let i = 0; i < matrix.rows; i++) {
      const s = errors[i]! / (errors[i]! + usual);
      for (let k = 0; k < classes; k++) {
        out[i * classes + k] = s * shares[k]! + (1 - s) * shares[classes + k]!;
      }
    }
    return out;
  }

  /** Each column's part of the error, over rows of all classes that were there to learn from. */
  importances(): Float64Array {
    return inMatrixOrder(this.#fit.importances, this.#mirror.order);
  }

  /** Each column's part of the row's error, in parts of the score; toward a harmless class less. */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { cols, names } = matrix;
    const data = matrix.data.subarray(row * cols, (row + 1) * cols);
    const gaps = squaredGaps(this.#mirror, { rows: 1, cols, names, data });
    const { shares, usual } = this.#fit;
    const toward = shares[classIndex]! - shares[this.classes.length + classIndex]!;
    const { columns } = this.#mirror;
    const whole = gaps.length * (meanGaps(gaps, gaps.length)[0]! + usual);
    const parts = new Float64Array(cols);
    columns.forEach((c, i) => {
      parts[c]! += (toward * gaps[i]!) / whole;
    });
    return inMatrixOrder(parts, this.#mirror.order);
  }

  tensors(): Tensor[] {
    const { shares, usual, weights, mirror } = this.#fit;
    return [
      ...codeTensor(mirror.codes),
      ...mirrorTensors(mirror),
      { name: 'shares', type: 'F64', shape: [2, this.classes.length], data: shares },
      { name: 'usual', type: 'F64', shape: [1], data: Float64Array.of(usual) },
      ...historyTensors(this.#fit),
      ...weightTensors(this.#plan, weights),
    ];
  }
}

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, has another shape or is out of range */
export function loadAutoencoder(facts: ModelFacts, stored: StoredModel): AutoencoderModel {
  const history = storedHistory(stored);
  const { data: usual } = storedTensor(stored, 'usual', 'F64', 1);
  if (usual.length !== 1 || !(usual[0]! > 0)) {
    refuseStored(`model ${stored.kind}, tensor usual`, String(usual[0]), 'one number above 0');
  }
  const mirror = storedMirror(stored, storedCodes(stored) ?? []);
  const planned = () => mirrorPlan(facts.parameters, mirror);
  return new AutoencoderModel(facts, {
    ...history,
    shares: storedShares(stored),
    usual: usual[0]!,
    mirror,
    weights: storedWeights(stored, planned),
  });
}

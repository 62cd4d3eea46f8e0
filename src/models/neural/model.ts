import { Random } from '../../base/index.ts';
import { type Matrix, MOST_WORDS } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { Model, ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import type { Epoch, TrainingHistory } from '../training.ts';
import { BlockRunner, inMatrixOrder, type Passage, rowNetwork } from './blocks.ts';
import { type CodeColumn, codePlaces, codeTensor, MEAN_CODE, storedCodes } from './codes.ts';
import { HostSession, type SequenceModel, type Steps } from './host-session.ts';
import { Network, type NetworkPlan } from './network.ts';
import { pieceTensors, storedPieces } from './pieces.ts';
import { categoryColumns, reaches, type TrainingData } from './prepare.ts';
import { readSettings, type Settings } from './settings.ts';
import { standardise } from './standardise.ts';
import {
  described,
  historyTensors,
  storedHistory,
  storedWeights,
  trainingHistory,
  weightTensors,
} from './stored.ts';
import { networkPlan, type Trained } from './train.ts';
import { gatherWindow, pastOf, stepWidth, type WindowPlan } from './windows.ts';

/** What a neural network learned. */
export interface NeuralFit
  extends Trained,
    Pick<TrainingData, 'present' | 'shift' | 'scale' | 'categories' | 'pieces'> {}

/** Points on the way from the mean row to the explained one. */
const POINTS = 32;
/** Outputs are cut to this: weights from a file may lead anywhere. */
const FARTHEST_OUTPUT = 1e4;

/** A fitted network: standardised columns in, one share a class out. */
export class NeuralModel extends FittedModel {
  readonly #fit: NeuralFit;
  readonly #settings: Settings;
  readonly #order: Int32Array;
  readonly #plan: NetworkPlan;
  readonly #reach: Float64Array;
  readonly #blocks: BlockRunner;
  /** Only for kinds that read what a host did before. */
  readonly #windows: WindowPlan | undefined;
  #explainer: Network | undefined;

  constructor(facts: ModelFacts, fit: NeuralFit) {
    super(facts);
    this.#fit = fit;
    this.#settings = readSettings(facts.parameters);
    this.#order = nameOrder(facts.features);
    this.#plan = modelPlan(facts, this.#settings, fit);
    const { window, gap = false } = this.#settings;
    if (window !== undefined) {
      this.#windows = { window, gap, cols: facts.features.length };
      this.session = (options) => new HostSession(this.#sequence(window), options);
    }
    this.#reach = reaches(this.#order.length, codePlaces(fit.categories));
    this.#blocks = new BlockRunner(this.#plan, fit.weights);
  }

  /** What each epoch of the training reached. */
  get epochs(): readonly Epoch[] {
    return this.#fit.epochs;
  }

  /** Layers, epochs, and how it ended. */
  get training(): TrainingHistory {
    const layers = this.#fit.weights.length === 0 ? [] : rowNetwork(this.#plan).summary;
    return trainingHistory(this.#fit, layers, this.#settings.earlyStopping);
  }

  /** Why the training ended. */
  get ending(): Trained['ending'] {
    return this.#fit.ending;
  }

  /** Standardised cells of rows, columns in the order of names. */
  #fill(to: Float32Array, matrix: Matrix, from: number): void {
    const { cols } = matrix;
    const cells = matrix.data.subarray(from * cols, from * cols + to.length);
    standardise(cells, to, { ...this.#fit, reach: this.#reach }, this.#order);
  }

  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    if (this.#windows) return this.#scoreSteps(this.#stepsOf(matrix), matrix.rows);
    return this.#scoreBy(matrix.rows, ({ space, input }, { from, to }) => {
      this.#fill(space.view(input.at, (to - from) * matrix.cols), matrix, from);
    });
  }

  /** Scores rows block by block. @param feed puts rows at the input of the network */
  #scoreBy(rows: number, feed: Passage['feed']): Float32Array {
    const { present } = this.#fit;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    if (present.length === 1) {
      for (let at = present[0]!; at < out.length; at += classes) out[at] = 1;
      return out;
    }
    this.#blocks.run(rows, {
      feed,
      take: (outputs, { from, to }) => {
        this.#share(outputs, out.subarray(from * classes), to - from);
      },
    });
    return out;
  }

  #cellsOf(matrix: Matrix): Float32Array {
    const cells = new Float32Array(matrix.data.length);
    this.#fill(cells, matrix, 0);
    return cells;
  }

  #stepsOf(matrix: Matrix): Steps {
    return { cells: this.#cellsOf(matrix), past: pastOf(matrix.history, matrix.rows) };
  }

  /** Shares of the first `rows` rows, each read with those before it. */
  #scoreSteps(steps: Steps, rows: number): Float32Array {
    return this.#scoreBy(rows, ({ space, input }, { from, to }) => {
      const size = input.shape.steps * input.shape.channels;
      for (let row = from; row < to; row++) {
        const window = space.view(input.at + 4 * size * (row - from), size);
        space.lengths![row - from] = gatherWindow(window, steps, row, this.#windows!);
      }
    });
  }

  /** Set for the kinds that read what a host did before, and for no other. */
  readonly session: Model['session'];

  #sequence(window: number): SequenceModel {
    const { kind, features } = this;
    return {
      window,
      cols: features.length,
      standardise: (matrix) => {
        checkScore(kind, features, matrix);
        return this.#cellsOf(matrix);
      },
      score: (steps, rows) => this.#scoreSteps(steps, rows),
      explain: (steps, row, classIndex) => this.#explainSteps(steps, row, classIndex),
    };
  }

  /** Shares from outputs: softmax, or sigmoids brought to a sum of 1. */
  #share(outputs: Float32Array, out: Float32Array, rows: number): void {
    const { present } = this.#fit;
    const width = present.length;
    const classes = this.classes.length;
    const single = this.#settings.loss === 'binary-cross-entropy';
    const own = new Float64Array(width);
    for (let i = 0, at = 0; i < rows; i++, at += width) {
      let most = -FARTHEST_OUTPUT;
      for (let k = 0; k < width; k++) {
        const z = outputs[at + k]!;
        // A number that is none counts as least.
        own[k] =
          z > -FARTHEST_OUTPUT ? (z < FARTHEST_OUTPUT ? z : FARTHEST_OUTPUT) : -FARTHEST_OUTPUT;
        if (own[k]! > most) most = own[k]!;
      }
      let sum = 0;
      for (let k = 0; k < width; k++) {
        // Shares of sigmoids relative to the largest: exp(z) / (1 + exp(z)) without overflow.
        const rest = single
          ? (1 + Math.exp(-Math.abs(most))) / (1 + Math.exp(-Math.abs(own[k]!)))
          : 1;
        const level = single ? Math.min(own[k]!, 0) - Math.min(most, 0) : own[k]! - most;
        sum += own[k] = Math.exp(level) * rest;
      }
      for (let k = 0; k < width; k++) out[i * classes + present[k]!] = own[k]! / sum;
    }
  }

  /** How far the true class's share moves, in the mean, when a column is set to its mean. */
  importances(): Float64Array {
    return inMatrixOrder(this.#fit.importances, this.#order);
  }

  /**
   * Integrated gradients (Sundararajan, Taly, Yan 2017) from the mean row: about the output of the
   * class less the mean over the classes, less the same for the mean row. The way leads through
   * pieces evenly: through numbers it would leap where pieces are narrow; and through the numbers that
   * stand for codes, from those of a word not known. Where rows are read with those before them, a column's part is that of all
   * of them together; gaps stay as they are too.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    if (this.#windows) return this.#explainSteps(this.#stepsOf(matrix), row, classIndex);
    const own = new Float32Array(matrix.cols);
    this.#fill(own, matrix, row);
    return this.#explainInput(own, 1, classIndex);
  }

  #explainSteps(steps: Steps, row: number, classIndex: number): Float64Array {
    const { window } = this.#windows!;
    const own = new Float32Array(window * stepWidth(this.#windows!));
    const found = gatherWindow(own, steps, row, this.#windows!);
    return this.#explainInput(own, found, classIndex);
  }

  /** @param own what stands at the input for the row, of which the last `found` steps are there */
  #explainInput(own: Float32Array, found: number, classIndex: number): Float64Array {
    const { present } = this.#fit;
    const cols = this.features.length;
    const width = present.length;
    const index = present.indexOf(classIndex);
    if (index < 0 || width === 1) return new Float64Array(cols);
    const network = this.#explaining();
    const { space, output, encoded, columnOf } = network;
    space.lengths?.fill(found);
    const [mean, row] = this.#encodedRows(network, own, found);
    const size = row.length;
    const cells = space.view(encoded.at, POINTS * size);
    const slopes = space.view(output.slope, POINTS * width);
    for (let p = 0; p < POINTS; p++) {
      const share = (p + 0.5) / POINTS;
      for (let i = 0; i < size; i++) cells[p * size + i] = mean[i]! + share * (row[i]! - mean[i]!);
      for (let k = 0; k < width; k++) slopes[p * width + k] = (k === index ? 1 : 0) - 1 / width;
    }
    network.forwardEncoded(POINTS, { training: false, random: new Random(0) });
    network.backwardEncoded(POINTS);
    const slope = space.view(encoded.slope, POINTS * size);
    const parts = new Float64Array(cols);
    for (let at = 0; at < slope.length; at++) {
      const i = at % size;
      const column = columnOf[i % columnOf.length]!;
      if (column < cols) parts[column]! += (slope[at]! * (row[i]! - mean[i]!)) / POINTS;
    }
    const finite = parts.map((part) => (Number.isFinite(part) ? part : 0));
    return inMatrixOrder(finite, this.#order);
  }

  /** The mean row, with the row's own gaps, and the row, both as the network encodes them. */
  #encodedRows(network: Network, own: Float32Array, found: number): [Float32Array, Float32Array] {
    const { space, input, encoded } = network;
    const { channels } = input.shape;
    const codes = new Set(network.codes);
    const gap = this.features.length;
    const start = own.length - found * channels;
    const mean = own.map((cell, i) => {
      const column = i % channels;
      // Before the first step that is there both rows are the same.
      if (column === gap || i < start) return cell;
      return codes.has(column) ? MEAN_CODE : 0;
    });
    space.view(input.at, 2 * own.length).set([...mean, ...own]);
    network.encode(2, { training: false, random: new Random(0) });
    const size = encoded.shape.steps * encoded.shape.channels;
    const both = space.view(encoded.at, 2 * size).slice();
    return [both.subarray(0, size), both.subarray(size)];
  }

  #explaining(): Network {
    if (this.#explainer) return this.#explainer;
    const network = new Network(this.#plan, { rows: POINTS, training: true, inputSlopes: true });
    network.open();
    network.restore(this.#fit.weights);
    this.#explainer = network;
    return network;
  }

  tensors(): Tensor[] {
    const { present, weights, categories, pieces } = this.#fit;
    return [
      { name: 'present', type: 'I32', shape: [present.length], data: present },
      ...codeTensor(categories),
      ...historyTensors(this.#fit),
      ...(this.#settings.pieces > 0 ? pieceTensors(pieces) : []),
      ...weightTensors(this.#plan, weights),
    ];
  }
}

/** What the network of a file is built from, besides its parameters. */
type Built = Pick<NeuralFit, 'present' | 'categories' | 'pieces'>;

function modelPlan({ features }: ModelFacts, settings: Settings, built: Built): NetworkPlan {
  return networkPlan(settings, { cols: features.length, ...built });
}

/** Columns of codes of a file; those that its parameters name where it does not tell. */
export function columnsOfCodes(
  stored: StoredModel,
  { categories }: Settings,
): readonly CodeColumn[] {
  const names = [...nameOrder(stored.features)].map((column) => stored.features[column]!);
  const named = categoryColumns(categories ?? [], names);
  return storedCodes(stored) ?? named.map((column) => ({ column, words: MOST_WORDS }));
}

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, has another shape or is out of range */
export function loadNeural(facts: ModelFacts, stored: StoredModel): NeuralModel {
  const history = storedHistory(stored);
  const { data: present } = storedTensor(stored, 'present', 'I32', 1);
  const rises = present.every(
    (k, i) => k < facts.classes.length && k > (i > 0 ? present[i - 1]! : -1),
  );
  if (present.length === 0 || !rises) {
    refuseStored(`model ${stored.kind}, tensor present`, 'other classes', 'rising class indices');
  }
  const cols = facts.features.length;
  const pieces = Number(facts.parameters['pieces']) > 0 ? storedPieces(stored, cols) : [];
  const [settings, categories] = described(`model ${stored.kind}`, () => {
    const settings = readSettings(facts.parameters);
    return [settings, columnsOfCodes(stored, settings)] as const;
  });
  const planned = () => modelPlan(facts, settings, { present, categories, pieces });
  const weights = present.length > 1 ? storedWeights(stored, planned) : [];
  return new NeuralModel(facts, { ...history, present, weights, categories, pieces });
}

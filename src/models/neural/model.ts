import { Random, WiresiftError } from '../../base/index.ts';
import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkExplain, checkScore, nameOrder } from '../input.ts';
import type { Model, ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { ENDINGS, type Epoch, type TrainingHistory } from '../training.ts';
import { EPOCH_FIELDS, packEpochs, unpackEpochs } from './epoch.ts';
import type { Span } from './feed.ts';
import { HostSession, type SequenceModel, type Steps } from './host-session.ts';
import { Network, type NetworkPlan } from './network.ts';
import { pieceTensors, storedPieces } from './pieces.ts';
import { categoryColumns, reaches, type TrainingData } from './prepare.ts';
import { readSettings, type Settings } from './settings.ts';
import { standardise } from './standardise.ts';
import { networkPlan, type Trained } from './train.ts';
import { gatherWindow, pastOf, stepWidth, type WindowPlan } from './windows.ts';

/** What a neural network learned. */
export interface NeuralFit
  extends Trained,
    Pick<TrainingData, 'present' | 'shift' | 'scale' | 'pieces'> {}

/** Most rows scored at a time. */
const BLOCK = 256;
/** Bytes that a block may take. */
const BLOCK_BYTES = 2 ** 25;
/** Bytes that scoring one row may take: a file that asks for more is no network for flows. */
const MOST_BYTES = 2 ** 29;
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
  readonly #names: readonly string[];
  /** Only for kinds that read what a host did before. */
  readonly #windows: WindowPlan | undefined;
  #scorer: { network: Network; rows: number } | undefined;
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
    this.#reach = reaches(this.#order.length, this.#plan.categories!.columns);
    this.#names =
      fit.weights.length > 0 ? rowNetwork(this.#plan).space.weights.map(({ name }) => name) : [];
  }

  /** What each epoch of the training reached. */
  get epochs(): readonly Epoch[] {
    return this.#fit.epochs;
  }

  /** Layers, epochs, and how it ended. */
  get training(): TrainingHistory {
    const layers = this.#fit.weights.length === 0 ? [] : rowNetwork(this.#plan).summary;
    const { epochs, ending } = this;
    const losses = epochs.map(({ heldOutLoss }) => heldOutLoss ?? Number.POSITIVE_INFINITY);
    const watched = this.#settings.earlyStopping > 0 && losses.some(Number.isFinite);
    const kept = watched ? losses.indexOf(Math.min(...losses)) + 1 : epochs.length;
    return { layers, epochs, kept, ending };
  }

  /** Why the training ended. */
  get ending(): Trained['ending'] {
    return this.#fit.ending;
  }

  /** The network for scoring, made when first needed. */
  #scoring(): { network: Network; rows: number } {
    if (this.#scorer) return this.#scorer;
    const { bytes } = rowNetwork(this.#plan).space;
    const rows = Math.max(1, Math.min(BLOCK, Math.floor(BLOCK_BYTES / bytes)));
    const network = new Network(this.#plan, { rows, training: false });
    network.open();
    network.restore(this.#fit.weights);
    this.#scorer = { network, rows };
    return this.#scorer;
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
  #scoreBy(rows: number, feed: (network: Network, span: Span) => void): Float32Array {
    const { present } = this.#fit;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    if (present.length === 1) {
      for (let at = present[0]!; at < out.length; at += classes) out[at] = 1;
      return out;
    }
    if (rows === 0) return out;
    const { network, rows: block } = this.#scoring();
    const { space, output } = network;
    const pass = { training: false, random: new Random(0) };
    for (let from = 0; from < rows; from += block) {
      const to = Math.min(rows, from + block);
      feed(network, { from, to });
      network.forward(to - from, pass);
      const outputs = space.view(output.at, (to - from) * present.length);
      this.#share(outputs, out.subarray(from * classes), to - from);
    }
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
    return this.#inMatrixOrder(this.#fit.importances);
  }

  #inMatrixOrder(values: Float64Array): Float64Array {
    const out = new Float64Array(values.length);
    this.#order.forEach((column, c) => {
      out[column] = values[c]!;
    });
    return out;
  }

  /**
   * Integrated gradients (Sundararajan, Taly, Yan 2017) from the mean row: about the output of the
   * class less the mean over the classes, less the same for the mean row. The way leads through
   * pieces evenly: through numbers it would leap where pieces are narrow. Codes of categories stay as
   * they are and count 0. Where rows are read with those before them, a column's part is that of all
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
    const [mean, row] = this.#encodedRows(network, own);
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
    return this.#inMatrixOrder(parts.map((part) => (Number.isFinite(part) ? part : 0)));
  }

  /** The mean row, with the row's own codes and gaps, and the row, both as the network encodes them. */
  #encodedRows(network: Network, own: Float32Array): [Float32Array, Float32Array] {
    const { space, input, encoded } = network;
    const { channels } = input.shape;
    const fixed = new Set([...this.#plan.categories!.columns, this.features.length]);
    const mean = own.map((cell, i) => (fixed.has(i % channels) ? cell : 0));
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
    const { present, shift, scale, importances, epochs, ending, weights, pieces } = this.#fit;
    const cols = this.features.length;
    const column = (name: string, data: Float64Array): Tensor => ({
      name,
      type: 'F64',
      shape: [cols],
      data,
    });
    return [
      { name: 'present', type: 'I32', shape: [present.length], data: present },
      column('shift', shift),
      column('scale', scale),
      column('importances', importances),
      {
        name: 'epochs',
        type: 'F64',
        shape: [epochs.length, EPOCH_FIELDS],
        data: packEpochs(epochs),
      },
      { name: 'ending', type: 'I32', shape: [1], data: Int32Array.of(ENDINGS.indexOf(ending)) },
      ...(this.#settings.pieces > 0 ? pieceTensors(pieces) : []),
      ...weights.map((data, i): Tensor => {
        return { name: this.#names[i]!, type: 'F32', shape: [data.length], data };
      }),
    ];
  }
}

/** A network for one row: what weights there are, and how much room a row takes. */
function rowNetwork(plan: NetworkPlan): Network {
  return new Network(plan, { rows: 1, training: false });
}

/** What the network of a file is built from, besides its parameters. */
type Built = Pick<NeuralFit, 'present' | 'pieces'>;

function modelPlan(facts: ModelFacts, settings: Settings, built: Built): NetworkPlan {
  const names = [...nameOrder(facts.features)].map((column) => facts.features[column]!);
  const categories = categoryColumns(settings.categories, names);
  return networkPlan(settings, { cols: names.length, categories, ...built });
}

/** @throws WiresiftError `MODEL_FILE` when a tensor is missing, has another shape or is out of range */
export function loadNeural(facts: ModelFacts, stored: StoredModel): NeuralModel {
  const where = `model ${stored.kind}`;
  const cols = facts.features.length;
  const columns = (name: string, from: number): Float64Array => {
    const { data } = storedTensor(stored, name, 'F64', 1);
    if (data.length !== cols) refuseStored(`${where}, tensor ${name}`, `${data.length}`, `${cols}`);
    if (data.some((value) => value < from)) {
      refuseStored(`${where}, tensor ${name}`, 'a number too low', `numbers from ${from}`);
    }
    return data;
  };
  const shift = columns('shift', Number.NEGATIVE_INFINITY);
  const scale = columns('scale', 0);
  const importances = columns('importances', 0);
  const { data: present } = storedTensor(stored, 'present', 'I32', 1);
  const rises = present.every(
    (k, i) => k < facts.classes.length && k > (i > 0 ? present[i - 1]! : -1),
  );
  if (present.length === 0 || !rises) {
    refuseStored(`${where}, tensor present`, 'other classes', 'rising class indices');
  }
  const { data: ending } = storedTensor(stored, 'ending', 'I32', 1);
  const ended = ending.length === 1 ? ENDINGS[ending[0]!] : undefined;
  if (!ended) return refuseStored(`${where}, tensor ending`, String(ending[0]), '0, 1 or 2');
  const pieces = Number(facts.parameters['pieces']) > 0 ? storedPieces(stored, cols) : [];
  const weights = present.length > 1 ? storedWeights(facts, stored, { present, pieces }) : [];
  const epochs = storedEpochs(stored);
  return new NeuralModel(facts, {
    present,
    shift,
    scale,
    importances,
    epochs,
    ending: ended,
    weights,
    pieces,
  });
}

function storedEpochs(stored: StoredModel): Epoch[] {
  const { data, shape } = storedTensor(stored, 'epochs', 'F64', 2);
  const epochs = unpackEpochs(data, shape[1]!);
  if (epochs) return epochs;
  const saw = `${shape[1]} columns`;
  return refuseStored(`model ${stored.kind}, tensor epochs`, saw, String(EPOCH_FIELDS));
}

function storedWeights(facts: ModelFacts, stored: StoredModel, built: Built): Float32Array[] {
  const where = `model ${stored.kind}`;
  const { space } = rowNetwork(describedPlan(facts, stored, built));
  if (space.bytes > MOST_BYTES) {
    refuseStored(`${where}, network`, `${space.bytes} bytes a row`, `at most ${MOST_BYTES}`);
  }
  return space.weights.map(({ name, size }) => {
    const { data } = storedTensor(stored, name, 'F32', 1);
    if (data.length !== size) {
      refuseStored(`${where}, tensor ${name}`, `${data.length} numbers`, `${size}`);
    }
    if (name.endsWith('.variance') && data.some((value) => value < 0)) {
      refuseStored(`${where}, tensor ${name}`, 'a number below 0', 'numbers from 0');
    }
    return data;
  });
}

/** A wrong description is one more way for a file to be wrong. */
function describedPlan(facts: ModelFacts, stored: StoredModel, built: Built): NetworkPlan {
  try {
    return modelPlan(facts, readSettings(facts.parameters), built);
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
    const { where, saw, expected } = error.facts;
    return refuseStored(`model ${stored.kind}, ${where}`, saw, expected);
  }
}

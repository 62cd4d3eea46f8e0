import { setImmediate } from 'node:timers/promises';
import { Random, stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import { softmaxRow } from './layers/activation.ts';
import { binaryCrossEntropy, type ClassBatch, crossEntropy, focalLoss } from './loss.ts';
import { Network, type NetworkPlan } from './network.ts';
import { Optimiser } from './optimiser.ts';
import type { Rows, TrainingData } from './prepare.ts';
import { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';

/** What one epoch reached. */
export interface Epoch {
  /** Mean weighted loss over the rows learned from, while they were learned. */
  readonly loss: number;
  /** The same over the rows held out; -1 where there are none. */
  readonly heldOutLoss: number;
  readonly rate: number;
  /** Mean length of the slopes before clipping. */
  readonly slope: number;
}

/** Why a training ended, in the order of their numbers in a file. */
export const ENDINGS = ['epochs', 'early stopping', 'divergence'] as const;

/** A network that was trained, and how that went. */
export interface Trained {
  readonly weights: readonly Float32Array[];
  /** One number a column, in the order of names, summing to 1 or all 0. */
  readonly importances: Float64Array;
  readonly epochs: readonly Epoch[];
  readonly ending: (typeof ENDINGS)[number];
}

/** A loss so many times that of guessing will not come back. */
const DIVERGED = 100;
/** Rows that importances are measured on. */
const IMPORTANCE_ROWS = 256;
/** Milliseconds between looks at whether to stop. */
const BREATH = 50;

class Trainer {
  readonly network: Network;
  readonly #settings: Settings;
  readonly #data: TrainingData;
  readonly #optimiser: Optimiser;
  readonly #random: Random;
  readonly #batch: ClassBatch & { rows: number; divisor: number };
  readonly rows: number;

  constructor(settings: Settings, data: TrainingData, seed: number) {
    this.#settings = settings;
    this.#data = data;
    this.#random = new Random(seed).fork('training');
    const width = data.present.length;
    this.rows = Math.min(settings.batch, data.train.point.length);
    this.network = new Network(networkPlan(settings, data), { rows: this.rows, training: true });
    const { space, output } = this.network;
    this.#optimiser = new Optimiser(space, { ...settings, method: settings.optimiser });
    this.network.open(new Random(seed).fork('weights'));
    this.#batch = {
      out: space.view(output.at, this.rows * width),
      slopes: space.view(output.slope, this.rows * width),
      rows: 0,
      width,
      labels: new Int32Array(this.rows),
      weights: new Float64Array(this.rows),
      divisor: 1,
    };
    this.#startAtShares();
  }

  /** The output begins at the shares of the classes: the first steps need not learn them. */
  #startAtShares(): void {
    const { label, weight } = this.#data.train;
    const sums = new Float64Array(this.#data.present.length);
    label.forEach((k, i) => {
      sums[k]! += weight[i]!;
    });
    const total = sums.reduce((sum, each) => sum + each, 0);
    const bias = this.network.space.weights.find(({ name }) => name === 'output.bias')!;
    const values = this.network.space.view(bias.at, bias.size);
    const odds = this.#settings.loss === 'binary-cross-entropy';
    sums.forEach((sum, k) => {
      const share = sum / total;
      values[k] = Math.log(share) - (odds ? Math.log(1 - share) : 0);
    });
  }

  #loss(): number {
    const { loss, smoothing, focus } = this.#settings;
    if (loss === 'focal') return focalLoss(this.#batch, { focus });
    if (loss === 'cross-entropy') return crossEntropy(this.#batch, { smoothing });
    return binaryCrossEntropy(this.#batch, { smoothing });
  }

  /** Copies rows `order[from]` to `order[to - 1]` to the input; without an order, those numbers. */
  gather(rows: Rows, { order, from, to }: { order?: Int32Array; from: number; to: number }): void {
    const { cols } = this.#data;
    const { floats } = this.network.space;
    const { cells, point, label, weight } = rows;
    const batch = this.#batch;
    batch.rows = to - from;
    let at = this.network.input.at / 4;
    for (let i = from; i < to; i++) {
      const row = order ? order[i]! : i;
      let cell = point[row]! * cols;
      for (const end = cell + cols; cell < end; cell++) floats[at++] = cells[cell]!;
      batch.labels[i - from] = label[row]!;
      batch.weights[i - from] = weight[row]!;
    }
  }

  /** One pass over all rows in a new order. @returns undefined as soon as the loss diverges */
  async epoch(
    rate: number,
    breathe: () => Promise<void>,
  ): Promise<Omit<Epoch, 'heldOutLoss'> | undefined> {
    const { train, present } = this.#data;
    const count = train.point.length;
    const order = this.#random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
    const weight = train.weight.reduce((sum, each) => sum + each, 0);
    const limit = DIVERGED * (1 + Math.log(present.length)) * (weight / count);
    let total = 0;
    let slope = 0;
    let steps = 0;
    for (let from = 0; from < count; from += this.rows) {
      const to = Math.min(count, from + this.rows);
      this.gather(train, { order, from, to });
      this.#batch.divisor = ((to - from) * weight) / count;
      this.network.forward(to - from, { training: true, random: this.#random });
      const loss = this.#loss();
      if (!(loss / (to - from) <= limit)) return undefined;
      total += loss;
      this.#optimiser.clear();
      this.network.backward(to - from);
      slope += this.#optimiser.step(rate);
      steps++;
      await breathe();
    }
    return { loss: total / weight, rate, slope: slope / steps };
  }

  /** Mean weighted loss over rows that are not learned from. */
  judge(rows: Rows): number {
    const count = rows.point.length;
    let total = 0;
    for (let from = 0; from < count; from += this.rows) {
      const to = Math.min(count, from + this.rows);
      this.gather(rows, { from, to });
      this.network.forward(to - from, { training: false, random: this.#random });
      total += this.#loss();
    }
    return total / rows.weight.reduce((sum, each) => sum + each, 0);
  }

  /**
   * How far the share of the true class moves, in the mean over some rows, when a column is set to
   * its mean.
   */
  importances(): Float64Array {
    const { train, cols, scale } = this.#data;
    const count = train.point.length;
    const taken = Math.min(count, IMPORTANCE_ROWS, this.rows);
    const order = Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
    const { space, input } = this.network;
    this.gather(train, { order, from: 0, to: taken });
    const cells = space.view(input.at, taken * cols).slice();
    const usual = this.#shares(taken);
    const moved = new Float64Array(cols);
    for (let c = 0; c < cols; c++) {
      if (scale[c] === 0) continue;
      const view = space.view(input.at, taken * cols);
      view.set(cells);
      for (let at = c; at < cells.length; at += cols) view[at] = 0;
      const shares = this.#shares(taken);
      for (let i = 0; i < taken; i++) moved[c]! += Math.abs(shares[i]! - usual[i]!);
    }
    const sum = moved.reduce((total, each) => total + each, 0);
    return sum > 0 && Number.isFinite(sum) ? moved.map((each) => each / sum) : moved.fill(0);
  }

  /** Share of the true class of each row. */
  #shares(rows: number): Float64Array {
    const { out, width, labels } = this.#batch;
    this.network.forward(rows, { training: false, random: this.#random });
    const shares = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      softmaxRow(out, i * width, i * width, width);
      shares[i] = out[i * width + labels[i]!]!;
    }
    return shares;
  }
}

/** What the network of these settings is built from, for data or a model with these columns. */
export function networkPlan(
  { description, embedding }: Settings,
  { cols, present, categories }: Pick<TrainingData, 'cols' | 'present' | 'categories'>,
): NetworkPlan {
  const plan = { description, inputs: cols, outputs: present.length };
  return { ...plan, categories: { columns: categories, size: embedding } };
}

/**
 * Trains a network. A loss that is no number or far above that of guessing ends it, with the
 * weights of the epoch before.
 * @throws WiresiftError `ABORTED`, `MODEL_SIZE`
 */
export async function trainNetwork(
  settings: Settings,
  data: TrainingData,
  { seed, onProgress, signal }: FitOptions,
): Promise<Trained> {
  const trainer = new Trainer(settings, data, seed);
  const { network } = trainer;
  const schedule = new Schedule(settings);
  let looked = performance.now();
  const breathe = async (): Promise<void> => {
    if (performance.now() - looked < BREATH) return;
    await setImmediate();
    looked = performance.now();
    if (signal?.aborted) throw stopRequested('fit neural network');
  };
  const epochs: Epoch[] = [];
  let best = network.snapshot();
  let least = Number.POSITIVE_INFINITY;
  let waited = 0;
  let ending: Trained['ending'] = 'epochs';
  const watching = data.held !== undefined && settings.earlyStopping > 0;
  for (let n = 0; n < settings.epochs; n++) {
    const reached = await trainer.epoch(schedule.rate(n), breathe);
    const heldOutLoss = reached && data.held ? trainer.judge(data.held) : -1;
    const weights = network.snapshot();
    const fine =
      Number.isFinite(heldOutLoss) && weights.every((each) => each.every(Number.isFinite));
    if (!reached || !fine) {
      ending = 'divergence';
      break;
    }
    epochs.push({ ...reached, heldOutLoss });
    schedule.saw(data.held ? heldOutLoss : reached.loss);
    const better = !watching || heldOutLoss < least;
    if (better) best = weights;
    waited = better ? 0 : waited + 1;
    if (better) least = heldOutLoss;
    onProgress?.(n + 1, settings.epochs);
    if (signal?.aborted) throw stopRequested('fit neural network');
    if (watching && waited >= settings.earlyStopping) {
      ending = 'early stopping';
      break;
    }
  }
  network.restore(best);
  return { weights: best, importances: trainer.importances(), epochs, ending };
}

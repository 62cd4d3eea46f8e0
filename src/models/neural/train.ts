import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import type { FitOptions } from '../model.ts';
import type { Ending, Epoch } from '../training.ts';
import { runWorkers } from '../workers.ts';
import { identify, readCheckpoint, type TrainingIdentity, writeCheckpoint } from './checkpoint.ts';
import { Leader, type LeaderStart, type TrainingState } from './leader.ts';
import { mirrorWidth } from './mirror.ts';
import { Network, type NetworkPlan } from './network.ts';
import { Optimiser } from './optimiser.ts';
import type { TrainingData } from './prepare.ts';
import type { Settings } from './settings.ts';
import { createTask, shardsOf } from './task.ts';
import { stepWidth } from './windows.ts';
import type { NeuralMessage, NeuralWorkerStart } from './worker.ts';

/** A network that was trained, and how that went. */
export interface Trained {
  readonly weights: readonly Float32Array[];
  /** One number a column, in the order of names, summing to 1 or all 0. */
  readonly importances: Float64Array;
  readonly epochs: readonly Epoch[];
  readonly ending: Ending;
}

const WHAT = 'fit neural network';
/** Milliseconds between looks at whether to stop. */
const BREATH = 50;
/** Multiplications of a training below which starting threads would cost more than they save. */
const WORTH_THREADS = 1e9;

type NetworkFacts = 'cols' | 'present' | 'categories' | 'pieces' | 'mirror';

/** What the network of these settings is built from, for data or a model with these columns. */
export function networkPlan(
  { description, embedding, window, gap = false }: Settings,
  { cols, present, categories, pieces, mirror }: Pick<TrainingData, NetworkFacts>,
): NetworkPlan {
  const inputs = stepWidth({ cols, gap });
  const outputs = mirror ? mirrorWidth(mirror) : present.length;
  const plan = { description, inputs, outputs, pieces, window };
  return { ...plan, categories: { columns: categories, size: embedding } };
}

/** Threads that a training pays for, of those there are; the result is the same for any number. */
export function worthThreads(settings: Settings, data: TrainingData, threads: number): number {
  const rows = data.train.point.length;
  const { summary } = new Network(networkPlan(settings, data), { rows: 1, training: false });
  const work = summary.reduce((sum, { trained, steps }) => sum + trained * steps, 0);
  if (rows * settings.epochs * work < WORTH_THREADS) return 1;
  return Math.max(1, Math.min(threads, shardsOf(Math.min(rows, settings.batch))));
}

/**
 * Trains a network. A loss that is no number or far above that of guessing ends it, with the last
 * good weights. Each batch is cut into shards by its number of rows alone; `threads` share them
 * out, and their slopes are summed in order, so that the threads change nothing. Batch
 * normalisation takes its means and variances over a shard; what it counts is their mean.
 * @throws WiresiftError `ABORTED`, `MODEL_SIZE`, `CHECKPOINT`
 */
export async function trainNetwork(
  settings: Settings,
  data: TrainingData,
  options: FitOptions,
): Promise<Trained> {
  const { seed, threads = 1, checkpoint, onTraining } = options;
  const { batch, loss, smoothing, focus } = settings;
  const { cols, train, held, mirror } = data;
  const plan = networkPlan(settings, data);
  const model = new Network(plan, { rows: 1, training: true });
  const { weights } = model.space;
  const own = { plan, loss: { loss, smoothing, focus }, cols, train, held, mirror };
  const task = createTask({ ...own, seed, batch, threads, weights });
  const kept = checkpoint === undefined ? undefined : new Kept(checkpoint, settings, data, seed);
  const state = kept?.read(task.weights.length);
  const varied = Uint8Array.from(data.scale, (each) => (each === 0 ? 0 : 1));
  const before = state?.epochs ?? [];
  const rows = train.point.length;
  const heldOut = held?.point.length ?? 0;
  const of = settings.epochs;
  onTraining?.({ event: 'network', layers: model.summary, rows, heldOut, before, of });
  const start: LeaderStart = { task, settings, others: threads - 1, state, varied };
  const told = new Told(options, { done: before.length, of, kept });
  const learned =
    threads > 1 && !state?.ending
      ? await inWorkers(start, threads, options, told)
      : await inThread({ ...start, others: 0 }, options, told);
  onTraining?.({ event: 'end', ending: learned.ending, epochs: learned.epochs.length });
  return learned;
}

/** The file of a checkpoint. */
class Kept {
  readonly #path: string;
  readonly #settings: Settings;
  readonly #data: TrainingData;
  readonly #identity: TrainingIdentity;

  constructor(path: string, settings: Settings, data: TrainingData, seed: number) {
    this.#path = path;
    this.#settings = settings;
    this.#data = data;
    this.#identity = identify(settings, data, seed);
  }

  read(weights: number): TrainingState | undefined {
    const { space } = new Network(networkPlan(this.#settings, this.#data), {
      rows: 1,
      training: true,
    });
    const optimiser = new Optimiser(space, { ...this.#settings, method: this.#settings.optimiser });
    const { moments } = optimiser;
    return readCheckpoint(this.#path, this.#identity, { weights, moments });
  }

  write(state: TrainingState): void {
    writeCheckpoint(this.#path, this.#identity, state);
  }
}

/** Tells of epochs as they end. */
class Told {
  readonly #options: FitOptions;
  readonly #of: number;
  readonly kept: Kept | undefined;
  #done: number;
  #looked = performance.now();

  constructor(
    options: FitOptions,
    { done, of, kept }: { done: number; of: number; kept: Kept | undefined },
  ) {
    this.#options = options;
    this.#done = done;
    this.#of = of;
    this.kept = kept;
  }

  epoch(epoch: Epoch, state: TrainingState | undefined): void {
    if (state) this.kept?.write(state);
    const { onTraining, onProgress } = this.#options;
    const now = performance.now();
    const seconds = (now - this.#looked) / 1000;
    this.#looked = now;
    const number = ++this.#done;
    onTraining?.({ event: 'epoch', number, of: this.#of, epoch, seconds });
    onProgress?.(number, this.#of);
  }
}

async function inThread(start: LeaderStart, { signal }: FitOptions, told: Told): Promise<Trained> {
  const leader = new Leader(start);
  while (!leader.ended) {
    const epoch = leader.advance(BREATH);
    if (epoch) told.epoch(epoch, told.kept ? leader.state() : undefined);
    // Lets the signal and the progress display have their turn.
    await nextTurn();
    if (signal?.aborted) throw stopRequested(WHAT);
  }
  return leader.finish();
}

async function inWorkers(
  start: LeaderStart,
  threads: number,
  { signal }: FitOptions,
  told: Told,
): Promise<Trained> {
  const keeps = told.kept !== undefined;
  return await runWorkers<NeuralMessage, Trained>({
    what: WHAT,
    file: new URL('worker', import.meta.url),
    starts: Array.from({ length: threads }, (_, thread): NeuralWorkerStart => {
      return { start, thread, keeps };
    }),
    onMessage: ({ epoch, state, learned }, finish) => {
      if (epoch) told.epoch(epoch, state);
      if (learned) finish(learned);
    },
    signal,
  });
}

import { Random } from '../../base/index.ts';
import { Crew } from '../crew.ts';
import type { Ending, Epoch } from '../training.ts';
import { settleTable, tableName } from './codes.ts';
import { columnImportances } from './importances.ts';
import { Network } from './network.ts';
import { Optimiser } from './optimiser.ts';
import { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';
import { type Phase, ShardWork } from './shard.ts';
import { JOB, type LearnTask, shardStart, shardsOf } from './task.ts';

/** A loss so many times that of guessing will not come back. */
const DIVERGED = 100;

/** Where a training stands between two epochs: with the task, all that decides how it goes on. */
export interface TrainingState {
  readonly epochs: readonly Epoch[];
  /** Undefined while it goes on. */
  readonly ending: Ending | undefined;
  /** All weights one after the other, as are those of the best epoch. */
  readonly weights: Float32Array;
  readonly best: Float32Array;
  /** Of the optimiser. */
  readonly moments: Float32Array;
  readonly steps: number;
  /** Of early stopping: the least loss, and epochs since. */
  readonly least: number;
  readonly waited: number;
  /** Of the schedule. */
  readonly schedule: readonly number[];
}

/** What the leading thread starts with: plain data. */
export interface LeaderStart {
  readonly task: LearnTask;
  readonly settings: Settings;
  /** Threads beside the leading one. */
  readonly others: number;
  readonly state: TrainingState | undefined;
  /** Columns that are not constant: 1; others: 0. */
  readonly varied: Uint8Array;
}

/** What a training gives. */
export interface Learned {
  readonly weights: readonly Float32Array[];
  readonly importances: Float64Array;
  readonly epochs: readonly Epoch[];
  readonly ending: Ending;
}

/**
 * The thread that leads a training: holds weights and optimiser, hands out the shards of each
 * batch, sums their slopes in their order and takes the step.
 */
export class Leader {
  readonly #task: LearnTask;
  readonly #settings: Settings;
  readonly #varied: Uint8Array;
  readonly #network: Network;
  readonly #optimiser: Optimiser;
  readonly #schedule: Schedule;
  readonly #work: ShardWork;
  readonly #crew: Crew<Phase>;
  readonly #order: Random;
  readonly #weight: number;
  readonly #limit: number;
  readonly #epochs: Epoch[] = [];
  #ending: Ending | undefined;
  #best: Float32Array;
  #least = Number.POSITIVE_INFINITY;
  #waited = 0;
  /** Rows of the epoch that are done, and what they gave. */
  #at = 0;
  #sums = { loss: 0, right: 0, slope: 0, steps: 0 };

  constructor({ task, settings, others, state, varied }: LeaderStart) {
    this.#task = task;
    this.#settings = settings;
    this.#varied = varied;
    this.#schedule = new Schedule(settings);
    this.#network = new Network(task.plan, { rows: 1, training: true });
    const { space } = this.#network;
    this.#optimiser = new Optimiser(space, { ...settings, method: settings.optimiser });
    this.#network.open(new Random(task.seed).fork('weights'));
    this.#order = new Random(task.seed).fork('order');
    this.#weight = task.train.weight.reduce((sum, each) => sum + each, 0);
    const guessing = 1 + Math.log(task.plan.outputs);
    this.#limit = DIVERGED * guessing * (this.#weight / task.train.point.length);
    if (state) this.#resume(state);
    else if (!this.#mirrors) this.#startAtShares();
    this.#publish();
    this.#best = state?.best.slice() ?? task.weights.slice();
    this.#work = new ShardWork(task);
    this.#crew = new Crew(this.#work, task.control, others);
  }

  /** Whether the network is to give its input back: then there are no classes to tell. */
  get #mirrors(): boolean {
    return this.#settings.loss === 'reconstruction';
  }

  /** Epochs done. */
  get done(): number {
    return this.#epochs.length;
  }

  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** The output begins at the shares of the classes: the first steps need not learn them. */
  #startAtShares(): void {
    const { label, weight } = this.#task.train;
    const sums = new Float64Array(this.#task.plan.outputs);
    label.forEach((k, i) => {
      sums[k]! += weight[i]!;
    });
    const { space } = this.#network;
    const bias = space.weights.find(({ name }) => name === 'output.bias')!;
    const values = space.view(bias.at, bias.size);
    const odds = this.#settings.loss === 'binary-cross-entropy';
    sums.forEach((sum, k) => {
      const share = sum / this.#weight;
      values[k] = Math.log(share) - (odds ? Math.log(1 - share) : 0);
    });
  }

  #resume(state: TrainingState): void {
    this.#network.restore(this.#parts(state.weights));
    this.#optimiser.restore(state);
    this.#schedule.restore(state.schedule);
    this.#epochs.push(...state.epochs);
    this.#ending = state.ending;
    this.#least = state.least;
    this.#waited = state.waited;
  }

  /** Where the training stands; between two epochs alone. */
  state(): TrainingState {
    return {
      epochs: this.#epochs,
      ending: this.#ending,
      weights: this.#task.weights.slice(),
      best: this.#best,
      ...this.#optimiser.state(),
      least: this.#least,
      waited: this.#waited,
      schedule: this.#schedule.state(),
    };
  }

  /** The weights one by one. */
  #parts(all: Float32Array): Float32Array[] {
    let from = 0;
    return this.#network.space.weights.map(({ size }) => {
      from += size;
      return all.subarray(from - size, from);
    });
  }

  /** Shows the weights to all threads. */
  #publish(): void {
    const { weights, job } = this.#task;
    const { space } = this.#network;
    let from = 0;
    for (const { at, size } of space.weights) {
      weights.set(space.view(at, size), from);
      from += size;
    }
    job[JOB.version]!++;
  }

  /**
   * Learns until an epoch or the training is done, or the time is up.
   * @param milliseconds default: no limit
   * @returns the epoch, when one was ended
   */
  advance(milliseconds = Number.POSITIVE_INFINITY): Epoch | undefined {
    const until = performance.now() + milliseconds;
    const { train } = this.#task;
    const count = train.point.length;
    const rate = this.#schedule.rate(this.done);
    while (!this.ended) {
      if (this.#at === 0) this.#shuffle();
      if (!this.#step(rate)) this.#ending = 'divergence';
      else if (this.#at >= count) return this.#endEpoch(rate);
      if (performance.now() > until) return undefined;
    }
    return undefined;
  }

  #shuffle(): void {
    const { order } = this.#task;
    for (let i = 0; i < order.length; i++) order[i] = i;
    this.#order.fork(this.done).shuffle(order);
  }

  /** One batch. @returns false when the loss diverged */
  #step(rate: number): boolean {
    const { job, train, divisor, sums } = this.#task;
    const count = train.point.length;
    const from = this.#at;
    const to = Math.min(count, from + this.#settings.batch);
    job[JOB.epoch] = this.done;
    job[JOB.step] = this.#sums.steps;
    job[JOB.from] = from;
    job[JOB.to] = to;
    divisor[0] = ((to - from) * this.#weight) / count;
    this.#crew.run('learn');
    const shards = shardsOf(to - from);
    let loss = 0;
    for (let s = 0; s < shards; s++) {
      loss += sums[2 * s]!;
      this.#sums.right += sums[2 * s + 1]!;
    }
    if (!(loss / (to - from) <= this.#limit)) return false;
    this.#gatherSlopes(to - from);
    this.#sums.loss += loss;
    this.#sums.slope += this.#optimiser.step(rate);
    this.#sums.steps++;
    this.#publish();
    this.#at = to;
    return true;
  }

  /** Sums the shards' slopes in their order; what is counted becomes their mean by rows. */
  #gatherSlopes(rows: number): void {
    const { slopes, weights } = this.#task;
    const { space } = this.#network;
    const shards = shardsOf(rows);
    let from = 0;
    for (const { at, slope, size, trained } of space.weights) {
      const sum = space.view(trained ? slope : at, size);
      for (let s = 0; s < shards; s++) {
        const own = slopes.subarray(s * weights.length + from, s * weights.length + from + size);
        if (trained && s === 0) sum.set(own);
        else if (trained) for (let i = 0; i < size; i++) sum[i]! += own[i]!;
        else {
          const share = (shardStart(rows, s + 1) - shardStart(rows, s)) / rows;
          for (let i = 0; i < size; i++) sum[i] = (s === 0 ? 0 : sum[i]!) + share * own[i]!;
        }
      }
      from += size;
    }
  }

  #endEpoch(rate: number): Epoch | undefined {
    const { loss, right, slope, steps } = this.#sums;
    const { train, weights } = this.#task;
    const accuracy = this.#mirrors ? null : right / train.point.length;
    this.#at = 0;
    this.#sums = { loss: 0, right: 0, slope: 0, steps: 0 };
    const held = this.#judge();
    if (!weights.every(Number.isFinite) || !Number.isFinite(held.heldOutLoss ?? 0)) {
      this.#ending = 'divergence';
      return undefined;
    }
    const epoch = { loss: loss / this.#weight, accuracy, ...held, rate, slope: slope / steps };
    this.#epochs.push(epoch);
    this.#settle(epoch);
    return epoch;
  }

  /** What the held-out rows say. */
  #judge(): Pick<Epoch, 'heldOutLoss' | 'heldOutAccuracy' | 'balancedAccuracy'> {
    const { held, sums, right } = this.#task;
    if (!held) return { heldOutLoss: null, heldOutAccuracy: null, balancedAccuracy: null };
    right.fill(0);
    this.#crew.run('judge');
    let loss = 0;
    for (let p = 0; p < this.#work.pieces('judge'); p++) loss += sums[2 * p]!;
    const weight = held.weight.reduce((sum, each) => sum + each, 0);
    const heldOutLoss = loss / weight;
    if (this.#mirrors) return { heldOutLoss, heldOutAccuracy: null, balancedAccuracy: null };
    const rows = new Int32Array(right.length);
    for (const label of held.label) rows[label]!++;
    const recalls = [...rows.keys()].filter((k) => rows[k]! > 0).map((k) => right[k]! / rows[k]!);
    return {
      heldOutLoss,
      heldOutAccuracy: right.reduce((sum, each) => sum + each, 0) / held.label.length,
      balancedAccuracy: recalls.reduce((sum, each) => sum + each, 0) / recalls.length,
    };
  }

  /** Keeps the best weights, moves the schedule on, and ends what is at its end. */
  #settle({ loss, heldOutLoss }: Epoch): void {
    const { earlyStopping, epochs } = this.#settings;
    const watched = earlyStopping > 0 ? heldOutLoss : null;
    this.#schedule.saw(heldOutLoss ?? loss);
    const better = watched === null || watched < this.#least;
    if (better) this.#best = this.#task.weights.slice();
    if (better && watched !== null) this.#least = watched;
    this.#waited = better ? 0 : this.#waited + 1;
    if (watched !== null && this.#waited >= earlyStopping) this.#ending = 'early stopping';
    else if (this.done >= epochs) this.#ending = 'epochs';
  }

  /** What was learned; sends the other threads home. */
  finish(): Learned {
    this.#crew.dismiss();
    this.#task.weights.set(this.#best);
    const weights = this.#parts(this.#best).map((own) => own.slice());
    const { plan, train, cols } = this.#task;
    plan.categories?.columns.forEach((column, i) => {
      const table = this.#network.space.weights.findIndex(({ name }) => name === tableName(i));
      settleTable(weights[table]!, train, column, cols);
    });
    this.#work.network.restore(weights);
    const importances = this.#mirrors
      ? new Float64Array(this.#varied.length)
      : columnImportances(this.#work, train, this.#varied);
    return { weights, importances, epochs: this.#epochs, ending: this.#ending ?? 'epochs' };
  }
}

import { Random } from '../../base/index.ts';
import type { PieceWork } from '../crew.ts';
import { feedRows, type Span } from './feed.ts';
import { type ClassBatch, classLoss, squaredError } from './loss.ts';
import { writeMirror } from './mirror.ts';
import { Network } from './network.ts';
import type { Rows } from './prepare.ts';
import { JOB, type LearnTask, MOST_SHARDS, shardStart, shardsOf } from './task.ts';
import type { Weight } from './workspace.ts';

/** Kinds of work that threads share out among themselves, one kind at a time. */
export const PHASES = ['learn', 'judge'] as const;
/** A word of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/**
 * The work of one thread: a network of its own, with a copy of the weights. A shard of a batch is
 * taken from the rows to the slopes of all weights; a piece of the held-out rows to its loss. Each
 * piece writes to places of its own, so it does not matter who does it.
 */
export class ShardWork implements PieceWork<Phase> {
  readonly phases = PHASES;
  readonly network: Network;
  readonly batch: ClassBatch & { readonly values: Float32Array; rows: number; divisor: number };
  readonly #task: LearnTask;
  /** Where each weight begins among all. */
  readonly #starts: readonly { readonly weight: Weight; readonly from: number }[];
  readonly #random: Random;
  #version = -1;

  constructor(task: LearnTask) {
    const { plan, rows, seed } = task;
    this.#task = task;
    this.#random = new Random(seed).fork('training');
    this.network = new Network(plan, { rows, training: true });
    this.network.open();
    const { space, output } = this.network;
    const width = plan.outputs;
    this.batch = {
      out: space.view(output.at, rows * width),
      slopes: space.view(output.slope, rows * width),
      rows: 0,
      width,
      labels: new Int32Array(rows),
      weights: new Float64Array(rows),
      divisor: 1,
      values: new Float32Array(task.mirror ? rows * width : 0),
    };
    let from = 0;
    this.#starts = space.weights.map((weight) => {
      const start = { weight, from };
      from += weight.size;
      return start;
    });
  }

  pieces(phase: Phase): number {
    const { job, held, rows } = this.#task;
    if (phase === 'learn') return shardsOf(job[JOB.to]! - job[JOB.from]!);
    return Math.ceil((held?.point.length ?? 0) / rows);
  }

  do(phase: Phase, piece: number): void {
    this.#refresh();
    if (phase === 'learn') this.#learn(piece);
    else this.#judge(piece);
  }

  /** Takes over the weights where they are new; what is counted begins anew in every piece. */
  #refresh(): void {
    const { weights, job } = this.#task;
    const fresh = job[JOB.version] !== this.#version;
    const { space } = this.network;
    for (const { weight, from } of this.#starts) {
      if (!fresh && weight.trained) continue;
      space.view(weight.at, weight.size).set(weights.subarray(from, from + weight.size));
    }
    this.#version = job[JOB.version]!;
  }

  #learn(piece: number): void {
    const { job, train, order, divisor, sums, slopes, weights } = this.#task;
    const { network, batch } = this;
    const start = job[JOB.from]!;
    const all = job[JOB.to]! - start;
    const from = start + shardStart(all, piece);
    const to = start + shardStart(all, piece + 1);
    this.gather(train, { order, from, to });
    batch.divisor = divisor[0]!;
    const shard = job[JOB.step]! * MOST_SHARDS + piece;
    const random = this.#random.fork(job[JOB.epoch]!).fork(shard);
    network.forward(to - from, { training: true, random });
    sums[2 * piece] = this.#loss();
    sums[2 * piece + 1] = this.#right();
    const { space } = network;
    for (const { weight } of this.#starts) {
      if (weight.trained) space.clear(weight.slope, weight.size);
    }
    network.backward(to - from);
    const base = piece * weights.length;
    for (const { weight, from: at } of this.#starts) {
      slopes.set(space.view(weight.trained ? weight.slope : weight.at, weight.size), base + at);
    }
  }

  #judge(piece: number): void {
    const { held, rows, sums, right } = this.#task;
    const from = piece * rows;
    const to = Math.min(held!.point.length, from + rows);
    this.gather(held!, { from, to });
    this.network.forward(to - from, { training: false, random: this.#random });
    sums[2 * piece] = this.#loss();
    sums[2 * piece + 1] = this.#right(right);
  }

  #loss(): number {
    return this.#task.mirror ? squaredError(this.batch) : classLoss(this.#task.loss, this.batch);
  }

  /** Rows of the batch whose largest output is that of their class. @param byClass added to */
  #right(byClass?: Int32Array): number {
    const { out, rows, width, labels } = this.batch;
    let right = 0;
    if (this.#task.mirror) return right;
    for (let r = 0, at = 0; r < rows; r++, at += width) {
      const label = labels[r]!;
      const own = out[at + label]!;
      let most = true;
      for (let k = 0; k < width; k++) if (out[at + k]! > own) most = false;
      if (!most) continue;
      right++;
      if (byClass) Atomics.add(byClass, label, 1);
    }
    return right;
  }

  /** Copies rows to the input, and their classes and weights to the batch. */
  gather(rows: Rows, span: Span): void {
    const { order, from, to } = span;
    const { label, weight } = rows;
    const { batch } = this;
    batch.rows = to - from;
    feedRows(this.network, rows, span);
    const { mirror } = this.#task;
    if (mirror) {
      const { space, input } = this.network;
      const cells = space.view(input.at, batch.rows * mirror.cols);
      writeMirror(batch.values, cells, batch.rows, mirror);
    }
    for (let i = from; i < to; i++) {
      const row = order ? order[i]! : i;
      batch.labels[i - from] = label[row]!;
      batch.weights[i - from] = weight[row]!;
    }
  }
}

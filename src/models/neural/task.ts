import { CONTROL_FIELDS } from '../crew.ts';
import type { MirrorPlan } from './mirror.ts';
import type { NetworkPlan } from './network.ts';
import type { Rows } from './prepare.ts';
import type { Settings } from './settings.ts';
import type { Weight } from './workspace.ts';

/** Shards of a batch at most: no more threads than that can share one. */
export const MOST_SHARDS = 16;
/** Rows of a shard, about: with fewer, handing out the work would cost more than doing it. */
const SHARD_ROWS = 64;
/** Shards that a batch of a few hundred rows is cut into, and rows of each where there are more. */
const FEW_SHARDS = 4;
const WIDE_ROWS = 256;

/** Numbers of {@link LearnTask.job}. */
export const JOB = { epoch: 0, step: 1, from: 2, to: 3, version: 4 } as const;

/** What all threads of a training share: plain data over shared memory. */
export interface LearnTask {
  readonly plan: NetworkPlan;
  readonly loss: Pick<Settings, 'loss' | 'smoothing' | 'focus'>;
  readonly cols: number;
  /** Rows of a network: no shard has more. */
  readonly rows: number;
  readonly train: Rows;
  readonly held: Rows | undefined;
  /** What the network is to give back; absent: it tells classes. */
  readonly mirror: MirrorPlan | undefined;
  readonly seed: number;
  /** Rows of `train` in the order of the epoch. */
  readonly order: Int32Array;
  /** All weights, one after the other. */
  readonly weights: Float32Array;
  /** Shards × weights: slopes of what is trained, values of what is counted. */
  readonly slopes: Float32Array;
  /** Two numbers a piece: the weighted losses, and the rows told right. */
  readonly sums: Float64Array;
  /** Held-out rows told right, a class. */
  readonly right: Int32Array;
  /** What is to be done now, by {@link JOB}. */
  readonly job: Int32Array;
  /** What the slopes of the batch are divided by. */
  readonly divisor: Float64Array;
  readonly control: Int32Array;
}

/**
 * Shards that so many rows are cut into: by their number alone, so that the threads change nothing.
 */
export function shardsOf(rows: number): number {
  const few = Math.min(FEW_SHARDS, Math.round(rows / SHARD_ROWS));
  return Math.max(1, few, Math.min(MOST_SHARDS, Math.round(rows / WIDE_ROWS)));
}

/** First row of a shard among `rows`; of the shard after the last: `rows`. */
export function shardStart(rows: number, shard: number): number {
  return Math.floor((shard * rows) / shardsOf(rows));
}

/** Most rows that a shard of a batch of up to so many rows can have. */
function widest(batch: number): number {
  let most = 1;
  for (let rows = 1; rows <= batch; rows++) most = Math.max(most, Math.ceil(rows / shardsOf(rows)));
  return most;
}

const bytes = (floats: number, size: number): SharedArrayBuffer =>
  new SharedArrayBuffer(floats * size);

/** The same numbers in memory that threads can share. */
function shared(rows: Rows): Rows {
  const { cells, point, label, weight, windows } = rows;
  const ints = (from: Int32Array): Int32Array => {
    if (from.buffer instanceof SharedArrayBuffer) return from;
    const to = new Int32Array(bytes(from.length, 4));
    to.set(from);
    return to;
  };
  const own = {
    cells: new Float32Array(bytes(cells.length, 4)),
    weight: new Float64Array(bytes(weight.length, 8)),
  };
  own.cells.set(cells);
  own.weight.set(weight);
  const plain = { ...own, point: ints(point), label: ints(label) };
  if (!windows) return plain;
  const times = new Float64Array(bytes(windows.times.length, 8));
  times.set(windows.times);
  return { ...plain, windows: { ...windows, before: ints(windows.before), times } };
}

/** What a task is made of. */
export interface TaskPlan
  extends Pick<LearnTask, 'plan' | 'loss' | 'cols' | 'train' | 'held' | 'mirror'> {
  readonly seed: number;
  /** Rows between two steps. */
  readonly batch: number;
  readonly threads: number;
  readonly weights: readonly Weight[];
}

/** Makes the shared memory; rows are copied there when there are several threads. */
export function createTask({ batch, threads, weights, ...plan }: TaskPlan): LearnTask {
  const { train, held } = plan;
  const count = train.point.length;
  const size = weights.reduce((sum, weight) => sum + weight.size, 0);
  const rows = widest(Math.min(batch, count));
  const pieces = Math.max(MOST_SHARDS, Math.ceil((held?.point.length ?? 0) / rows));
  const alone = threads === 1;
  return {
    ...plan,
    train: alone ? train : shared(train),
    held: alone || !held ? held : shared(held),
    rows,
    order: new Int32Array(bytes(count, 4)),
    weights: new Float32Array(bytes(size, 4)),
    slopes: new Float32Array(bytes(shardsOf(Math.min(batch, count)) * size, 4)),
    sums: new Float64Array(bytes(2 * pieces, 8)),
    right: new Int32Array(bytes(plan.plan.outputs, 4)),
    job: new Int32Array(bytes(8, 4)),
    divisor: new Float64Array(bytes(1, 8)),
    control: new Int32Array(bytes(CONTROL_FIELDS, 4)),
  };
}

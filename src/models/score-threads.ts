import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { stopRequested, WiresiftError } from '../base/index.ts';
import { type Matrix, type MatrixHistory, takeMatrixRows } from '../features/index.ts';
import { checkColumns, checkScore } from './input.ts';
import type { Model, Tensor } from './model.ts';
import { type ScoreAnswer, type ScoreTask, type SharedModel, STOP } from './score-task.ts';

/** Who scores, and who watches. */
export interface ScoreOptions {
  /** Most worker threads; the result has the same bytes whatever the number. */
  readonly threads: number;
  /** Rows done and rows in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows a thread takes at a time: small beside a second of the slowest kind, large beside a turn. */
const BLOCK_ROWS = 4096;
/** Rows scored first to build what a model builds once, then rows whose time is taken. */
const WARM_ROWS = 256;
const TIMED_ROWS = 2048;
/** Seconds of work a thread must get: to start one and build a model there may take most of one. */
const WORTH_SECONDS = 1;
/** Idle workers kept for the next call. */
const MOST_IDLE = 16;
/** More threads than any machine this is meant for has cores. */
const MAX_THREADS = 256;

/** Seconds a row, for models that were timed. */
const costs = new WeakMap<Model, number>();
const sharedModels = new WeakMap<Model, SharedModel>();
const idle: Worker[] = [];
let models = 0;

/**
 * What `model.score(matrix)` gives, bit by bit. The first rows are scored and timed in this thread;
 * the rest goes to worker threads when it takes long enough for them to pay off. Models that read what
 * hosts did before are scored in this thread alone.
 * @throws WiresiftError `MODEL_INPUT` as `model.score`, `ABORTED` when the signal fired; whatever
 *   ended a worker
 */
export async function scoreInThreads(
  model: Model,
  matrix: Matrix,
  options: ScoreOptions,
): Promise<Float32Array> {
  checkColumns(model.kind, model.features, matrix);
  if (model.session && matrix.history) return scoreByHost(model, matrix, matrix.history, options);
  const { rows } = matrix;
  const classes = model.classes.length;
  const { signal, onProgress, threads } = options;
  let out: Float32Array | undefined;
  let done = 0;
  const most = model.oneThread ? 1 : Math.min(threads, MAX_THREADS);
  while (done < rows) {
    await nextTurn();
    if (signal?.aborted) throw stopRequested(`score ${model.kind}`);
    const known = costs.get(model);
    const useful = Math.min(most, Math.floor(((known ?? 0) * (rows - done)) / WORTH_SECONDS));
    if (useful > 1) {
      const before = done;
      const rest = await scoreByWorkers(model, partOf(matrix, done, rows - done), {
        threads: useful,
        signal,
        onProgress: (own) => onProgress?.(before + own, rows),
      }).catch((error: unknown) => asWhole(model, matrix, error));
      if (done === 0) return rest;
      out!.set(rest, done * classes);
      return out!;
    }
    out ??= new Float32Array(rows * classes);
    const wanted = known !== undefined ? BLOCK_ROWS : done === 0 ? WARM_ROWS : TIMED_ROWS;
    const count = Math.min(wanted, rows - done);
    const start = performance.now();
    out.set(scorePart(model, matrix, done, count), done * classes);
    if (count === TIMED_ROWS) costs.set(model, (performance.now() - start) / 1000 / count);
    done += count;
    onProgress?.(done, rows);
  }
  return out ?? new Float32Array(0);
}

/**
 * Scores host by host in this thread: a model that reads what a host did before must have its rows
 * together, and a block of them is whole hosts.
 */
async function scoreByHost(
  model: Model,
  matrix: Matrix,
  { hosts }: MatrixHistory,
  { signal, onProgress }: Omit<ScoreOptions, 'threads'>,
): Promise<Float32Array> {
  const { rows } = matrix;
  const classes = model.classes.length;
  const order = Int32Array.from(hosts.keys()).sort((a, b) => hosts[a]! - hosts[b]! || a - b);
  const out = new Float32Array(rows * classes);
  for (let from = 0; from < rows; ) {
    await nextTurn();
    if (signal?.aborted) throw stopRequested(`score ${model.kind}`);
    let to = Math.min(rows, from + BLOCK_ROWS);
    while (to < rows && hosts[order[to]!] === hosts[order[to - 1]!]) to++;
    const block = order.subarray(from, to);
    let scores: Float32Array;
    try {
      scores = model.score(takeMatrixRows(matrix, block));
    } catch (error) {
      return asWhole(model, matrix, error);
    }
    for (let i = 0; i < block.length; i++) {
      out.set(scores.subarray(i * classes, (i + 1) * classes), block[i]! * classes);
    }
    from = to;
    onProgress?.(from, rows);
  }
  return out;
}

function partOf({ cols, names, data }: Matrix, from: number, count: number): Matrix {
  return { rows: count, cols, names, data: data.subarray(from * cols, (from + count) * cols) };
}

function scorePart(model: Model, matrix: Matrix, from: number, count: number): Float32Array {
  try {
    return model.score(partOf(matrix, from, count));
  } catch (error) {
    return asWhole(model, matrix, error);
  }
}

/** A wrong cell is told by its row in the whole matrix. */
function asWhole(model: Model, matrix: Matrix, error: unknown): never {
  if (error instanceof WiresiftError && error.code === 'MODEL_INPUT') {
    checkScore(model.kind, model.features, matrix);
  }
  throw error;
}

/** As {@link scoreInThreads}, all rows in worker threads, whatever they cost. */
export async function scoreByWorkers(
  model: Model,
  matrix: Matrix,
  { threads, signal, onProgress }: ScoreOptions,
): Promise<Float32Array> {
  const what = `score ${model.kind}`;
  checkColumns(model.kind, model.features, matrix);
  if (signal?.aborted) throw stopRequested(what);
  if (model.session && matrix.history) {
    return scoreByHost(model, matrix, matrix.history, { signal, onProgress });
  }
  const { rows } = matrix;
  const out = new Float32Array(new SharedArrayBuffer(4 * rows * model.classes.length));
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.ceil(rows / (4 * threads))));
  const task: ScoreTask = {
    model: shareModel(model),
    matrix: { ...matrix, names: [...matrix.names], data: shared(matrix.data) },
    out,
    blockRows,
    control: new Int32Array(new SharedArrayBuffer(8)),
  };
  const count = Math.max(1, Math.min(threads, MAX_THREADS, Math.ceil(rows / blockRows)));
  let done = 0;
  const stop = (): void => void Atomics.store(task.control, STOP, 1);
  signal?.addEventListener('abort', stop, { once: true });
  const ends = await Promise.allSettled(
    Array.from({ length: count }, async () => {
      try {
        await runTask(task, (own) => {
          done += own;
          onProgress?.(done, rows);
        });
      } catch (error) {
        stop();
        throw error;
      }
    }),
  );
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted) throw stopRequested(what);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) asWhole(model, matrix, failed.reason);
  return out;
}

/** Hands a task to a worker, an idle one or a new one; settles when it takes no more blocks. */
async function runTask(task: ScoreTask, onRows: (rows: number) => void): Promise<void> {
  const worker = idle.pop() ?? startWorker();
  worker.ref();
  let hear = (_: ScoreAnswer): void => {};
  let fail = (_: Error): void => {};
  let end = (_: number): void => {};
  try {
    await new Promise<void>((resolve, reject) => {
      hear = (answer) => {
        if (answer.is === 'rows') onRows(answer.rows);
        else if (answer.is === 'end') resolve();
        else reject(answer.facts ? new WiresiftError(answer.facts) : new Error(answer.text));
      };
      fail = reject;
      end = (code) =>
        reject(new Error(`a worker thread of score ${task.model.kind} ended with ${code}`));
      worker.on('message', hear).on('error', fail).on('exit', end);
      worker.postMessage(task);
    });
  } catch (error) {
    // Whatever it holds is not trusted again.
    await worker.terminate();
    throw error;
  } finally {
    worker.off('message', hear).off('error', fail).off('exit', end);
  }
  if (idle.length >= MOST_IDLE) return void (await worker.terminate());
  worker.unref();
  idle.push(worker);
}

function startWorker(): Worker {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`score-worker${ending}`, import.meta.url));
  // One that dies while it waits is not handed out again.
  const forget = (): void => {
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
  };
  return worker.on('error', forget).on('exit', forget);
}

/** The numbers in shared memory, copied unless they lie there. */
function shared<T extends Tensor['data']>(data: T): T {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const type = data.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new type(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

function shareModel(model: Model): SharedModel {
  const known = sharedModels.get(model);
  if (known) return known;
  const { kind, parameters, classes, features } = model;
  const tensors = model.tensors().map((each) => ({ ...each, data: shared(each.data) }));
  const made = {
    ...{ id: ++models, kind, parameters, tensors },
    ...{ classes: [...classes], features: [...features] },
  };
  sharedModels.set(model, made);
  return made;
}

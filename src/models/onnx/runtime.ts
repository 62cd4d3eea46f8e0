import { createRequire } from 'node:module';
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { WiresiftError } from '../../base/index.ts';
import type { RuntimeAnswer, RuntimeStart, RuntimeTask } from './runtime-task.ts';

/** Milliseconds that a block of rows may take: a hostile graph must not hold the program for ever. */
const PATIENCE = 120_000;

function failed(saw: string, expected: string, todo: string): WiresiftError {
  return new WiresiftError({
    code: 'MODEL_RUNTIME',
    where: 'onnxruntime-node',
    saw,
    expected,
    todo,
  });
}

/**
 * The file of the runtime, an optional peer of this package; `NODE_PATH` is looked at, too.
 * @throws WiresiftError `MODEL_RUNTIME` when it is not installed
 */
function findRuntime(): string {
  try {
    return createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch {
    throw failed(
      'a package that is not installed',
      'onnxruntime-node 1.20 or newer beside wiresift',
      'Run npm install onnxruntime-node (with ONNXRUNTIME_NODE_INSTALL=skip it fetches nothing besides), or use the model file that was exported',
    );
  }
}

/** A graph from `matrix` to `probabilities`, as bytes, and the columns of both. */
type Graph = Pick<RuntimeStart, 'model' | 'columns' | 'classes'>;

/** Scores rows by a graph in onnxruntime, which works in a thread of its own while the caller waits. */
export class OnnxRuntime {
  readonly #graph: Graph;
  #path: string | undefined;
  #worker: { worker: Worker; port: MessagePort } | undefined;

  /** Nothing is loaded before the first rows. */
  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Looks for the runtime. @throws WiresiftError `MODEL_RUNTIME` when it is not installed */
  find(): void {
    this.#path ??= findRuntime();
  }

  #open(): { worker: Worker; port: MessagePort } {
    if (this.#worker) return this.#worker;
    this.find();
    const { port1, port2 } = new MessageChannel();
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`runtime-worker${ending}`, import.meta.url), {
      workerData: { ...this.#graph, runtime: this.#path!, port: port2 } satisfies RuntimeStart,
      transferList: [port2],
    });
    // Neither keeps the program alive: every answer is waited for.
    worker.unref();
    port1.unref();
    this.#worker = { worker, port: port1 };
    return this.#worker;
  }

  /**
   * Probabilities of rows × columns, row-major.
   * @throws WiresiftError `MODEL_RUNTIME` when the runtime refuses the graph, gives something else than
   *   probabilities, or takes too long
   */
  run(data: Float32Array, rows: number): Float32Array {
    const { worker, port } = this.#open();
    const done = new Int32Array(new SharedArrayBuffer(4));
    // A view over memory that is not shared would take all of that memory along.
    const own = data.buffer instanceof SharedArrayBuffer ? data : data.slice();
    port.postMessage({ data: own, rows, done } satisfies RuntimeTask);
    // The runtime answers later, scoring must answer now: another thread works, this one sleeps.
    Atomics.wait(done, 0, 0, PATIENCE);
    const answer = receiveMessageOnPort(port)?.message as RuntimeAnswer | undefined;
    if (answer && 'scores' in answer) return checked(answer.scores);
    this.#worker = undefined;
    void worker.terminate();
    throw failed(
      (answer?.problem ?? `no answer after ${PATIENCE / 1000} seconds`).slice(0, 300),
      'probabilities of each class and row',
      'Export the model again, or use the model file it came from',
    );
  }
}

/** Shares may be off by rounding. */
const SLACK = 1e-4;

function checked(scores: Float32Array): Float32Array {
  const wrong = scores.findIndex((score) => !(score >= -SLACK && score <= 1 + SLACK));
  if (wrong < 0) return scores;
  const expected = 'probabilities from 0 to 1';
  throw failed(`a probability of ${scores[wrong]}`, expected, 'Use another model');
}

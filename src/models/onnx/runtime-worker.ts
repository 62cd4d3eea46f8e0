import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { RuntimeAnswer, RuntimeStart, RuntimeTask } from './runtime-task.ts';

/** The little of onnxruntime-node that is used; the package is not there when types are checked. */
interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}

interface Session {
  run(
    feeds: Readonly<Record<string, object>>,
    wanted: readonly string[],
  ): Promise<
    Readonly<Record<string, { readonly data: unknown; readonly dims: readonly number[] }>>
  >;
}

/** One thread: the same sums in the same order, and the caller waits. */
const OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Errors alone: what it warns of is not for the user's terminal.
  logSeverityLevel: 3,
};

const { runtime: path, model, columns, classes, port } = workerData as RuntimeStart;
let opened: Promise<{ runtime: Runtime; session: Session }> | undefined;

async function open() {
  const runtime = createRequire(import.meta.url)(path) as Runtime;
  return { runtime, session: await runtime.InferenceSession.create(model, OPTIONS) };
}

async function score({ data, rows }: RuntimeTask): Promise<RuntimeAnswer> {
  const { runtime, session } = await (opened ??= open());
  const matrix = new runtime.Tensor('float32', data.slice(), [rows, columns]);
  const { probabilities } = await session.run({ matrix }, ['probabilities']);
  const scores = probabilities?.data;
  if (!(scores instanceof Float32Array) || scores.length !== rows * classes) {
    return { problem: `probabilities of shape ${probabilities?.dims.join(' × ')}` };
  }
  return { scores };
}

port.on('message', (task: RuntimeTask) => {
  score(task)
    .catch((error: unknown): RuntimeAnswer => {
      return { problem: error instanceof Error ? error.message : String(error) };
    })
    .then((answer) => {
      port.postMessage(answer);
      Atomics.add(task.done, 0, 1);
      Atomics.notify(task.done, 0);
    });
});

import { parentPort } from 'node:worker_threads';
import { WiresiftError } from '../base/index.ts';
import type { Model } from './model.ts';
import { modelKind } from './registry.ts';
import { NEXT, type ScoreAnswer, type ScoreTask, type SharedModel, STOP } from './score-task.ts';

/** Models a worker keeps: an evaluation compares two, and a forest takes as much as its file. */
const KEPT = 2;

const kept = new Map<number, Model>();

function modelOf(shared: SharedModel): Model {
  const known = kept.get(shared.id);
  if (known) return known;
  const tensors = new Map(shared.tensors.map((tensor) => [tensor.name, tensor]));
  const model = modelKind(shared.kind).load({ ...shared, tensors });
  if (kept.size === KEPT) kept.delete(kept.keys().next().value!);
  kept.set(shared.id, model);
  return model;
}

function work({ model: shared, matrix, out, blockRows, control }: ScoreTask): void {
  const model = modelOf(shared);
  const { rows, cols, names, data } = matrix;
  const classes = model.classes.length;
  while (Atomics.load(control, STOP) === 0) {
    const from = Atomics.add(control, NEXT, 1) * blockRows;
    if (from >= rows) return;
    const count = Math.min(blockRows, rows - from);
    const part = data.subarray(from * cols, (from + count) * cols);
    out.set(model.score({ rows: count, cols, names, data: part }), from * classes);
    parentPort!.postMessage({ is: 'rows', rows: count } satisfies ScoreAnswer);
  }
}

parentPort?.on('message', (task: ScoreTask) => {
  try {
    work(task);
    parentPort!.postMessage({ is: 'end' } satisfies ScoreAnswer);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const facts = error instanceof WiresiftError ? { facts: error.facts } : {};
    parentPort!.postMessage({ is: 'failed', text, ...facts } satisfies ScoreAnswer);
  }
});

import { parentPort, workerData } from 'node:worker_threads';
import { type GrowTask, TreeGrower } from '../tree/grow.ts';

/** What a worker thread starts with. */
export interface WorkerStart {
  readonly task: GrowTask;
  readonly treeCount: number;
  /** Shared: the next tree that nobody has taken yet. */
  readonly next: Int32Array;
  /** Number of this thread, from 0. */
  readonly thread: number;
}

const { task, treeCount, next, thread } = workerData as WorkerStart;
const grower = new TreeGrower(task, thread);
for (;;) {
  const index = Atomics.add(next, 0, 1);
  if (index >= treeCount) break;
  const tree = grower.grow(index);
  const buffers = [tree.feature, tree.threshold, tree.right, tree.cover, tree.values, tree.gain];
  parentPort?.postMessage(
    { index, tree },
    buffers.map((each) => each.buffer as ArrayBuffer),
  );
}

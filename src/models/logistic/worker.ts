import { parentPort, workerData } from 'node:worker_threads';
import { follow } from '../crew.ts';
import { minimiseTask } from './run.ts';
import { controlOf, type LogisticTask } from './task.ts';
import { LogisticWork } from './work.ts';

/** What a worker thread starts with. */
export interface LogisticWorkerStart {
  readonly task: LogisticTask;
  /** 0 leads. */
  readonly thread: number;
}

const { task, thread } = workerData as LogisticWorkerStart;
const control = controlOf(task);
if (thread > 0) {
  follow(new LogisticWork(task, thread, control), control);
} else {
  const point = await minimiseTask(task, (done) => parentPort?.postMessage({ done }));
  parentPort?.postMessage({ point });
}

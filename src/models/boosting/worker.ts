import { parentPort, workerData } from 'node:worker_threads';
import { follow } from '../crew.ts';
import { Boosting, type BoostStart } from './boost.ts';
import { controlOf } from './task.ts';
import { BoostWork } from './work.ts';

/** What a worker thread starts with. */
export interface BoostWorkerStart {
  readonly start: BoostStart;
  /** 0 leads. */
  readonly thread: number;
}

const { start, thread } = workerData as BoostWorkerStart;
if (thread > 0) {
  follow(new BoostWork(start.task, thread), controlOf(start.task));
} else {
  const boosting = new Boosting(start);
  for (let more = true; more; ) {
    more = boosting.step();
    parentPort?.postMessage({ done: boosting.done });
  }
  parentPort?.postMessage({ trees: boosting.finish() });
}

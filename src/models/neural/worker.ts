import { parentPort, workerData } from 'node:worker_threads';
import { follow } from '../crew.ts';
import type { Epoch } from '../training.ts';
import { Leader, type LeaderStart, type Learned, type TrainingState } from './leader.ts';
import { ShardWork } from './shard.ts';

/** What a worker thread starts with. */
export interface NeuralWorkerStart {
  readonly start: LeaderStart;
  /** 0 leads. */
  readonly thread: number;
  /** Whether the leader tells where it stands after every epoch. */
  readonly keeps: boolean;
}

/** What the leading thread tells. */
export interface NeuralMessage {
  readonly epoch?: Epoch;
  readonly state?: TrainingState;
  readonly learned?: Learned;
}

const { start, thread, keeps } = workerData as NeuralWorkerStart;
const tell = (message: NeuralMessage): void => parentPort?.postMessage(message);
if (thread > 0) {
  follow(new ShardWork(start.task), start.task.control);
} else {
  const leader = new Leader(start);
  while (!leader.ended) {
    const epoch = leader.advance();
    if (epoch) tell(keeps ? { epoch, state: leader.state() } : { epoch });
  }
  tell({ learned: leader.finish() });
}

import { parentPort } from 'node:worker_threads';
import { Frame } from '../../capture/index.ts';
import { FrameLanes, LANE_ERROR, LANE_TICK } from './block.ts';
import type { BlockMemory, FromWorker, ToWorker } from './messages.ts';
import type { PackedRecords } from './records.ts';
import { Share } from './share.ts';

const port = parentPort!;

function send(message: FromWorker): void {
  port.postMessage(message);
}

/** One meter's work in this thread: its share of the frames. */
class Task {
  readonly #share: Share;
  readonly #frame = new Frame();
  readonly #blocks = new Map<number, { bytes: Uint8Array; lanes: FrameLanes }>();
  #records: PackedRecords[] = [];
  #ending = false;

  constructor({ meter, form }: ToWorker & { type: 'begin' }) {
    this.#share = new Share(meter, form, (packed) => {
      if (this.#ending) send({ type: 'records', records: [packed] });
      else this.#records.push(packed);
    });
  }

  run({ block, memory, count, through }: ToWorker & { type: 'block' }): void {
    const { lanes, bytes } = this.#block(block, memory);
    this.#frame.bytes = bytes;
    this.#add(lanes, count);
    this.#share.flush();
    send({ type: 'done', block, through, records: this.#records });
    this.#records = [];
  }

  finish(): void {
    this.#ending = true;
    send({ type: 'finished', summary: this.#share.finish() });
  }

  #block(id: number, memory: BlockMemory | undefined) {
    if (memory) {
      const { bytes, lanes } = memory;
      this.#blocks.set(id, { bytes, lanes: new FrameLanes(lanes) });
    }
    return this.#blocks.get(id)!;
  }

  // Nothing but the loop: optimised while it runs, it is left for good where code follows it.
  #add(lanes: FrameLanes, count: number): void {
    const { time, clock, position, start, end, originalLength, linkType } = lanes;
    const frame = this.#frame;
    const { burst } = this.#share;
    for (let lane = 0; lane < count; lane++) {
      const type = linkType[lane]!;
      frame.time = time[lane]!;
      frame.start = start[lane]!;
      frame.end = end[lane]!;
      frame.originalLength = originalLength[lane]!;
      if (type === LANE_TICK) burst.tick(frame, position[lane]!, clock[lane]!);
      else {
        frame.linkType = type & ~LANE_ERROR;
        if ((type & LANE_ERROR) === 0) burst.add(frame, position[lane]!, clock[lane]!);
        else this.#share.noteError(frame);
      }
    }
  }
}

let task: Task | undefined;

port.on('message', (message: ToWorker) => {
  if (message.type === 'begin') task = new Task(message);
  else if (message.type === 'block') task?.run(message);
  else {
    task?.finish();
    task = undefined;
  }
});

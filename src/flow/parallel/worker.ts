import { parentPort, workerData } from 'node:worker_threads';
import { Frame } from '../../capture/index.ts';
import { createDecoder, Packet } from '../../decode/index.ts';
import { MeterBurst } from '../burst.ts';
import { copyRow, FlowBatch } from '../flow.ts';
import { Meter } from '../meter.ts';
import { Block, LANE_FRAME, LANE_TICK } from './chunk.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';

/** One worker thread: meters its share of the frames as the main thread routes them. */
const { meter: options } = workerData as WorkerStart;
const port = parentPort!;
const decoder = createDecoder();
const packet = new Packet();
const frame = new Frame();
const blocks = new Map<SharedArrayBuffer, Block>();
const meter = new Meter({ ...options, ticked: true }, (batch) => {
  // Shared, not transferred: detaching memory makes every typed array of the thread slower.
  const memory = new SharedArrayBuffer(FlowBatch.bytes(batch.length));
  const copy = new FlowBatch(batch.length, memory);
  for (let row = 0; row < batch.length; row++) copyRow(batch, row, copy);
  send({ type: 'batch', batch: { memory, rows: batch.length } });
});
const burst = new MeterBurst(meter, decoder);

function send(message: FromWorker): void {
  port.postMessage(message);
}

function runBlock(block: Block, bytes: Uint8Array, count: number): void {
  const { time, clock, position, number, originalLength, start, end, nanos, linkType, kind } =
    block;
  frame.bytes = bytes;
  for (let lane = 0; lane < count; lane++) {
    frame.time = time[lane]!;
    frame.start = start[lane]!;
    frame.end = end[lane]!;
    frame.originalLength = originalLength[lane]!;
    frame.nanos = nanos[lane]!;
    frame.number = number[lane]!;
    frame.linkType = linkType[lane]!;
    if (kind[lane] === LANE_FRAME) {
      burst.add(frame, position[lane]!, clock[lane]!);
      continue;
    }
    if (kind[lane] === LANE_TICK) {
      burst.tick(frame, position[lane]!, clock[lane]!);
      continue;
    }
    burst.flush();
    errorDecoder.decode(frame, packet);
    meter.noteError(packet);
  }
  burst.flush();
}

/** Errors are counted where their own flow is, so these are not. */
const errorDecoder = createDecoder();

port.on('message', (message: ToWorker) => {
  if (message.type === 'finish') {
    meter.finish();
    const { packets, anomalies, linkTypes } = decoder;
    send({ type: 'finished', stats: meter.stats, packets, anomalies, linkTypes });
    port.close();
    return;
  }
  let block = blocks.get(message.block);
  if (!block) {
    block = new Block(message.block);
    blocks.set(message.block, block);
  }
  runBlock(block, message.bytes, message.count);
  meter.flush();
  send({ type: 'done', chunk: message.chunk, through: message.through });
});

import { Worker } from 'node:worker_threads';
import type { Frame } from '../../capture/index.ts';
import { createDecoder, NOT_PLAIN, Packet, readPlain } from '../../decode/index.ts';
import { FlowBatch } from '../flow.ts';
import { word } from '../key.ts';
import { METER_DEFAULTS, type MeterOptions, type MeterStats } from '../meter-options.ts';
import { TickClock } from '../timeout.ts';
import { Chunk, LANE_ERROR, LANE_FRAME, LANE_TICK } from './chunk.ts';
import { RecordMerge } from './merge.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { Route } from './route.ts';

/** Chunks under way before the reader waits: enough that no worker runs dry. */
const CHUNKS = 6;
/** Frames of one chunk lie within so many bytes of each other. */
const REACH = 1 << 20;

/** What the workers did together. */
export interface ParallelSummary {
  /** Sums over the workers; `peakFlows` too, though not all of them peak at once. */
  readonly meter: MeterStats;
  readonly packets: number;
  /** As the decoder's counters. */
  readonly anomalies: Float64Array;
  readonly linkTypes: ReadonlyMap<number, number>;
}

/**
 * The argus meter on several cores. The caller's thread finds out whose flow each frame is; a worker
 * has all frames between two addresses; records come back in the very order and with the very content
 * of one {@link import('../meter.ts').Meter}. Only when flows must be evicted do results differ: each
 * worker has its share of `maxFlows`, and looks for victims among its own.
 */
export class ParallelMeter {
  readonly #workers: readonly Worker[];
  readonly #route: Route;
  readonly #merge: RecordMerge;
  readonly #after: Promise<unknown>;
  readonly #ticks = new TickClock();
  readonly #decoder = createDecoder();
  readonly #packet = new Packet();
  readonly #free: Chunk[] = [];
  readonly #sent: Chunk[] = [];
  readonly #finished: (FromWorker & { type: 'finished' })[] = [];
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  #chunk: Chunk;
  #chunks = 1;
  #bytes: Uint8Array = new Uint8Array(0);
  #from = 0;
  #to = 0;
  #position = 0;
  #clock = Number.NEGATIVE_INFINITY;
  #error: unknown;
  #wake: (() => void) | undefined;
  #open = false;

  /**
   * Starts the threads. @param workers at least one
   * @param after records are held back until it is settled
   */
  constructor(
    workers: number,
    options: MeterOptions,
    onBatch: (batch: FlowBatch) => void,
    after: Promise<unknown> = Promise.resolve(),
  ) {
    const maxFlows = Math.max(1, options.maxFlows ?? METER_DEFAULTS.maxFlows);
    const workerData: WorkerStart = {
      meter: { ...options, maxFlows: Math.max(1, Math.ceil(maxFlows / workers)) },
    };
    this.#route = new Route(workers);
    this.#merge = new RecordMerge(workers, options.batchRows ?? METER_DEFAULTS.batchRows, onBatch);
    this.#chunk = new Chunk(0, workers);
    this.#after = after;
    this.#ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // Whoever awaits the end hears of it; until then it must not count as unhandled.
    this.#ended.catch(() => undefined);
    after.then(
      () => {
        this.#open = true;
        this.#merge.drain();
      },
      () => undefined,
    );
    this.#workers = Array.from({ length: workers }, (_, index) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
      worker.on('message', (message: FromWorker) => this.#receive(index, message));
      worker.on('error', (error) => {
        this.#error = error;
        this.#fail(error);
        this.#wake?.();
      });
      return worker;
    });
  }

  /** Takes a frame; its bytes must stay as they are until {@link flush}. */
  add(frame: Frame): void {
    const { bytes, start, end, time } = frame;
    if (bytes !== this.#bytes || start < this.#from || end - this.#from > REACH) {
      this.flush();
      this.#bytes = bytes;
      this.#from = start;
    }
    this.#to = end;
    this.#position++;
    if (time > this.#clock) this.#clock = time;
    const plain =
      frame.linkType === 1 ? readPlain(bytes, start, end, frame.originalLength) : NOT_PLAIN;
    let about = -1;
    let worker = 0;
    if (plain !== NOT_PLAIN) {
      worker = this.#route.pair(word(bytes, start + 26), word(bytes, start + 30));
    } else {
      this.#decoder.decode(frame, this.#packet);
      worker = this.#route.read(this.#packet);
      about = this.#route.about;
    }
    let full = this.#lane(worker, frame, LANE_FRAME);
    if (about >= 0 && about !== worker) full = this.#lane(about, frame, LANE_ERROR) || full;
    if (this.#ticks.due(time)) {
      for (let i = 0; i < this.#workers.length; i++) full = this.#lane(i, frame, LANE_TICK) || full;
    }
    if (full) this.flush();
  }

  /** Sends the frames on their way. */
  flush(): void {
    const chunk = this.#chunk;
    if (this.#position === 0 || chunk.counts.every((count) => count === 0)) return;
    chunk.fill(this.#bytes, this.#from, this.#to);
    chunk.pending = this.#workers.length;
    this.#sent.push(chunk);
    const through = this.#position;
    this.#workers.forEach((worker, index) => {
      const block = chunk.blocks[index]!.memory;
      const count = chunk.counts[index]!;
      const message: ToWorker = {
        type: 'block',
        chunk: chunk.id,
        bytes: chunk.bytes,
        block,
        count,
        through,
      };
      worker.postMessage(message);
    });
    this.#chunk = this.#free.pop() ?? new Chunk(this.#chunks++, this.#workers.length);
    this.#chunk.counts.fill(0);
    this.#from = this.#to;
  }

  /** Resolves when the workers want more. @throws what a worker threw */
  async ready(): Promise<void> {
    while (!this.#error && this.#sent.length >= CHUNKS) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error) throw this.#error;
  }

  /** Sends a record of every flow that has not had its last one. @throws what a worker threw */
  async finish(): Promise<ParallelSummary> {
    this.flush();
    for (const worker of this.#workers) worker.postMessage({ type: 'finish' } satisfies ToWorker);
    try {
      await this.#after;
      await this.#ended;
      this.#merge.drain();
      this.#merge.flush();
    } finally {
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
    return summary(this.#finished);
  }

  /** @returns true when the block is nearly full: a frame takes at most three lanes */
  #lane(worker: number, frame: Frame, kind: number): boolean {
    const chunk = this.#chunk;
    const block = chunk.blocks[worker]!;
    const lane = chunk.counts[worker]!++;
    block.time[lane] = frame.time;
    block.clock[lane] = this.#clock;
    block.position[lane] = this.#position;
    block.number[lane] = frame.number;
    block.originalLength[lane] = frame.originalLength;
    block.start[lane] = frame.start;
    block.end[lane] = frame.end;
    block.nanos[lane] = frame.nanos;
    block.linkType[lane] = frame.linkType;
    block.kind[lane] = kind;
    return lane >= block.capacity - 4;
  }

  #receive(worker: number, message: FromWorker): void {
    if (message.type === 'batch') {
      const { memory, rows } = message.batch;
      this.#merge.push(worker, new FlowBatch(rows, memory));
    } else if (message.type === 'finished') {
      this.#merge.advance(worker, Number.POSITIVE_INFINITY);
      this.#finished.push(message);
      if (this.#finished.length === this.#workers.length) this.#end();
    } else {
      this.#merge.advance(worker, message.through);
      this.#release(message.chunk);
    }
    if (this.#open) this.#merge.drain();
  }

  /** A worker is done with a chunk; the last one frees it. */
  #release(id: number): void {
    const at = this.#sent.findIndex((chunk) => chunk.id === id);
    const chunk = this.#sent[at]!;
    if (--chunk.pending > 0) return;
    this.#sent.splice(at, 1);
    this.#free.push(chunk);
    this.#wake?.();
  }
}

function summary(parts: readonly (FromWorker & { type: 'finished' })[]): ParallelSummary {
  const first = parts[0]!;
  const meter = { ...first.stats };
  const anomalies = first.anomalies;
  const linkTypes = new Map(first.linkTypes);
  let { packets } = first;
  for (const part of parts.slice(1)) {
    for (const name of Object.keys(meter) as (keyof MeterStats)[]) meter[name] += part.stats[name];
    for (let bit = 0; bit < anomalies.length; bit++) anomalies[bit]! += part.anomalies[bit]!;
    for (const [type, count] of part.linkTypes)
      linkTypes.set(type, (linkTypes.get(type) ?? 0) + count);
    packets += part.packets;
  }
  return { meter, packets, anomalies, linkTypes };
}

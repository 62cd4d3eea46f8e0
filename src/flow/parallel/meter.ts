import { Frame } from '../../capture/index.ts';
import { createDecoder, Packet } from '../../decode/index.ts';
import { METER_DEFAULTS, type MeterOptions, type MeterStats } from '../meter-options.ts';
import { TickClock } from '../timeout.ts';
import type { Block, LanePlace } from './block.ts';
import { RecordMerge } from './merge.ts';
import type { FromWorker } from './messages.ts';
import { type RecordOutput, type RecordSink, recordSink } from './output.ts';
import { Records } from './records.ts';
import { NEEDS_DECODING, Route } from './route.ts';
import { Share, type ShareSummary } from './share.ts';
import { Threads } from './threads.ts';

/** Frames of one block lie within so many bytes of each other. */
const REACH = 1 << 21;
/**
 * What reading and merging cost the caller's thread, in shares of what metering costs: it meters the
 * less the more threads it has to feed. Measured by the clock: 0.45 to 0.6 is best where records are few,
 * 0.6 to 0.9 where they are many.
 */
const FEEDING = 0.6;

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
 * The argus meter on several cores: the caller's thread is one of the workers. It finds out whose flow
 * each frame is; a worker has all frames between two addresses; records leave in the very order and
 * with the very content of one {@link import('../meter.ts').Meter}. Only when flows must be evicted do
 * results differ: each worker has its share of `maxFlows`, and looks for victims among its own.
 */
export class ParallelMeter {
  readonly #threads: Threads;
  readonly #route: Route;
  readonly #share: Share;
  readonly #merge: RecordMerge;
  readonly #sink: RecordSink;
  readonly #after: Promise<unknown>;
  readonly #ticks = new TickClock();
  readonly #decoder = createDecoder();
  readonly #packet = new Packet();
  readonly #tick = new Frame();
  readonly #place: LanePlace = {
    position: 0,
    clock: Number.NEGATIVE_INFINITY,
    tick: false,
    error: false,
  };
  #block: Block;
  #bytes: Uint8Array = new Uint8Array(0);
  #from = 0;
  #to = 0;
  #flushed = 0;
  #open = false;

  /**
   * Starts the threads. @param workers at least one: threads to be busy, the caller's among them
   * @param after records are held back until it is settled
   */
  constructor(
    workers: number,
    options: MeterOptions,
    output: RecordOutput,
    after: Promise<unknown> = Promise.resolve(),
  ) {
    const { maxFlows, batchRows } = { ...METER_DEFAULTS, ...options };
    const meter = { ...options, maxFlows: Math.max(1, Math.ceil(maxFlows / workers)) };
    const form = 'onText' in output ? 'text' : 'columns';
    this.#route = new Route(sharesOf(workers));
    this.#sink = recordSink(output, batchRows);
    this.#merge = new RecordMerge(workers, this.#sink);
    this.#share = new Share(meter, form, (packed) => this.#merge.push(0, new Records(packed)));
    this.#threads = new Threads(workers - 1, { type: 'begin', meter, form }, (thread, message) =>
      this.#receive(thread + 1, message),
    );
    this.#block = this.#threads.block();
    this.#after = after;
    after.then(
      () => {
        this.#open = true;
      },
      () => undefined,
    );
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
    const place = this.#place;
    place.position++;
    if (time > place.clock) place.clock = time;
    let worker = frame.linkType === 1 ? this.#route.readFrame(bytes, start, end) : NEEDS_DECODING;
    let full = false;
    let about = -1;
    if (worker === NEEDS_DECODING) {
      this.#decoder.decode(frame, this.#packet);
      worker = this.#route.read(this.#packet);
      about = this.#route.about;
    }
    if (worker === 0) this.#share.burst.add(frame, place.position, place.clock);
    else full = this.#block.put(worker - 1, frame, this.#from, place);
    if (about >= 0 && about !== worker) full = this.#error(about, frame) || full;
    if (this.#ticks.due(time)) full = this.#tickAll(frame) || full;
    if (full) this.flush();
  }

  /** Sends the frames on their way, and meters those of this thread. */
  flush(): void {
    const { position } = this.#place;
    if (position === this.#flushed) return;
    this.#flushed = position;
    const bytes = this.#bytes.subarray(this.#from, this.#to);
    this.#block = this.#threads.send(this.#block, bytes, position);
    this.#from = this.#to;
    this.#share.flush();
    this.#merge.advance(0, position);
    if (this.#open) this.#merge.drain();
  }

  /** Resolves when the workers want more. @throws what a worker or the output threw */
  ready(): Promise<void> {
    return this.#threads.ready();
  }

  /** Sends a record of every flow that has not had its last one. @throws as {@link ready} */
  async finish(): Promise<ParallelSummary> {
    try {
      this.flush();
      this.#threads.finish();
      const own = this.#share.finish();
      this.#merge.advance(0, Number.POSITIVE_INFINITY);
      await this.#after;
      const others = await this.#threads.ended;
      this.#merge.drain();
      this.#sink.flush();
      return summary([own, ...others]);
    } finally {
      await this.#threads.release();
    }
  }

  #error(about: number, frame: Frame): boolean {
    if (about === 0) {
      this.#share.noteError(frame);
      return false;
    }
    const place = this.#place;
    place.error = true;
    const full = this.#block.put(about - 1, frame, this.#from, place);
    place.error = false;
    return full;
  }

  #tickAll(frame: Frame): boolean {
    const place = this.#place;
    // A frame of our own, because a tick leaves its mark on it.
    const tick = this.#tick;
    tick.bytes = frame.bytes;
    tick.time = frame.time;
    this.#share.burst.tick(tick, place.position, place.clock);
    place.tick = true;
    let full = false;
    for (let thread = 0; thread < this.#threads.count; thread++)
      full = this.#block.put(thread, frame, this.#from, place) || full;
    place.tick = false;
    return full;
  }

  #receive(worker: number, message: FromWorker): void {
    if (message.type === 'finished') this.#merge.advance(worker, Number.POSITIVE_INFINITY);
    else {
      for (const packed of message.records) this.#merge.push(worker, new Records(packed));
      if (message.type === 'done') this.#merge.advance(worker, message.through);
    }
    if (this.#open) this.#merge.drain();
  }
}

/** The caller's share of the flows, then those of the threads. */
function sharesOf(workers: number): number[] {
  const others = workers - 1;
  const own = others === 0 ? 1 : Math.max(0, (1 - FEEDING * others) / workers);
  return [own, ...Array.from({ length: others }, () => (1 - own) / others)];
}

function summary(parts: readonly ShareSummary[]): ParallelSummary {
  const first = parts[0]!;
  const meter = { ...first.stats };
  const { anomalies } = first;
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

import { Frame } from '../capture/index.ts';
import { type Decoder, NOT_PLAIN, Packet } from '../decode/index.ts';
import { BURST, LANE_KEY, Lanes } from './lanes.ts';
import type { Meter } from './meter.ts';
import { readPlainKeys } from './plain-keys.ts';
import { STRIDE } from './slot.ts';
import type { FlowTable } from './table.ts';

/** A word in the second cache line of a slot. */
const SECOND_LINE = 16;
/** In the place of a link type: the lane is no frame, see {@link MeterBurst.tick}. */
const TICK = -1;

/** Who is given bursts that the meter has read, so that frames are read once; it must not tick. */
export interface BurstBeside {
  /**
   * Takes the lanes' frames.
   * @param packets of every lane that is not plain, at its number
   */
  follow(lanes: Lanes, count: number, packets: readonly Packet[]): void;
}

/**
 * Meters frames a burst at a time. Result and order are those of decoding and adding one by one; the
 * clear version is
 *
 *     decoder.decode(frame, packet); meter.add(packet);
 *
 * Most of a packet's time is waiting for the memory of its flow. So the keys of a burst are read
 * first, then all their slots are touched, which the processor does side by side, and then each packet
 * finds its flow in the cache. Plain frames, which are most, need no decoding beyond their key.
 */
export class MeterBurst {
  readonly #meter: Meter;
  readonly #table: FlowTable;
  readonly #decoder: Decoder;
  readonly #lanes = new Lanes();
  readonly #beside: BurstBeside | undefined;
  readonly #packet = new Packet();
  /** Packets of a burst that were decoded, by lane; kept only if somebody beside needs them. */
  readonly #packets: Packet[] = [];
  readonly #frame = new Frame();
  #count = 0;
  #position = 0;
  #clock = Number.NEGATIVE_INFINITY;
  /** Keeps the touching of memory from being optimised away. */
  #sink = 0;

  /** @param beside gets every burst when it has been metered */
  constructor(meter: Meter, decoder: Decoder, beside?: BurstBeside) {
    this.#meter = meter;
    this.#beside = beside;
    this.#table = meter.table;
    this.#decoder = decoder;
  }

  /**
   * Takes a frame; its bytes must stay as they are until {@link flush}.
   * @param position as for `Meter.add`
   */
  add(
    frame: Frame,
    position: number = this.#position + 1,
    clock: number = Math.max(this.#clock, frame.time),
  ): void {
    this.#position = position;
    this.#clock = clock;
    const lanes = this.#lanes;
    if (frame.bytes !== lanes.bytes) {
      this.flush();
      lanes.bytes = frame.bytes;
    }
    const lane = this.#count;
    lanes.put(lane, frame);
    lanes.position[lane] = position;
    lanes.clock[lane] = clock;
    this.#count = lane + 1;
    if (lane === BURST - 1) this.flush();
  }

  /** Looks at the meter's queues between two frames; the frame tells the time alone. */
  tick(frame: Frame, position: number, clock: number): void {
    frame.linkType = TICK;
    this.add(frame, position, clock);
  }

  /** Meters what waits. */
  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    const lanes = this.#lanes;
    this.#readKeys(count);
    this.#fetch(count);
    const meter = this.#meter;
    for (let lane = 0; lane < count; lane++) {
      if (lanes.anomalies[lane] === NOT_PLAIN) this.#decode(lane);
      else {
        this.#decoder.countPlain(lanes.anomalies[lane]!);
        meter.addPlain(lanes, lane);
      }
    }
    this.#beside?.follow(lanes, count, this.#packets);
  }

  #readKeys(count: number): void {
    const table = this.#table;
    const lanes = this.#lanes;
    readPlainKeys(lanes, count);
    const { anomalies, key, hash } = lanes;
    for (let lane = 0; lane < count; lane++) {
      if (anomalies[lane] !== NOT_PLAIN) hash[lane] = table.hash5(key, lane * LANE_KEY);
    }
  }

  #fetch(count: number): void {
    const table = this.#table;
    const { anomalies, hash, slot } = this.#lanes;
    this.#lanes.removals = table.removals;
    let sink = 0;
    // Loads that no branch waits for: only these overlap.
    for (let lane = 0; lane < count; lane++) sink ^= table.touchIndex(hash[lane]!);
    for (let lane = 0; lane < count; lane++) {
      slot[lane] = anomalies[lane] === NOT_PLAIN ? -1 : table.guess(hash[lane]!);
    }
    const words = table.words;
    for (let lane = 0; lane < count; lane++) {
      const base = Math.max(slot[lane]!, 0) * STRIDE;
      sink ^= words[base]! ^ words[base + SECOND_LINE]!;
    }
    this.#sink ^= sink;
  }

  #decode(lane: number): void {
    const lanes = this.#lanes;
    if (lanes.linkType[lane] === TICK) {
      this.#meter.tick(lanes.time[lane]!, lanes.position[lane]!, lanes.clock[lane]!);
      return;
    }
    const frame = this.#frame;
    lanes.toFrame(lane, frame);
    let packet = this.#packet;
    if (this.#beside) packet = this.#packets[lane] ??= new Packet();
    this.#decoder.decode(frame, packet);
    this.#meter.add(packet, lanes.position[lane]!, lanes.clock[lane]!);
  }
}

import { Frame } from '../../capture/index.ts';
import { type Decoder, NOT_PLAIN, Packet } from '../../decode/index.ts';
import type { BurstBeside } from '../burst.ts';
import { KeyedFrames, LANE_KEY, type Lanes } from '../lanes.ts';
import { readPlainKeys } from '../plain-keys.ts';
import { CONN_BURST, CONN_KEY, ConnLanes } from './lanes.ts';
import { STRIDE } from './slot.ts';
import type { ConnTable } from './table.ts';
import { mayBeTeredo } from './teredo.ts';
import type { ZeekTracker } from './tracker.ts';

const UDP = 17;
const URG = 32;
/** Every frame is decoded here. */
const NO_PACKETS: readonly Packet[] = [];
/** A word in the second cache line of a slot. */
const SECOND_LINE = 16;

/** What a burst does beside tracking. */
export interface TrackerBurstOptions {
  /** Gets every frame that was decoded: those that are not plain, and segments with URG. */
  readonly onPacket?: (packet: Packet) => void;
  /** Somebody else counts the plain frames with the decoder. Default false. */
  readonly uncounted?: boolean;
}

/**
 * Tracks frames a burst at a time. Result and order are those of decoding and adding one by one; the
 * clear version is
 *
 *     decoder.decode(frame, packet); onPacket(packet); tracker.add(packet);
 *
 * Keys of a burst are read first, then all their slots are touched, whose memory the processor fetches
 * side by side, and then each frame finds its connection in the cache. Plain frames, which are most,
 * need no decoding beyond their key. Beside a meter it is given that one's bursts: {@link follow}.
 */
export class TrackerBurst implements BurstBeside {
  readonly #tracker: ZeekTracker;
  readonly #table: ConnTable;
  readonly #decoder: Decoder;
  readonly #onPacket: ((packet: Packet) => void) | undefined;
  readonly #counted: boolean;
  readonly #frames = new KeyedFrames();
  readonly #lanes = new ConnLanes();
  readonly #packet = new Packet();
  readonly #anomalies = new Int32Array(CONN_BURST);
  readonly #frame = new Frame();
  #count = 0;
  /** Keeps the touching of memory from being optimised away. */
  #sink = 0;

  constructor(tracker: ZeekTracker, decoder: Decoder, options: TrackerBurstOptions = {}) {
    this.#tracker = tracker;
    this.#table = tracker.table;
    this.#decoder = decoder;
    this.#onPacket = options.onPacket;
    this.#counted = !options.uncounted;
  }

  /** Takes a frame; its bytes must stay as they are until {@link flush}. */
  add(frame: Frame): void {
    const frames = this.#frames;
    if (frame.bytes !== frames.bytes) {
      this.flush();
      frames.bytes = frame.bytes;
    }
    const lane = this.#count;
    frames.put(lane, frame);
    this.#count = lane + 1;
    if (lane === CONN_BURST - 1) this.flush();
  }

  /** Tracks what waits. */
  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    this.#lanes.frames = this.#frames;
    readPlainKeys(this.#frames, count);
    this.#takeKeys(this.#frames, count);
    this.#track(count, NO_PACKETS);
  }

  /** Tracks frames that a burst of the meter has read and counted, with the packets it has decoded. */
  follow(lanes: Lanes, count: number, packets: readonly Packet[]): void {
    this.#lanes.frames = lanes;
    this.#takeKeys(lanes, count);
    this.#track(count, packets);
  }

  #track(count: number, packets: readonly Packet[]): void {
    this.#fetch(count);
    const tracker = this.#tracker;
    const lanes = this.#lanes;
    for (let lane = 0; lane < count; lane++) {
      if (lanes.plain[lane] === 0) this.#decode(lane, packets);
      else {
        if (this.#counted) this.#decoder.countPlain(this.#anomalies[lane]!);
        tracker.addPlain(lanes, lane);
      }
    }
  }

  /** Takes the keys of plain frames as this table has them. */
  #takeKeys(lanes: KeyedFrames, count: number): void {
    const table = this.#table;
    const { bytes, start, end, originalLength, anomalies, key: read, turned: turns } = lanes;
    const { plain, key, turned, hash } = this.#lanes;
    for (let lane = 0; lane < count; lane++) {
      const from = start[lane]!;
      plain[lane] = 0;
      this.#anomalies[lane] = anomalies[lane]!;
      if (anomalies[lane] === NOT_PLAIN) continue;
      if (this.#isOdd(bytes, from, end[lane]!, originalLength[lane]!)) continue;
      plain[lane] = 1;
      turned[lane] = turns[lane]!;
      const at = lane * CONN_KEY;
      const source = lane * LANE_KEY;
      key[at] = 4 | (bytes[from + 23]! << 8);
      key[at + 1] = read[source + 3]!;
      key[at + 2] = read[source + 1]!;
      key[at + 3] = read[source + 2]!;
      hash[lane] = table.hash4(key, at);
    }
  }

  /** Whether a frame that is plain for the decoder needs the long way here. */
  #isOdd(bytes: Uint8Array, from: number, to: number, originalLength: number): boolean {
    // A frame that says it was shorter than what was captured.
    if (originalLength < to - from) return true;
    if (bytes[from + 23] === UDP) return mayBeTeredo(bytes, from + 42, to);
    return (bytes[from + 47]! & URG) !== 0 && this.#onPacket !== undefined;
  }

  #fetch(count: number): void {
    const table = this.#table;
    const { plain, hash, slot } = this.#lanes;
    this.#lanes.removals = table.removals;
    let sink = 0;
    // Loads that no branch waits for: only these overlap.
    for (let lane = 0; lane < count; lane++) sink ^= table.touchIndex(hash[lane]!);
    for (let lane = 0; lane < count; lane++) {
      slot[lane] = plain[lane] === 0 ? -1 : table.guess(hash[lane]!);
    }
    const words = table.words;
    for (let lane = 0; lane < count; lane++) {
      const base = Math.max(slot[lane]!, 0) * STRIDE;
      sink ^= words[base]! ^ words[base + SECOND_LINE]!;
    }
    this.#sink ^= sink;
  }

  #decode(lane: number, packets: readonly Packet[]): void {
    let packet = this.#packet;
    if (packets !== NO_PACKETS && this.#anomalies[lane] === NOT_PLAIN) packet = packets[lane]!;
    else {
      this.#lanes.frames.toFrame(lane, this.#frame);
      this.#decoder.decode(this.#frame, packet);
    }
    this.#onPacket?.(packet);
    this.#tracker.add(packet);
  }
}

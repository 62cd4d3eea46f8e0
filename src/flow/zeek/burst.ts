import { Frame } from '../../capture/index.ts';
import { type Decoder, NOT_PLAIN, Packet, readPlain } from '../../decode/index.ts';
import { word } from './key.ts';
import { CONN_BURST, CONN_KEY, ConnLanes } from './lanes.ts';
import { STRIDE } from './slot.ts';
import type { ConnTable } from './table.ts';
import { mayBeTeredo } from './teredo.ts';
import type { ZeekTracker } from './tracker.ts';

const ETHERNET = 1;
const UDP = 17;
const URG = 32;
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
 * need no decoding beyond their key.
 */
export class TrackerBurst {
  readonly #tracker: ZeekTracker;
  readonly #table: ConnTable;
  readonly #decoder: Decoder;
  readonly #onPacket: ((packet: Packet) => void) | undefined;
  readonly #counted: boolean;
  readonly #lanes = new ConnLanes();
  readonly #packet = new Packet();
  readonly #nanos = new Int32Array(CONN_BURST);
  readonly #number = new Float64Array(CONN_BURST);
  readonly #linkType = new Int32Array(CONN_BURST);
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
    const lanes = this.#lanes;
    if (frame.bytes !== lanes.bytes) {
      this.flush();
      lanes.bytes = frame.bytes;
    }
    const lane = this.#count;
    lanes.time[lane] = frame.time;
    lanes.start[lane] = frame.start;
    lanes.end[lane] = frame.end;
    lanes.originalLength[lane] = frame.originalLength;
    this.#nanos[lane] = frame.nanos;
    this.#number[lane] = frame.number;
    this.#linkType[lane] = frame.linkType;
    this.#count = lane + 1;
    if (lane === CONN_BURST - 1) this.flush();
  }

  /** Tracks what waits. */
  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    this.#readKeys(count);
    this.#fetch(count);
    const tracker = this.#tracker;
    const lanes = this.#lanes;
    for (let lane = 0; lane < count; lane++) {
      if (lanes.plain[lane] === 0) this.#decode(lane);
      else {
        if (this.#counted) this.#decoder.countPlain(this.#anomalies[lane]!);
        tracker.addPlain(lanes, lane);
      }
    }
  }

  #readKeys(count: number): void {
    const table = this.#table;
    const { bytes, start, end, originalLength, plain, key, turned, hash } = this.#lanes;
    for (let lane = 0; lane < count; lane++) {
      const from = start[lane]!;
      const to = end[lane]!;
      plain[lane] = 0;
      // A frame that says it was shorter than what was captured is odd enough for the long way.
      if (this.#linkType[lane] !== ETHERNET || originalLength[lane]! < to - from) continue;
      const anomalies = readPlain(bytes, from, to, originalLength[lane]!);
      if (anomalies === NOT_PLAIN) continue;
      const protocol = bytes[from + 23]!;
      if (protocol === UDP) {
        if (mayBeTeredo(bytes, from + 42, to)) continue;
      } else if ((bytes[from + 47]! & URG) !== 0 && this.#onPacket) continue;
      plain[lane] = 1;
      this.#anomalies[lane] = anomalies;
      const at = lane * CONN_KEY;
      const source = word(bytes, from + 26);
      const destination = word(bytes, from + 30);
      const ports = word(bytes, from + 34);
      const low = ports >>> 16;
      const high = ports & 0xffff;
      const turn = source >>> 0 > destination >>> 0 || (source === destination && low > high);
      turned[lane] = turn ? 1 : 0;
      key[at] = 4 | (protocol << 8);
      key[at + 1] = turn ? (high << 16) | low : ports;
      key[at + 2] = turn ? destination : source;
      key[at + 3] = turn ? source : destination;
      hash[lane] = table.hash4(key, at);
    }
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

  #decode(lane: number): void {
    const lanes = this.#lanes;
    const frame = this.#frame;
    frame.bytes = lanes.bytes;
    frame.time = lanes.time[lane]!;
    frame.start = lanes.start[lane]!;
    frame.end = lanes.end[lane]!;
    frame.originalLength = lanes.originalLength[lane]!;
    frame.nanos = this.#nanos[lane]!;
    frame.number = this.#number[lane]!;
    frame.linkType = this.#linkType[lane]!;
    this.#decoder.decode(frame, this.#packet);
    this.#onPacket?.(this.#packet);
    this.#tracker.add(this.#packet);
  }
}

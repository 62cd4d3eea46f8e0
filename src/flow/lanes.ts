import type { Frame } from '../capture/index.ts';
import type { Packet } from '../decode/index.ts';

/** Frames that wait together: their cache lines fit the first cache, and their misses overlap. */
export const BURST = 64;
/** Words of a lane's key. */
export const LANE_KEY = 5;

/** The frames of one burst as columns; a lane is one frame. */
export class BurstFrames {
  bytes: Uint8Array = new Uint8Array(0);
  readonly time: Float64Array = new Float64Array(BURST);
  readonly start: Int32Array = new Int32Array(BURST);
  readonly end: Int32Array = new Int32Array(BURST);
  readonly originalLength: Float64Array = new Float64Array(BURST);
  readonly nanos: Int32Array = new Int32Array(BURST);
  readonly number: Float64Array = new Float64Array(BURST);
  readonly linkType: Int32Array = new Int32Array(BURST);

  /** Notes the frame's place, not its bytes. */
  put(lane: number, frame: Frame): void {
    this.time[lane] = frame.time;
    this.start[lane] = frame.start;
    this.end[lane] = frame.end;
    this.originalLength[lane] = frame.originalLength;
    this.nanos[lane] = frame.nanos;
    this.number[lane] = frame.number;
    this.linkType[lane] = frame.linkType;
  }

  /** Gives a lane back as a frame. */
  toFrame(lane: number, frame: Frame): void {
    frame.bytes = this.bytes;
    frame.time = this.time[lane]!;
    frame.start = this.start[lane]!;
    frame.end = this.end[lane]!;
    frame.originalLength = this.originalLength[lane]!;
    frame.nanos = this.nanos[lane]!;
    frame.number = this.number[lane]!;
    frame.linkType = this.linkType[lane]!;
  }
}

/** Frames with the keys of those that are plain, see `readPlain`. */
export class KeyedFrames extends BurstFrames {
  /** Anomalies of a plain frame, or `NOT_PLAIN`; the rest is known of plain lanes alone. */
  readonly anomalies: Int32Array = new Int32Array(BURST);
  /** As `FlowKey.words` has them. */
  readonly key: Int32Array = new Int32Array(BURST * LANE_KEY);
  readonly turned: Uint8Array = new Uint8Array(BURST);
}

/** Frames with what the meter asks of them. */
export class Lanes extends KeyedFrames {
  /** As `Meter.add` takes them. */
  readonly position: Float64Array = new Float64Array(BURST);
  readonly clock: Float64Array = new Float64Array(BURST);
  readonly hash: Int32Array = new Int32Array(BURST);
  /** Where the table had the flow when the burst began; -1: nowhere. */
  readonly slot: Int32Array = new Int32Array(BURST);
  /** `FlowTable.removals` at that moment. */
  removals = 0;

  /** Gives a plain lane's packet as far as the meter asks: time, bytes and anomalies. */
  toPacket(lane: number, packet: Packet): void {
    packet.time = this.time[lane]!;
    packet.bytes = this.bytes;
    packet.start = this.start[lane]!;
    packet.end = this.end[lane]!;
    packet.anomalyLow = this.anomalies[lane]!;
    packet.anomalyHigh = 0;
  }
}

import type { Frame } from '../../capture/index.ts';

/** Frames a worker may get of one block. */
const LANES = 16_384;
/** Bytes of frames a block holds at first. */
const BLOCK_BYTES = 1 << 20;

/** In the place of a link type: no frame, queues are to be looked at. */
export const LANE_TICK = -1;
/** Added to the link type: an ICMP error whose own flow is another worker's. */
export const LANE_ERROR = 1 << 30;

/** Bytes of all columns of a lane. */
const LANE_BYTES = 40;

/** The frames of one worker in a block: columns in shared memory, one row a frame. */
export class FrameLanes {
  readonly time: Float64Array;
  readonly clock: Float64Array;
  readonly position: Float64Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly originalLength: Uint32Array;
  /** Of the frame; or {@link LANE_TICK}, or with {@link LANE_ERROR}. */
  readonly linkType: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(LANES * LANE_BYTES)) {
    let at = 0;
    const take = (bytes: number): number => {
      at += bytes * LANES;
      return at - bytes * LANES;
    };
    this.time = new Float64Array(memory, take(8), LANES);
    this.clock = new Float64Array(memory, take(8), LANES);
    this.position = new Float64Array(memory, take(8), LANES);
    this.start = new Int32Array(memory, take(4), LANES);
    this.end = new Int32Array(memory, take(4), LANES);
    this.originalLength = new Uint32Array(memory, take(4), LANES);
    this.linkType = new Int32Array(memory, take(4), LANES);
  }

  /** The shared memory, to be handed to the worker. */
  get memory(): SharedArrayBuffer {
    return this.time.buffer as SharedArrayBuffer;
  }
}

/** A stretch of the capture on its way to the threads: its bytes, and lanes for each thread. */
export class Block {
  readonly id: number;
  readonly lanes: readonly FrameLanes[];
  readonly counts: Int32Array;
  bytes: Uint8Array = new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES));
  /** The threads have its memory. */
  known = false;
  /** Threads that have not given it back. */
  pending = 0;

  constructor(id: number, threads: number) {
    this.id = id;
    this.lanes = Array.from({ length: threads }, () => new FrameLanes());
    this.counts = new Int32Array(threads);
  }

  /**
   * Gives a thread a lane. @param from where the block's bytes begin in the frame's
   * @returns true when the thread has hardly room for more: a frame takes at most three lanes
   */
  put(thread: number, frame: Frame, from: number, at: LanePlace): boolean {
    const lanes = this.lanes[thread]!;
    const lane = this.counts[thread]!;
    this.counts[thread] = lane + 1;
    lanes.time[lane] = frame.time;
    lanes.clock[lane] = at.clock;
    lanes.position[lane] = at.position;
    lanes.start[lane] = frame.start - from;
    lanes.end[lane] = frame.end - from;
    lanes.originalLength[lane] = frame.originalLength;
    lanes.linkType[lane] = at.tick ? LANE_TICK : frame.linkType | (at.error ? LANE_ERROR : 0);
    return lane >= LANES - 4;
  }

  /** Copies the bytes in. */
  fill(bytes: Uint8Array): void {
    if (this.bytes.length < bytes.length) {
      this.bytes = new Uint8Array(new SharedArrayBuffer(bytes.length));
      this.known = false;
    }
    this.bytes.set(bytes);
  }
}

/** Where a lane stands among all packets, and what it is. One object is reused. */
export interface LanePlace {
  position: number;
  clock: number;
  tick: boolean;
  error: boolean;
}

/** Frames a worker may get of one chunk. */
const LANES = 16_384;
/** Bytes of frames a chunk holds at least. */
const CHUNK_BYTES = 1 << 20;

/** A lane is a frame to be metered. */
export const LANE_FRAME = 0;
/** A lane says that queues are to be looked at. */
export const LANE_TICK = 1;
/** A lane is an ICMP error whose own flow is another worker's, about a flow of this one. */
export const LANE_ERROR = 2;

/** What one worker is to do with a chunk: columns in shared memory, one row a lane. */
export class Block {
  readonly time: Float64Array;
  readonly clock: Float64Array;
  readonly position: Float64Array;
  readonly number: Float64Array;
  readonly originalLength: Float64Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly nanos: Int32Array;
  readonly linkType: Int32Array;
  readonly kind: Uint8Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(LANES * 57)) {
    let at = 0;
    const floats = (): Float64Array => new Float64Array(memory, take(8), LANES);
    const words = (): Int32Array => new Int32Array(memory, take(4), LANES);
    const take = (bytes: number): number => {
      at += bytes * LANES;
      return at - bytes * LANES;
    };
    this.time = floats();
    this.clock = floats();
    this.position = floats();
    this.number = floats();
    this.originalLength = floats();
    this.start = words();
    this.end = words();
    this.nanos = words();
    this.linkType = words();
    this.kind = new Uint8Array(memory, take(1), LANES);
  }

  /** The shared memory, to be handed to the worker. */
  get memory(): SharedArrayBuffer {
    return this.time.buffer as SharedArrayBuffer;
  }

  /** Lanes of a block. */
  get capacity(): number {
    return LANES;
  }
}

/** Frames on their way to the workers: their bytes, and a block for each worker. */
export class Chunk {
  readonly id: number;
  readonly blocks: readonly Block[];
  readonly counts: Int32Array;
  bytes: Uint8Array;
  /** Workers that have not given it back. */
  pending = 0;

  constructor(id: number, workers: number) {
    this.id = id;
    this.blocks = Array.from({ length: workers }, () => new Block());
    this.counts = new Int32Array(workers);
    this.bytes = new Uint8Array(new SharedArrayBuffer(CHUNK_BYTES));
  }

  /** Copies the frames' bytes in, and moves the lanes' offsets from `from` to the beginning. */
  fill(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (this.bytes.length < length) this.bytes = new Uint8Array(new SharedArrayBuffer(length));
    this.bytes.set(bytes.subarray(from, to));
    for (let worker = 0; worker < this.blocks.length; worker++) {
      const { start, end } = this.blocks[worker]!;
      for (let lane = this.counts[worker]! - 1; lane >= 0; lane--) {
        start[lane]! -= from;
        end[lane]! -= from;
      }
    }
  }
}

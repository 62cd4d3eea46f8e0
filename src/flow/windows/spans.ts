import { WiresiftError } from '../../base/index.ts';

/** Parts a window is cut into: its far edge moves in steps of an eighth of its length. */
export const BUCKETS = 8;

/** The windows unless told otherwise, in seconds. */
export const DEFAULT_WINDOWS: readonly number[] = [1, 10, 60, 600];

/** More windows than this make rows too wide to be of use. */
const MOST_WINDOWS = 8;
/** Longest window over shortest: stamps are 16 bits of ticks, and half of them is slack. */
const MOST_RATIO = 4000;

function refuse(windows: readonly number[], expected: string): never {
  throw new WiresiftError({
    code: 'WINDOWS_LENGTHS',
    where: 'option windows',
    saw: `[${windows.join(', ')}]`,
    expected,
    todo: 'Choose other lengths, such as 1, 10, 60 and 600 seconds',
  });
}

function checkLengths(windows: readonly number[]): void {
  const shortest = windows[0]!;
  if (windows.length === 0 || windows.length > MOST_WINDOWS) {
    refuse(windows, `1 to ${MOST_WINDOWS} windows`);
  }
  if (!(shortest > 0) || !Number.isInteger((shortest * 1e6) / BUCKETS)) {
    refuse(windows, 'a shortest window of a multiple of 8 microseconds');
  }
  for (let i = 1; i < windows.length; i++) {
    const whole = Number.isInteger(windows[i]! / windows[i - 1]!);
    if (!whole || windows[i]! <= windows[i - 1]! || windows[i]! / shortest > MOST_RATIO) {
      refuse(windows, `each a multiple of the one before, at most ${MOST_RATIO} times the first`);
    }
  }
}

/**
 * Time cut into ticks (an eighth of the shortest window) and, for each window, into buckets (an eighth
 * of its length). At a tick the window holds the current bucket and the seven before it: from seven
 * eighths of its length to the whole, whatever came before the tick. Buckets begin at multiples of
 * their length since 1970-01-01 UTC, so no result depends on when the input begins.
 */
export class Spans {
  readonly count: number;
  readonly windows: readonly number[];
  readonly tickMicros: number;
  /** Ticks of the longest window. */
  readonly longest: number;
  /** Ticks of one bucket, a window each, and their reciprocals. */
  readonly bucketTicks: Float64Array;
  readonly inverse: Float64Array;
  /**
   * The tick this stands at; for each window its current bucket's number, the bucket's place in a ring of
   * eight, and the first tick inside.
   */
  tick = -1;
  readonly bucket: Float64Array;
  readonly head: Int32Array;
  readonly first: Float64Array;

  /**
   * @param windows lengths in seconds, rising, each a whole multiple of the one before
   * @throws WiresiftError `WINDOWS_LENGTHS`
   */
  constructor(windows: readonly number[] = DEFAULT_WINDOWS) {
    checkLengths(windows);
    this.windows = windows;
    this.count = windows.length;
    this.tickMicros = (windows[0]! * 1e6) / BUCKETS;
    this.bucketTicks = Float64Array.from(windows, (length) => Math.round(length / windows[0]!));
    this.inverse = this.bucketTicks.map((ticks) => 1 / ticks);
    this.longest = this.bucketTicks[this.count - 1]! * BUCKETS;
    this.bucket = new Float64Array(this.count);
    this.head = new Int32Array(this.count);
    // Before any time, so that the first move is one of every window.
    this.first = new Float64Array(this.count).fill(-Infinity);
  }

  /** The tick of a time in microseconds, at most 2^53 of them; what is no time is tick 0. */
  tickAt(micros: number): number {
    return micros > 0 ? Math.floor(Math.min(micros, Number.MAX_SAFE_INTEGER) / this.tickMicros) : 0;
  }

  /** Stands at this tick. */
  moveTo(tick: number): void {
    if (tick === this.tick) return;
    this.tick = tick;
    for (let w = 0; w < this.count; w++) {
      const ticks = this.bucketTicks[w]!;
      const inside = tick - this.first[w]! - (BUCKETS - 1) * ticks;
      if (inside >= 0 && inside < ticks) continue;
      const bucket = Math.floor(tick / ticks);
      this.bucket[w] = bucket;
      this.head[w] = bucket & (BUCKETS - 1);
      this.first[w] = (bucket - BUCKETS + 1) * ticks;
    }
  }
}

/**
 * Where one host stands in its windows: everything relative to the host's own base tick, so that a
 * stamp fits 16 bits. Stamp 0 is never; stamps below every `first` are long ago.
 */
export class Moment {
  /** The current stamp. */
  stamp = 0;
  /** First stamp inside each window. */
  readonly first: Int32Array;
  /** Place of each window's current bucket in its ring of eight. */
  readonly head: Int32Array;
  readonly inverse: Float64Array;
  readonly windows: number;

  constructor(spans: Spans) {
    this.windows = spans.count;
    this.first = new Int32Array(spans.count);
    this.head = spans.head;
    this.inverse = spans.inverse;
  }

  /** Stands where `spans` stands, seen from `base`, which lies more than the longest window before. */
  set(spans: Spans, base: number): void {
    this.stamp = spans.tick - base;
    for (let w = 0; w < this.windows; w++) this.first[w] = spans.first[w]! - base;
  }
}

import type { Frame } from '../frame.ts';

const TWO_32 = 0x1_0000_0000;
/** Times are told from 2^32 seconds before 1970 to 2^32 after (the year 2106), in microseconds. */
const LIMIT = TWO_32 * 1e6;
const EXACT_LIMIT = BigInt(LIMIT);

/** How an interface counts time: what `if_tsresol` and `if_tsoffset` say. */
export interface TimeScale {
  /** Units are microseconds or nanoseconds (read with doubles), or anything else (with BigInt). */
  readonly kind: 'micro' | 'nano' | 'other';
  readonly unitsPerSecond: bigint;
  /** Added to every time, in seconds; may be negative. */
  readonly offsetSeconds: bigint;
  /** The same in microseconds, rounded when it is out of all range. */
  readonly offsetMicros: number;
}

/**
 * @param resolution the `if_tsresol` octet: a negative power of 10, or of 2 when the top bit is set
 * @param offsetSeconds `if_tsoffset`
 */
export function timeScale(resolution: number, offsetSeconds: bigint): TimeScale {
  const exponent = BigInt(resolution & 0x7f);
  return {
    kind: resolution === 6 ? 'micro' : resolution === 9 ? 'nano' : 'other',
    unitsPerSecond: resolution & 0x80 ? 1n << exponent : 10n ** exponent,
    offsetSeconds,
    offsetMicros: Number(offsetSeconds) * 1e6,
  };
}

/**
 * Sets `frame.time` (whole microseconds) and `frame.nanos` from a count of units in two 32-bit
 * halves: exactly, rounding down past the nanosecond.
 * @returns false when the time lies 2^32 seconds or more from 1970: no clock says so, but files
 * that hold their halves wrongly do. Then the seconds are kept modulo 2^32, as libpcap's users see
 * them, so that the distances between packets stay.
 */
export function setTime(frame: Frame, scale: TimeScale, high: number, low: number): boolean {
  let micros: number;
  let nanos = 0;
  if (scale.kind === 'micro') {
    micros = high * TWO_32 + low;
  } else if (scale.kind === 'nano') {
    // 2^32 = 4,294,967 * 1000 + 296, so the rest stays far under 2^53.
    const rest = high * 296 + low;
    const quotient = Math.floor(rest / 1000);
    micros = high * 4_294_967 + quotient;
    nanos = rest - quotient * 1000;
  } else {
    return setTimeSlowly(frame, scale, high, low);
  }
  const time = micros + scale.offsetMicros;
  if (micros < LIMIT && time > -LIMIT && time < LIMIT) {
    frame.time = time;
    frame.nanos = nanos;
    return true;
  }
  return setTimeSlowly(frame, scale, high, low);
}

function setTimeSlowly(frame: Frame, scale: TimeScale, high: number, low: number): boolean {
  const units = (BigInt(high) << 32n) | BigInt(low);
  const nanos = (units * 1_000_000_000n) / scale.unitsPerSecond;
  const exact = nanos / 1000n + scale.offsetSeconds * 1_000_000n;
  const inRange = exact > -EXACT_LIMIT && exact < EXACT_LIMIT;
  const time = inRange ? exact : ((exact % EXACT_LIMIT) + EXACT_LIMIT) % EXACT_LIMIT;
  frame.time = Number(time);
  frame.nanos = Number(nanos % 1000n);
  return inRange;
}

import { type Interval, wilson } from '../base/index.ts';

export { type Interval, wilson };

/**
 * A figure as plain data. JSON has no NaN: an undefined value is null, and then `reason` says why.
 */
export interface Measure {
  readonly value: number | null;
  readonly reason?: string;
  readonly interval?: Interval;
}

/** A figure, or null with the reason when it is NaN. */
export function measure(value: number, reason: string, interval?: Interval): Measure {
  if (Number.isNaN(value)) return { value: null, reason };
  return interval && !Number.isNaN(interval.low) ? { value, interval } : { value };
}

/** `hits / total` with Wilson's interval, or null with the reason when `total` is 0. */
export function proportion(hits: number, total: number, reason: string): Measure {
  return total === 0 ? { value: null, reason } : measure(hits / total, reason, wilson(hits, total));
}

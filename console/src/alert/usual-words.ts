import type { UsualValue } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { percentText } from '../parts/words.ts';

type Bars = NonNullable<UsualValue['bars']>;

/** Share of the width that the bar for 0 takes beside a logarithmic scale, and the gap after it. */
export const ZERO = 6;
const GAP = 2;

/** A value with its unit, where that is known. */
export const withUnit = (value: number, unit: string | undefined): string =>
  `${numberText(value)}${unit === undefined ? '' : ` ${unit}`}`;

/** Where the alert's value lies among all, in words. */
export function placeText({ place, rows }: UsualValue): string {
  if (!place || rows === 0) return '';
  const { below, same, above } = place;
  // A value that many share is told by how many: it is neither rare nor at an edge.
  if (same / rows >= 0.05) return `${percentText(same / rows)} of flows have just this value`;
  if (above === 0) return below === 0 ? '' : 'no flow has more';
  if (below === 0) return 'no flow has less';
  return below > above
    ? `${percentText(above / rows)} of flows have more`
    : `${percentText(below / rows)} of flows have less`;
}

/** `usually 0.1 s to 12 s`: the middle nine tenths. */
export function usuallyText({ quantiles = [], unit }: UsualValue): string {
  const [low, , middle, , high] = quantiles;
  if (low === undefined || middle === undefined || high === undefined) return '';
  if (low === high) return `usually ${withUnit(middle, unit)}`;
  return `nine in ten from ${numberText(low)} to ${withUnit(high, unit)}, half at most ${numberText(middle)}`;
}

/** Where values lie on the width of the picture, 0 to 100. */
export interface Ruler {
  at(value: number): number;
  /** Values worth a tick, rising. */
  readonly ticks: readonly number[];
}

/** Powers of ten within, at most so many. */
function decades(low: number, high: number, most: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const found: number[] = [];
  for (let power = first; power <= last; power += step) found.push(10 ** power);
  return found;
}

/** The scale of the bars: even, or logarithmic with a place of its own for 0. */
export function rulerOf(bars: Bars, scale: UsualValue['scale']): Ruler {
  const wide = bars.filter(({ from, to }) => to > from);
  const [low, high] = [wide[0]?.from ?? bars[0]!.from, wide.at(-1)?.to ?? bars.at(-1)!.to];
  const within = (share: number): number => Math.max(0, Math.min(1, share));
  if (scale !== 'log' || low <= 0) {
    const middle = (low + high) / 2;
    return {
      at: (value) => (high > low ? 100 * within((value - low) / (high - low)) : 50),
      ticks: high > low ? [low, middle, high] : [low],
    };
  }
  const zero = bars.some(({ from, to }) => from === 0 && to === 0);
  const start = zero ? ZERO + GAP : 0;
  const range = Math.log(high / low);
  const powers = decades(low, high, 5);
  return {
    at: (value) =>
      value <= 0
        ? ZERO / 2
        : start + (100 - start) * within(range > 0 ? Math.log(value / low) / range : 0),
    ticks: [...(zero ? [0] : []), ...(powers.length > 1 ? powers : [low, high])],
  };
}

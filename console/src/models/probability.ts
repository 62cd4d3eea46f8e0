import type { ModelCurve } from '../../../src/serve/wire.ts';

type Bin = ModelCurve['reliability'][number];

/** A share with the bounds of its 95 % interval. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What a score was worth in the evaluation. */
export interface Worth extends Share {
  readonly bin: Bin;
  /** Share of hostile rows in the evaluation. */
  readonly prevalence: number;
}

/** The rows that scored alike, and how many of them were hostile; undefined where none did. */
export function worthOf(curve: ModelCurve | undefined, score: number): Worth | undefined {
  const { reliability = [], positives, negatives } = curve ?? {};
  const within = Math.min(1, Math.max(0, score));
  const bin = reliability.find(({ from, to }) => within >= from && (within < to || to === 1));
  if (!bin || positives == null || negatives == null) return undefined;
  const prevalence = positives / (positives + negatives);
  return { bin, value: bin.share, low: bin.low, high: bin.high, prevalence };
}

/**
 * The same score where another share of the flows is hostile: the odds change by the ratio of the odds
 * before any score (Elkan 2001), as long as hostile and harmless flows score as they did.
 */
export function atPrevalence(worth: Worth, prevalence: number): Share {
  const before = worth.prevalence / (1 - worth.prevalence);
  const ratio = prevalence / (1 - prevalence) / before;
  const move = (share: number): number => {
    if (share <= 0 || share >= 1) return share;
    const odds = (share / (1 - share)) * ratio;
    return odds / (1 + odds);
  };
  return { value: move(worth.value), low: move(worth.low), high: move(worth.high) };
}

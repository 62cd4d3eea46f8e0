import { asObject } from './json.ts';
import { refuseStored } from './stored.ts';

/**
 * Where a model is too unsure to answer, beside its threshold in the file. Two questions are asked of
 * a row: hostile or harmless, and which class; a row may be sure of the first and not of the second.
 */
export interface Abstention {
  /** A score above `from` and below `to`, around the threshold, is told neither way. */
  readonly from: number;
  readonly to: number;
  /** A row whose highest probability is below it is told no class; 0 with two classes. */
  readonly class: number;
  /** `error<=0.01`, `fixed`. */
  readonly method: string;
  /** How it was chosen and what it reached there; plain data. */
  readonly detail: unknown;
}

/**
 * How sure a score is of its side of a threshold: 0.5 at the threshold, 1 at the ends of the scale. At
 * a threshold of 0.5 it is the probability of the likelier side.
 */
export function harmConfidence(score: number, threshold: number): number {
  if (score < threshold) return 0.5 + (threshold - score) / (2 * threshold);
  return threshold < 1 ? 0.5 + (score - threshold) / (2 * (1 - threshold)) : 1;
}

/** The scores strictly between which {@link harmConfidence} is below `least`. */
export function unsureScores(threshold: number, least: number): { from: number; to: number } {
  const reach = Math.min(1, Math.max(0, 2 * least - 1));
  const above = Math.max(0, 1 - threshold);
  return { from: threshold * (1 - reach), to: threshold + above * reach };
}

/** @throws WiresiftError `MODEL_FILE` unless its scores lie around the threshold */
export function readAbstention(value: unknown, threshold: number, where: string): Abstention {
  const found = asObject(value);
  if (!found) return refuseStored(where, typeof value, 'an object');
  const number = (name: string): number => {
    const own = found[name];
    if (typeof own === 'number' && Number.isFinite(own) && own >= 0) return own;
    return refuseStored(`${where}, ${name}`, String(own).slice(0, 40), 'a number from 0');
  };
  const [from, to, least] = [number('from'), number('to'), number('class')];
  if (!(from <= threshold && threshold <= to)) {
    refuseStored(where, `${from} to ${to}`, `scores around the threshold, ${threshold}`);
  }
  const { method, detail } = found;
  if (typeof method !== 'string') return refuseStored(where, 'no method', 'its name');
  return { from, to, class: least, method, detail };
}

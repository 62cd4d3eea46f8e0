import type { FileRecord } from '../store/index.ts';

/** What of a file could not be judged, by reason. */
export interface Dropped {
  readonly reason: DropReason;
  readonly count: number;
}

/**
 * Why something was left out. `link-type`: frames of a kind of network that is not decoded;
 * `damaged`: places where the capture itself is broken; `bad-row`: rows of a flow log.
 */
export const DROP_REASONS = ['link-type', 'damaged', 'bad-row'] as const;

/** A word of {@link DROP_REASONS}. */
export type DropReason = (typeof DROP_REASONS)[number];

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Sum of all numbers in a list of records; 0 for anything else. */
function sumOf(lists: unknown): number {
  if (!Array.isArray(lists)) return 0;
  return lists
    .flatMap((counts) => Object.values((counts ?? {}) as object))
    .reduce((sum: number, count) => sum + number(count), 0);
}

/** What an analysis could not judge, of a file's facts; reasons that count nothing too. */
export function droppedOf(facts: FileRecord['facts']): Dropped[] {
  return [
    { reason: 'link-type', count: sumOf(facts['unsupportedLinkTypes']) },
    { reason: 'damaged', count: sumOf(facts['fileAnomalies']) },
    { reason: 'bad-row', count: number(facts['badRows']) },
  ];
}

/** Whether bounds of memory, or damage, left something of a file out. */
export function isIncomplete(facts: FileRecord['facts']): boolean {
  const counters = number(facts['late']) + number(facts['evidenceDropped']);
  const evicted = sumOf(facts['evicted']) + number(facts['hostsUnkept']);
  const lost = sumOf(facts['losses']);
  return (
    counters + evicted + lost + droppedOf(facts).reduce((sum, { count }) => sum + count, 0) > 0
  );
}

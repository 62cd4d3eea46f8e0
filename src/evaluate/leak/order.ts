import { timesOf } from '../truth.ts';
import type { LeakFinding, Protocol } from './protocol.ts';
import { percent, touched } from './rows.ts';

/** One host or scenario on both sides. */
export function groupOverlap({ data, train, test, split }: Protocol): LeakFinding[] {
  const { groups, groupNames } = data;
  // Groups of one row each, or one group of all, say nothing.
  if (groupNames.length < 2 || groupNames.length * 2 > data.table.rows) return [];
  const inTrain = new Set<number>();
  for (const row of train.rows) inTrain.add(groups[row]!);
  let rows = 0;
  const shared = new Set<number>();
  for (const row of test.rows) {
    if (!inTrain.has(groups[row]!)) continue;
    shared.add(groups[row]!);
    rows++;
  }
  if (shared.size === 0) return [];
  const [first] = shared;
  return [
    {
      name: 'group-overlap',
      // A later time of the same network is what a detector meets; a publisher's split is given.
      weight: split === 'time' || split === 'published' ? 'note' : 'leak',
      where: 'split',
      text: `${shared.size} groups, such as ${groupNames[first!]}, stand in both parts, with ${percent(rows, test.rows.length)} of the test rows.`,
      todo: 'Split by group (--split grouped), so that no host or scenario is on both sides',
    },
  ];
}

/** Training rows that come after test rows. */
export function futureInTraining({ data, train, test, split }: Protocol): LeakFinding[] {
  const times = timesOf(data.table);
  if (!times || split === 'grouped' || split === 'published') return [];
  let first = Number.POSITIVE_INFINITY;
  for (const row of test.rows) first = Math.min(first, times[row]!);
  let later = 0;
  for (const row of train.rows) if (times[row]! >= first) later++;
  if (later === 0 || !Number.isFinite(first)) return [];
  return [
    {
      name: 'future-in-training',
      weight: 'leak',
      where: 'split',
      text: `${later} training rows (${percent(later, train.rows.length)}) are not earlier than the first test row.`,
      todo: 'Split by time (--split time): learn from the past alone',
    },
  ];
}

/** Features that look back over a stretch of traffic which the other part shares. */
export function windowsStraddle(protocol: Protocol): LeakFinding[] {
  const { data, train, test, lookBackSeconds = 0 } = protocol;
  const times = timesOf(data.table);
  if (!times || !(lookBackSeconds > 0)) return [];
  const reach = lookBackSeconds * 1e6;
  const marks = touched(data.table.rows, train);
  const taught = Float64Array.from(
    [...marks.keys()].filter((row) => marks[row] && !Number.isNaN(times[row]!)),
    (row) => times[row]!,
  ).sort();
  let straddling = 0;
  for (const row of test.rows) {
    const time = times[row]!;
    let low = 0;
    let high = taught.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (taught[middle]! < time - reach) low = middle + 1;
      else high = middle;
    }
    // The windows of two rows overlap when their times are closer than the reach.
    if (low < taught.length && taught[low]! <= time + reach) straddling++;
  }
  if (straddling === 0) return [];
  return [
    {
      name: 'windows-straddle',
      weight: 'leak',
      where: 'split',
      text: `${straddling} test rows (${percent(straddling, test.rows.length)}) lie within ${lookBackSeconds} s of a training row, and their features look back that far.`,
      todo: `Split by time and leave ${lookBackSeconds} s between the parts (--embargo ${lookBackSeconds})`,
    },
  ];
}

import { percentText } from '../figure-text.ts';
import { timesOf } from '../truth.ts';
import type { LeakFinding, Protocol } from './protocol.ts';
import { touched } from './rows.ts';

/** Groups with rows in both parts, and the test rows that belong to them. */
function sharedGroups(
  groups: Int32Array,
  { train, test }: Protocol,
): { readonly shared: ReadonlySet<number>; readonly rows: number } {
  const inTrain = new Set<number>();
  for (const row of train.rows) inTrain.add(groups[row]!);
  let rows = 0;
  const shared = new Set<number>();
  for (const row of test.rows) {
    if (!inTrain.has(groups[row]!)) continue;
    shared.add(groups[row]!);
    rows++;
  }
  return { shared, rows };
}

/** One host or scenario on both sides. */
export function groupOverlap(protocol: Protocol): LeakFinding[] {
  return [...splitOverlap(protocol), ...ownOverlap(protocol)];
}

function splitOverlap(protocol: Protocol): LeakFinding[] {
  const { data, test, split } = protocol;
  const { groups, groupNames } = data;
  // Groups of one row each, or one group of all, say nothing.
  if (groupNames.length < 2 || groupNames.length * 2 > data.table.rows) return [];
  const { shared, rows } = sharedGroups(groups, protocol);
  if (shared.size === 0) return [];
  const [first] = shared;
  return [
    {
      name: 'group-overlap',
      // A later time of the same network is what a detector meets; a publisher's split is given.
      weight: split === 'time' || split === 'published' ? 'note' : 'leak',
      where: 'split',
      text: `${shared.size} groups, such as ${groupNames[first!]}, stand in both parts, with ${percentText(rows, test.rows.length)} of the test rows.`,
      todo: 'Split by group (--split grouped), so that no host or scenario is on both sides',
    },
  ];
}

/** Hosts on both sides of a split that went by something else. */
function ownOverlap(protocol: Protocol): LeakFinding[] {
  const { ownGroups } = protocol;
  if (!ownGroups || ownGroups.groupNames.length < 2) return [];
  const { shared } = sharedGroups(ownGroups.groups, protocol);
  if (shared.size === 0) return [];
  return [
    {
      name: 'group-overlap',
      weight: 'note',
      where: 'split',
      text: `The split went by other groups: ${shared.size} of ${ownGroups.groupNames.length} hosts or scenarios stand in both parts.`,
      todo: 'Judge on other hosts too (--groups host)',
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
      text: `${later} training rows (${percentText(later, train.rows.length)}) are not earlier than the first test row.`,
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
      text: `${straddling} test rows (${percentText(straddling, test.rows.length)}) lie within ${lookBackSeconds} s of a training row, and their features look back that far.`,
      todo: `Split by time and leave ${lookBackSeconds} s between the parts (--embargo ${lookBackSeconds})`,
    },
  ];
}

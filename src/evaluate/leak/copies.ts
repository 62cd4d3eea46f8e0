import { identicalGroups } from '../../datasets/index.ts';
import type { Column, Table } from '../../table/index.ts';
import { percentText } from '../figure-text.ts';
import type { LeakFinding, LeakWeight, Protocol } from './protocol.ts';
import { touched } from './rows.ts';

/** Share of test rows with a twin in training that is more than chance meetings of small flows. */
const TOLERATED = 0.01;
/** Digits kept of a number when near-duplicates are looked for. */
const DIGITS = 2;

/** Test rows whose group also holds training rows. */
function twins(groups: Int32Array, { data, train, test }: Protocol): number {
  const inTrain = touched(data.table.rows, train);
  const met = new Set<number>();
  for (let row = 0; row < inTrain.length; row++) if (inTrain[row]) met.add(groups[row]!);
  let shared = 0;
  for (const row of test.rows) if (!inTrain[row] && met.has(groups[row]!)) shared++;
  return shared;
}

/**
 * Whether equal rows on both sides are the split's doing. Flows of one kind look alike for ever: what
 * comes later, or from another host, may repeat what was seen, and a detector may know it again. But
 * rows drawn at random part the copies of one event.
 */
const weightOf = ({ split }: Protocol): LeakWeight => (split === 'random' ? 'leak' : 'note');

/**
 * One record under two row numbers: equal in every column, times and addresses included. Not asked of
 * data without times, where two equal rows may be two events.
 */
export function sameRecords(protocol: Protocol): LeakFinding[] {
  const { table } = protocol.data;
  const names = table.schema.columns.filter(({ role }) => role !== 'label').map(({ name }) => name);
  const shared = twins(identicalGroups(table, names).groups, protocol);
  if (shared === 0) return [];
  return [
    {
      name: 'same-records',
      weight: 'leak',
      where: 'split',
      text: `${shared} test rows (${percentText(shared, protocol.test.rows.length)}) are equal to a training row in every column, times and addresses included.`,
      todo: 'Remove repeated records before the split',
    },
  ];
}

/** Equal in every feature. */
export function identicalVectors(protocol: Protocol): LeakFinding[] {
  const { groups } = identicalGroups(protocol.data.table, protocol.features);
  const shared = twins(groups, protocol);
  const rows = protocol.test.rows.length;
  if (shared <= TOLERATED * rows) return [];
  return [
    {
      name: 'identical-vectors',
      weight: weightOf(protocol),
      where: 'split',
      text: `${shared} test rows (${percentText(shared, rows)}) are equal to a training row in every feature.`,
      todo: 'Split by identical feature vector (--groups vector), by host or by time',
    },
  ];
}

function rounded(values: Float64Array): Float64Array {
  return values.map((value) => {
    if (value === 0 || !Number.isFinite(value)) return value;
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - DIGITS + 1);
    return Math.round(value / unit) * unit;
  });
}

/** Equal in every feature once numbers keep two digits: the same event with a little noise. */
export function nearDuplicates(protocol: Protocol): LeakFinding[] {
  const { table } = protocol.data;
  const wanted = new Set(protocol.features);
  const columns = table.columns.map((column, index): Column => {
    if (column.kind === 'text' || !wanted.has(table.schema.columns[index]!.name)) return column;
    return { kind: 'number', values: rounded(column.values) };
  });
  const exact = twins(identicalGroups(table, protocol.features).groups, protocol);
  const blurred: Table = { ...table, columns };
  const near = twins(identicalGroups(blurred, protocol.features).groups, protocol) - exact;
  const rows = protocol.test.rows.length;
  const others = rows - exact;
  // Only where features are rich do close rows mean one event: few coarse columns meet by chance.
  if (others === 0 || near <= NEAR * others) return [];
  return [
    {
      name: 'near-duplicates',
      weight: weightOf(protocol),
      where: 'split',
      text: `${near} test rows (${percentText(near, rows)}) differ from a training row by less than two digits in every feature.`,
      todo: 'Split by host, by scenario or by time, so that one event stays on one side',
    },
  ];
}

/** Share of the test rows that are no exact copies. */
const NEAR = 0.25;

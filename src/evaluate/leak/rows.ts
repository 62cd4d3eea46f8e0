import { percentText } from '../figure-text.ts';
import type { LeakFinding, Protocol } from './protocol.ts';

/** 1 at each row of the table that a part holds or was made from. */
export function touched(
  rows: number,
  part: { readonly rows: Int32Array; readonly parents?: Int32Array },
): Uint8Array {
  const marks = new Uint8Array(rows);
  for (const row of part.rows) if (row >= 0) marks[row] = 1;
  for (const row of part.parents ?? []) if (row >= 0) marks[row] = 1;
  return marks;
}

/** Rows that stand in both parts. Made rows are {@link resampledBeforeSplit}'s. */
export function sameRows({ data, train, test }: Protocol): LeakFinding[] {
  const plain = (part: Protocol['train']): Int32Array =>
    part.rows.filter((_, i) => (part.parents?.[i] ?? -1) < 0);
  const marks = touched(data.table.rows, { rows: plain(train) });
  const counts = new Uint8Array(data.table.rows);
  let shared = 0;
  for (const row of plain(test)) {
    if (!marks[row] || counts[row]) continue;
    counts[row] = 1;
    shared++;
  }
  if (shared === 0 || repeats(train.rows) || repeats(test.rows)) return [];
  return [
    {
      name: 'same-rows',
      weight: 'leak',
      where: 'split',
      text: `${shared} rows stand in the training part and in the test part.`,
      todo: 'Part the rows so that each stands in one part only',
    },
  ];
}

function repeats(rows: Int32Array): boolean {
  return new Set(rows).size < rows.length;
}

/**
 * Rows drawn again (oversampling) or made between two rows (SMOTE) before the split: a copy or a parent
 * stands on the other side.
 */
export function resampledBeforeSplit({ data, train, test }: Protocol): LeakFinding[] {
  const made = (part: Protocol['train']): boolean =>
    repeats(part.rows) || (part.parents?.some((parent) => parent >= 0) ?? false);
  if (!made(train) && !made(test)) return [];
  const ofTrain = touched(data.table.rows, train);
  const ofTest = touched(data.table.rows, test);
  let shared = 0;
  for (let row = 0; row < ofTrain.length; row++) if (ofTrain[row] && ofTest[row]) shared++;
  if (shared === 0) return [];
  return [
    {
      name: 'resampled-before-split',
      weight: 'leak',
      where: 'resampling',
      text: `${shared} rows have copies, or rows made from them, in the training part and in the test part.`,
      todo: 'Split first; resample the training rows alone',
    },
  ];
}

/** Test rows that nobody saw on a wire: made, or drawn more than once. */
export function syntheticTestRows({ test }: Protocol): LeakFinding[] {
  let made = 0;
  const seen = new Set<number>();
  test.rows.forEach((row, i) => {
    if ((test.parents?.[i] ?? -1) >= 0 || seen.has(row)) made++;
    seen.add(row);
  });
  if (made === 0) return [];
  return [
    {
      name: 'synthetic-test-rows',
      weight: 'leak',
      where: 'test part',
      text: `${made} of ${test.rows.length} test rows are made or repeated: no network carried them.`,
      todo: 'Judge on rows as they were seen; resample the training rows alone',
    },
  ];
}

/** The test part's classes may differ from the data's by this factor before it looks chosen. */
const CHOSEN = 3;
const FEWEST = 20;

/**
 * Test rows picked by their label: the positives' share there is far from that of all rows outside
 * training, as when a test set is balanced. Precision then says nothing of a real network.
 */
export function testRowsChosen({ data, train, test, split }: Protocol): LeakFinding[] {
  // A publisher's test file, a later time or another host may well carry another mix.
  if (split !== 'random') return [];
  const inTrain = touched(data.table.rows, train);
  const classes = data.classes.length + 1;
  const rest = new Float64Array(classes);
  const own = new Float64Array(classes);
  let others = 0;
  for (let row = 0; row < inTrain.length; row++) {
    if (inTrain[row]) continue;
    rest[data.labels[row]! + 1]!++;
    others++;
  }
  for (const row of test.rows) own[data.labels[row]! + 1]!++;
  const findings: LeakFinding[] = [];
  for (let c = 0; c < classes; c++) {
    const expected = rest[c]! / Math.max(1, others);
    const found = own[c]! / Math.max(1, test.rows.length);
    if (rest[c]! < FEWEST || found <= expected * CHOSEN) continue;
    const name = c === 0 ? 'unlabelled' : data.classes[c - 1]!;
    findings.push({
      name: 'test-rows-chosen',
      weight: 'leak',
      where: 'test part',
      text: `Class ${name} is ${percentText(found, 1)} of the test rows but ${percentText(expected, 1)} of the rows they were taken from.`,
      todo: 'Keep the test rows as they come; weigh or resample training rows instead',
    });
  }
  return findings;
}

/** A threshold, parameters, columns or a stop chosen on rows that then judge. */
export function chosenOnTest({ data, test, decisions }: Protocol): LeakFinding[] {
  const marks = touched(data.table.rows, test);
  const findings: LeakFinding[] = [];
  for (const { what, rows } of decisions ?? []) {
    let shared = 0;
    for (const row of rows) if (marks[row]) shared++;
    if (shared === 0) continue;
    findings.push({
      name: 'chosen-on-test',
      weight: 'leak',
      where: what,
      text: `${what} was chosen on ${shared} rows of the test part.`,
      todo: 'Choose on a validation part of the training rows',
    });
  }
  return findings;
}

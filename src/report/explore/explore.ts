import { stopRequested } from '../../base/index.ts';
import { identicalGroups } from '../../datasets/index.ts';
import { harmlessClass } from '../../evaluate/index.ts';
import { schemaId, type Table } from '../../table/index.ts';
import { associations } from './associations.ts';
import { type RowClasses, rowClasses } from './classes.ts';
import type { ColumnSummary, Counted, Exploration } from './exploration.ts';
import { findingsOf } from './findings.ts';
import { scanLeaks } from './leaks.ts';
import { summariseNumbers } from './numbers.ts';
import { type CountryOf, placesOf } from './places.ts';
import { timeLineOf } from './time-line.ts';
import { summariseWords } from './words.ts';

/** What is explored: rows, and the truth about them where it is known. */
export interface ExploreInput {
  /** What people call it: `ton-iot`, `capture.pcap`. */
  readonly name: string;
  readonly table: Table;
  readonly hash?: string;
  readonly problems?: number;
  readonly classes?: readonly string[];
  /** One class a row, -1 where unknown. */
  readonly labels?: Int32Array;
}

/** How to explore. */
export interface ExploreOptions {
  /** Of the leak scan's halves. Default 1. */
  readonly seed?: number;
  readonly countryOf?: CountryOf;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Steps besides one a column in the summaries and one in the leak scan. */
const OTHER_STEPS = 4;

function duplicatesOf(table: Table, classes: RowClasses): Exploration['duplicates'] {
  const { groups, groupNames } = identicalGroups(table);
  const label = new Int32Array(groupNames.length).fill(-1);
  const size = new Uint32Array(groupNames.length);
  const mixed = new Uint8Array(groupNames.length);
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row]!;
    size[group]!++;
    if (label[group] === -1) label[group] = classes.codes[row]!;
    else if (label[group] !== classes.codes[row]) mixed[group] = 1;
  }
  let conflicting = 0;
  for (let group = 0; group < size.length; group++) if (mixed[group]) conflicting += size[group]!;
  return { rows: table.rows - groupNames.length, distinct: groupNames.length, conflicting };
}

function countsOf(classes: RowClasses): Counted[] {
  const counts = new Uint32Array(classes.names.length);
  for (const code of classes.codes) counts[code]!++;
  return classes.names.map((name, index) => ({ name, rows: counts[index]! }));
}

function majorityOf(counts: readonly Counted[], known: number): Exploration['majority'] {
  const labelled = counts.slice(0, known);
  const rows = labelled.reduce((sum, one) => sum + one.rows, 0);
  if (rows === 0) return null;
  const largest = labelled.reduce((best, one) => (one.rows > best.rows ? one : best));
  return { class: largest.name, share: largest.rows / rows };
}

/**
 * Looks at every column, every pair, every class: what stands in the data, and what a reader must
 * know before training on them. Equal input and seed give equal output.
 * @throws WiresiftError `ABORTED`
 */
export async function explore(
  input: ExploreInput,
  options: ExploreOptions = {},
): Promise<Exploration> {
  const { table, labels } = input;
  const classes = rowClasses(table.rows, input.classes, labels);
  const total = table.columns.length * 2 + OTHER_STEPS;
  let done = 0;
  const step = async (): Promise<void> => {
    options.onProgress?.(++done, total);
    await new Promise((resolve) => setImmediate(resolve));
    if (options.signal?.aborted) throw stopRequested('explore');
  };
  const columns: ColumnSummary[] = [];
  for (const [index, spec] of table.schema.columns.entries()) {
    const column = table.columns[index]!;
    columns.push(
      column.kind === 'number'
        ? summariseNumbers(spec, column.values, classes)
        : summariseWords(spec, column, classes),
    );
    await step();
  }
  const duplicates = duplicatesOf(table, classes);
  await step();
  const pairs = associations(table);
  await step();
  const harmless = classes.known > 1 ? harmlessClass(classes.names.slice(0, classes.known)) : -1;
  const hostile =
    harmless < 0
      ? undefined
      : Uint8Array.from(classes.codes, (code) => Number(code < classes.known && code !== harmless));
  const places = placesOf(table, hostile, options.countryOf);
  await step();
  const leaks = await scanLeaks(table, classes, {
    seed: options.seed ?? 1,
    onColumn: () => options.onProgress?.(++done, total),
  });
  const counts = countsOf(classes);
  const found = {
    data: {
      name: input.name,
      hash: input.hash ?? null,
      schema: schemaId(table.schema),
      rows: table.rows,
      columns: table.columns.length,
      problems: input.problems ?? 0,
    },
    classes: counts,
    majority: majorityOf(counts, classes.known),
    duplicates,
    columns,
    associations: pairs,
    leaks,
    places,
    timeLine: timeLineOf(table, classes),
  };
  return { version: 1, findings: findingsOf(found), ...found };
}

import { Random, WiresiftError } from '../base/index.ts';
import { identicalGroups } from '../datasets/index.ts';
import { chooseFeatures, emptyColumns } from '../features/index.ts';
import { type LabelledTable, schemaId } from '../table/index.ts';
import { carveValidation, makeSplit, type Split, type SplitPlan } from './split.ts';
import { harmlessClass, timesOf } from './truth.ts';

/** A labelled set to learn from and to be judged on. */
export interface TransferSet {
  readonly name: string;
  readonly data: LabelledTable;
  /** Rows from this one on are the publisher's test rows. */
  readonly testFrom?: number;
}

/** Classes as transfer has them, whatever the set calls its own. */
export const TRANSFER_CLASSES = ['harmless', 'hostile'];

/** What is known of a set before any fit; plain data. */
export interface SetFacts {
  readonly name: string;
  readonly dataset: string;
  readonly hash: string;
  readonly view: string;
  readonly hostile: number;
  readonly harmless: number;
  /** Rows of unknown class: they neither teach nor judge. */
  readonly unknown: number;
  readonly trained: number;
  readonly judged: number;
  /** How its rows were parted, or why it can only be judged on. */
  readonly splitText: string;
}

/** A set ready for the matrix. */
export interface ReadySet {
  readonly facts: SetFacts;
  /** With {@link TRANSFER_CLASSES}. */
  readonly data: LabelledTable;
  /** Empty where the set has rows of one class only. */
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
  /** Features without a single value in this set. */
  readonly empty: readonly string[];
}

/** The set with hostile and harmless as its classes. */
function binary(data: LabelledTable): LabelledTable {
  const harmless = harmlessClass(data.classes);
  const labels = data.labels.map((label) => (label < 0 ? -1 : label === harmless ? 0 : 1));
  return { ...data, classes: TRANSFER_CLASSES, labels };
}

function bothClasses({ labels }: LabelledTable, rows: Int32Array | undefined): boolean {
  if (!rows) return false;
  let hostile = 0;
  for (const row of rows) hostile += labels[row]!;
  return hostile > 0 && hostile < rows.length;
}

/**
 * Splits to try, the most telling first. Where the validation rows of one would be of one class, they
 * are drawn from its training rows at random: they choose a threshold and nothing else.
 */
function plansOf({ testFrom }: TransferSet, data: LabelledTable, seed: number): SplitPlan[] {
  const grouped = { kind: 'grouped', testFraction: 0.4, seed } as const;
  if (testFrom !== undefined) return [{ kind: 'official', testFrom, manner: 'stratified' }];
  const times = timesOf(data.table);
  const timed = times?.some((time) => !Number.isNaN(time)) ?? false;
  return timed ? [{ kind: 'time', trainFraction: 0.6, by: 'rows' }, grouped] : [grouped];
}

const VALIDATION = 0.25;

/** A split, or nothing where a part would have no row: the next way to part them may do. */
function attempt(make: () => Split): Split | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof WiresiftError && error.code === 'SPLIT') return undefined;
    throw error;
  }
}

function splitSet(set: TransferSet, data: LabelledTable, seed: number): Split | undefined {
  const rows = Int32Array.from(data.labels.keys()).filter((row) => data.labels[row]! >= 0);
  const times = timesOf(data.table);
  for (const plan of plansOf(set, data, seed)) {
    const groups =
      plan.kind === 'grouped' ? { groups: identicalGroups(data.table).groups } : undefined;
    const input = { rows, labels: data.labels, ...groups, ...(times ? { times } : {}) };
    for (const manner of plan.kind === 'official'
      ? [plan.manner]
      : [plan.kind, 'stratified' as const]) {
      const split = attempt(() =>
        carveValidation({ ...makeSplit(input, plan), manner }, input, {
          fraction: VALIDATION,
          seed,
          by: 'rows',
        }),
      );
      const parts = [split?.train, split?.validation, split?.test];
      if (split && parts.every((part) => bothClasses(data, part))) return split;
    }
  }
  return undefined;
}

/** At most so many of the rows, drawn at random, in their order. */
function capped(rows: Int32Array, most: number, random: Random): Int32Array {
  if (rows.length <= most) return rows;
  const drawn = rows.slice();
  random.shuffle(drawn);
  return drawn.slice(0, most).sort();
}

/**
 * Parts a set honestly: as its publisher did, else by time, else with equal rows on one side. A set of
 * one class is only judged on.
 * @throws WiresiftError `EXPERIMENT` for a set without a labelled row
 */
export function readySet(
  set: TransferSet,
  { seed, maxRows }: { readonly seed: number; readonly maxRows: number },
): ReadySet {
  const data = binary(set.data);
  const counts = [0, 0, 0];
  for (const label of data.labels) counts[label + 1]!++;
  const [unknown, harmless, hostile] = counts as [number, number, number];
  if (harmless + hostile === 0) {
    throw new WiresiftError({
      code: 'EXPERIMENT',
      where: `set ${set.name}`,
      saw: 'no row of a known class',
      expected: 'hostile or harmless rows',
      todo: 'Say what its rows are: FILE@hostile or FILE@harmless',
      exitCode: 2,
    });
  }
  const split = harmless > 0 && hostile > 0 ? splitSet(set, data, seed) : undefined;
  const labelled = Int32Array.from(data.labels.keys()).filter((row) => data.labels[row]! >= 0);
  const random = new Random(seed).fork(`transfer ${set.name}`);
  const train = capped(split?.train ?? new Int32Array(0), maxRows, random);
  const test = split?.test ?? labelled;
  const features = chooseFeatures(data.table.schema, { allowOffline: true }).map(
    ({ name }) => name,
  );
  return {
    facts: {
      name: set.name,
      dataset: data.dataset,
      hash: data.hash,
      view: schemaId(data.table.schema),
      hostile,
      harmless,
      unknown,
      trained: train.length,
      judged: test.length,
      splitText: split?.detail.text ?? 'judged only: no split has both classes in every part',
    },
    data,
    train,
    validation: split?.validation ?? new Int32Array(0),
    test,
    empty: emptyColumns(data.table).filter((name) => features.includes(name)),
  };
}

/**
 * Labelled rows of the set's training part: `count` of them, each class by its share, one of each at
 * least.
 */
export function drawLabelled({ data, train }: ReadySet, count: number, random: Random): Int32Array {
  const shuffled = train.slice();
  random.shuffle(shuffled);
  const of = (label: number): Int32Array => shuffled.filter((row) => data.labels[row] === label);
  const hostile = of(1);
  const share = Math.round((count * hostile.length) / train.length);
  const wanted = Math.min(count - 1, Math.max(1, share));
  return Int32Array.from([...hostile.slice(0, wanted), ...of(0).slice(0, count - wanted)]).sort();
}

/** What the user says of rows that the data set gives no class. */
export interface ToldRows {
  readonly firstRow: number;
  readonly rows: number;
  readonly hostile: boolean;
  /** Only rows whose label holds this; absent: all of them. */
  readonly word?: string;
}

/** The data with classes for rows of unknown class, as told. Rows of a known class keep theirs. */
export function withToldLabels(data: LabelledTable, told: readonly ToldRows[]): LabelledTable {
  const labels = data.labels.slice();
  const harmless = harmlessClass(data.classes);
  const hostile = data.classes.findIndex((_, label) => label !== harmless);
  const { codes, dictionary } = data.rawLabel;
  for (const { firstRow, rows, hostile: bad, word } of told) {
    for (let row = firstRow; row < firstRow + rows; row++) {
      if (labels[row]! >= 0) continue;
      if (word !== undefined && !dictionary[codes[row]!]?.includes(word)) continue;
      labels[row] = bad ? hostile : harmless;
    }
  }
  return { ...data, labels };
}

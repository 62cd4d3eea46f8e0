import { createHash } from 'node:crypto';
import { Random } from '../../../src/base/index.ts';
import type { Protocol } from '../../../src/evaluate/leak/index.ts';
import { defaultSpec, fitPipeline } from '../../../src/features/index.ts';
import {
  type Column,
  type ColumnSpec,
  type LabelledTable,
  numbers,
  type Schema,
} from '../../../src/table/index.ts';

export const ROWS = 3000;
export const HOSTS = 30;
const SECOND = 1e6;
const START = 1_700_000_000 * SECOND;

export const all: Int32Array = Int32Array.from({ length: ROWS }, (_, row) => row);
const random = new Random(11);
const host = all.map(() => random.int(HOSTS));
/** A third of the hosts attack, for a part of the time. */
const hostile = all.map((row) => Number(host[row]! % 3 === 0 && random.next() < 0.7));

const spec = (name: string, type: ColumnSpec['type'], role: ColumnSpec['role']): ColumnSpec => ({
  name,
  type,
  role,
  meaning: name,
  live: true,
});

const numberColumn = (cell: (row: number) => number): Column => ({
  kind: 'number',
  values: Float64Array.from(all, cell),
});

function textColumn(cell: (row: number) => string): Column {
  const words = Array.from(all, cell);
  const dictionary = [...new Set(words)];
  return { kind: 'text', codes: Int32Array.from(words, (w) => dictionary.indexOf(w)), dictionary };
}

/** A column that a test adds. */
export interface Extra {
  readonly name: string;
  readonly cells: (row: number) => number | string;
}

/** What a test may ask of {@link madeData}. */
export interface Made {
  readonly extra?: readonly Extra[];
  readonly timed?: boolean;
  readonly grouped?: boolean;
  /** Rows that repeat another one's cells: `[row, of]`. */
  readonly copies?: readonly (readonly [number, number])[];
  /** Copies are of the features alone, not of time and address. */
  readonly featuresOnly?: boolean;
}

/** Labels and hosts, for planting. */
export const truth: Int32Array = hostile;
export const hostOf: Int32Array = host;

/** Flows of thirty hosts over 3000 s: nothing in them leaks; classes differ, but overlap. */
export function madeData(made: Made = {}): LabelledTable {
  const { timed = true, grouped = true, extra = [] } = made;
  const draw = new Random(5);
  const normal = (): number => draw.normal();
  const columns: [ColumnSpec, Column][] = [];
  if (timed) {
    columns.push([
      spec('StartTime', 'time', 'time'),
      numberColumn((row) => START + row * SECOND + draw.int(1000)),
    ]);
  }
  columns.push(
    [spec('SrcAddr', 'text', 'identity'), textColumn((row) => `10.0.0.${host[row]}`)],
    [spec('Dur', 'number', 'feature'), numberColumn(() => Math.exp(normal()))],
    [
      spec('Bytes', 'number', 'feature'),
      numberColumn((row) => Math.exp(6 + hostile[row]! + 1.5 * normal())),
    ],
    [spec('Rate', 'number', 'feature'), numberColumn((row) => normal() + 0.8 * hostile[row]!)],
    [spec('Proto', 'text', 'feature'), textColumn(() => ['tcp', 'udp', 'icmp'][draw.int(3)]!)],
  );
  for (const { name, cells } of extra) {
    const text = typeof cells(0) === 'string';
    columns.push([
      spec(name, text ? 'text' : 'number', 'feature'),
      text ? textColumn((row) => String(cells(row))) : numberColumn((row) => Number(cells(row))),
    ]);
  }
  const labels = hostile.slice();
  for (const [row, of] of made.copies ?? []) {
    for (const [{ role }, column] of columns) {
      if (made.featuresOnly && role !== 'feature') continue;
      const cells = column.kind === 'number' ? column.values : column.codes;
      cells[row] = cells[of]!;
    }
    labels[row] = labels[of]!;
  }
  const schema: Schema = { name: 'made', version: 1, columns: columns.map(([one]) => one) };
  return {
    table: { schema, rows: ROWS, columns: columns.map(([, column]) => column) },
    dataset: 'made',
    classes: ['normal', 'attack'],
    labels,
    rawLabel: textColumn((row) => (labels[row] ? 'attack' : 'normal')) as LabelledTable['rawLabel'],
    groups: grouped ? host : new Int32Array(ROWS),
    groupNames: grouped ? Array.from({ length: HOSTS }, (_, h) => `10.0.0.${h}`) : ['all'],
    hash: 'made',
    problems: [],
    problemCount: 0,
  };
}

export const features = ['Dur', 'Bytes', 'Rate', 'Proto'];

/** Rows before and after 60 % of the time, with a gap of seconds between them. */
export function timeParts(gap = 0): { train: Int32Array; test: Int32Array } {
  const cut = ROWS * 0.6;
  return { train: all.filter((row) => row < cut), test: all.filter((row) => row >= cut + gap + 1) };
}

/** Whole hosts on either side. */
export function hostParts(): { train: Int32Array; test: Int32Array } {
  const later = (row: number): boolean => host[row]! % 5 === 0;
  return { train: all.filter((row) => !later(row)), test: all.filter(later) };
}

/** Rows drawn at random. */
export function randomParts(): { train: Int32Array; test: Int32Array } {
  const draw = new Random(3);
  const side = all.map(() => Number(draw.next() < 0.3));
  return { train: all.filter((row) => !side[row]), test: all.filter((row) => side[row]!) };
}

/** A preparation fitted on the rows named, as its hash. */
export function fitOn(rows: Int32Array, columns: readonly string[] = features) {
  return (data: LabelledTable): string => {
    const chosen = defaultSpec(data.table.schema, { only: columns });
    const pipeline = fitPipeline(chosen, data.table, rows);
    return createHash('sha256').update(JSON.stringify(pipeline)).digest('hex');
  };
}

/** Mean of a column by label over rows: a target encoding. */
export function targetMeans(rows: Int32Array, column: string) {
  return (data: LabelledTable): string => {
    const values = numbers(data.table, column);
    const sums = [0, 0];
    for (const row of rows) sums[data.labels[row]! > 0 ? 1 : 0]! += values[row]!;
    return sums.join(' ');
  };
}

/** A protocol over parts, with what a test changes. */
export function protocolOf(
  data: LabelledTable,
  { train, test }: { train: Int32Array; test: Int32Array },
  rest: Partial<Protocol> & Pick<Protocol, 'split'>,
): Protocol {
  return {
    data,
    train: { rows: train },
    test: { rows: test },
    features,
    fit: fitOn(train),
    seed: 1,
    ...rest,
  };
}

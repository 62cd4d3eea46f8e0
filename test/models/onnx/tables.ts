import { Random } from '../../../src/base/index.ts';
import {
  defaultSpec,
  fitPipeline,
  type Matrix,
  type Pipeline,
} from '../../../src/features/index.ts';
import { argusSchema } from '../../../src/flow/index.ts';
import {
  type Column,
  NumberBuilder,
  type Schema,
  type Table,
  TextBuilder,
} from '../../../src/table/index.ts';

const feature = { role: 'feature', meaning: 'generated', live: true } as const;

/** Two numbers and a word. */
export const mixedSchema: Schema = {
  name: 'mixed',
  version: 1,
  columns: [
    { name: 'size', type: 'number', ...feature },
    { name: 'rate', type: 'number', ...feature },
    { name: 'kind', type: 'text', ...feature },
  ],
};

const WORDS = ['tcp', 'udp', 'icmp', 'Ä é', '', 'a"b', 'arp', 'igmp'];

/** Rows with empty cells, repeated and large numbers, both signs, and words of all lengths. */
export function mixedRows(rows: number, random: Random): Table {
  const sizes = new NumberBuilder();
  const rates = new NumberBuilder();
  const kinds = new TextBuilder();
  for (let i = 0; i < rows; i++) {
    const large = random.next() < 0.05;
    sizes.push(random.next() < 0.1 ? Number.NaN : random.int(6) - (large ? 1e9 : 1));
    rates.push(i % 50 === 7 ? Number.POSITIVE_INFINITY : random.normal() * (large ? 1e-9 : 40));
    const word = random.next() < 0.03 ? `rare${random.int(30)}` : WORDS[random.int(WORDS.length)]!;
    if (word === '') kinds.push(undefined);
    else kinds.push(word);
  }
  return { schema: mixedSchema, rows, columns: [sizes, rates, kinds].map((each) => each.finish()) };
}

const STATES = [
  'CON',
  'INT',
  'FSPA_FSPA',
  'S_RA',
  '_FSA',
  'FSRPAUEC_',
  'S_',
  'ECO',
  '',
  'URP',
  'S_R_A',
];
const LETTERS = 'FSRPAUEC';

function state(random: Random): string {
  if (random.next() < 0.6) return STATES[random.int(STATES.length)]!;
  // Some have a letter more than the two sides hold together.
  const letter = (): string => LETTERS[random.int(LETTERS.length)]!;
  const side = (most: number): string => Array.from({ length: random.int(most) }, letter).join('');
  return `${side(12)}_${side(9)}`;
}

function argusColumn(name: string, type: string, rows: number, random: Random): Column {
  if (type === 'text') {
    const words = new TextBuilder();
    for (let i = 0; i < rows; i++) {
      const word = name === 'State' ? state(random) : WORDS[random.int(WORDS.length)]!;
      words.push(word === '' ? undefined : word);
    }
    return words.finish();
  }
  const cells = new NumberBuilder();
  for (let i = 0; i < rows; i++) {
    const none = random.next() < 0.1;
    const value = name.endsWith('Tos') ? random.int(3) : Math.floor(random.exponential(500));
    cells.push(none ? Number.NaN : random.next() < 0.1 ? 0 : value);
  }
  return cells.finish();
}

/** Rows of the argus view through its default pipeline. */
export function argusRows(rows: number): { table: Table; pipeline: Pipeline; matrix: Matrix } {
  const random = new Random(9);
  const columns = argusSchema.columns.map(({ name, type }) =>
    argusColumn(name, type, rows, random),
  );
  const table: Table = { schema: argusSchema, rows, columns };
  const pipeline = fitPipeline(defaultSpec(argusSchema), table);
  return { table, pipeline, matrix: pipeline.transform(table) };
}

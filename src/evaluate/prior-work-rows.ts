import { Random, WiresiftError } from '../base/index.ts';
import { smotenc } from '../features/index.ts';
import { type Table, textAt } from '../table/index.ts';

/**
 * What goes wrong in a step: rows of the test part reach training, or rows are lost that matter.
 */
export type Flaw = 'leaks' | 'loses rows' | 'unrealistic' | '';

/** One step of the protocol, counted. */
export interface ProtocolStep {
  readonly name: string;
  readonly rows: number;
  readonly hostile: number;
  readonly flaw: Flaw;
  readonly note: string;
}

/** Choices of {@link priorWorkProtocol}; the defaults are the protocol's. */
export interface PriorWorkOptions {
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Share of rows that are not From-Botnet to drop at random. Default {@link DROPPED}. */
  readonly dropShare?: number;
  /** Default 0.25. */
  readonly testFraction?: number;
  /** Share of the time span before the honest cut. Default 0.6. */
  readonly trainFraction?: number;
}

/** 2.74 million of the 2,783,675 other rows of CTU-13's first scenario were dropped. */
export const DROPPED = 2_740_000 / 2_783_675;

/** Number columns of the protocol. */
export const NUMBERS = ['Dur', 'TotPkts', 'TotBytes'];
/** Text columns of the protocol. */
export const WORDS = ['Proto', 'Dir', 'State'];

/** Rows as the protocol hands them to the split. */
export interface Prepared {
  readonly table: Table;
  readonly labels: Int32Array;
  readonly synthetic: Uint8Array;
  readonly steps: readonly ProtocolStep[];
}

function count(rows: Int32Array, truth: Int32Array): { rows: number; hostile: number } {
  let hostile = 0;
  for (let i = 0; i < rows.length; i++) hostile += truth[rows[i]!]!;
  return { rows: rows.length, hostile };
}

/**
 * Everything that the protocol does before it parts the rows.
 * @throws WiresiftError `PRIOR_WORK` when no complete row of a class is left
 */
export function prepare(
  table: Table,
  truth: Int32Array,
  rows: Int32Array,
  options: PriorWorkOptions,
): Prepared {
  const random = new Random(options.seed).fork('prior work');
  const dropShare = options.dropShare ?? DROPPED;
  const kept = rows.filter((row) => truth[row] === 1 || random.next() >= dropShare);
  const full = kept.filter((row) => isComplete(table, row));
  const before = count(kept, truth);
  const after = count(full, truth);
  if (after.hostile === 0 || after.hostile === after.rows) {
    throw new WiresiftError({
      code: 'PRIOR_WORK',
      where: 'prior work protocol, after dropping rows with empty cells',
      saw: `${after.hostile} From-Botnet of ${after.rows} rows`,
      expected: 'rows of both classes',
      todo: 'Give a larger file, or a smaller dropShare',
    });
  }
  const raised = smotenc(table, truth, full, {
    seed: options.seed,
    columns: [...NUMBERS, ...WORDS],
  });
  const made = raised.synthetic.reduce((sum, value) => sum + value, 0);
  const hostile = raised.labels.reduce((sum, value) => sum + value, 0);
  return {
    ...raised,
    steps: [
      { name: 'file', ...count(rows, truth), flaw: '', note: 'From-Botnet against all else' },
      {
        name: 'drop other rows at random',
        ...before,
        flaw: 'unrealistic',
        note: `${rows.length - kept.length} rows gone: prevalence is no longer that of the network`,
      },
      {
        name: 'drop rows with an empty cell',
        ...after,
        flaw: 'loses rows',
        note: `${before.hostile - after.hostile} From-Botnet and ${before.rows - before.hostile - after.rows + after.hostile} other rows gone, one-way flows above all`,
      },
      {
        name: 'SMOTE-NC to 50/50',
        rows: raised.labels.length,
        hostile,
        flaw: 'leaks',
        note: `${made} rows made up, before the split: neighbours of test rows train`,
      },
    ],
  };
}

/** Whether every cell of the row has a value. */
export function isComplete(table: Table, row: number): boolean {
  for (const column of table.columns) {
    if (column.kind === 'number' ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0) {
      return false;
    }
  }
  return true;
}

/** Row numbers of a random split. */
export interface Parts {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** A plain random split, classes and copies notwithstanding. */
export function randomSplit(rows: number, options: PriorWorkOptions): Parts {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  new Random(options.seed).fork('prior work split').shuffle(order);
  const test = Math.max(1, Math.round(rows * (options.testFraction ?? 0.25)));
  return { test: order.slice(0, test).sort(), train: order.slice(test).sort() };
}

/** Counts what the split lets through: made-up rows, and copies of training rows. */
export function splitStep(prepared: Prepared, split: Parts): ProtocolStep {
  const seen = new Set<string>();
  for (const row of split.train) seen.add(vectorKey(prepared.table, row));
  let copies = 0;
  let made = 0;
  let hostile = 0;
  for (const row of split.test) {
    if (seen.has(vectorKey(prepared.table, row))) copies++;
    made += prepared.synthetic[row]!;
    hostile += prepared.labels[row]!;
  }
  return {
    name: 'random split, test part',
    rows: split.test.length,
    hostile,
    flaw: 'leaks',
    note: `${made} test rows are made up; ${copies} have an exact copy in training`,
  };
}

/** The six feature cells of a row as text. */
function vectorKey(table: Table, row: number): string {
  const { schema, columns } = table;
  return schema.columns
    .flatMap(({ name }, i): (string | number)[] => {
      const column = columns[i]!;
      if (column.kind === 'number') return NUMBERS.includes(name) ? [column.values[row]!] : [];
      return WORDS.includes(name) ? [textAt(column, row) ?? ''] : [];
    })
    .join('\n');
}

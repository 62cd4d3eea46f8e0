import { WiresiftError } from '../base/index.ts';
import { emptyColumns } from '../features/index.ts';
import { schemaId, textTable } from '../table/index.ts';
import type { Scorer, Watch } from './experiment.ts';
import { measureText } from './figure-text.ts';
import { sourceColumns } from './prepare.ts';
import { judgeRows, type TransferFigures } from './transfer-fit.ts';
import type { TransferSet } from './transfer-sets.ts';
import { harmlessClass } from './truth.ts';

/** How a finished model did on a set that had no part in its making. */
export interface Elsewhere {
  readonly name: string;
  readonly dataset: string;
  /** SHA-256 of the set's bytes as read. */
  readonly hash: string;
  /** Rows of unknown class: they do not judge. */
  readonly unknown: number;
  /** Columns that the model reads and that have no value in this set. */
  readonly empty: readonly string[];
  readonly figures: TransferFigures;
}

/**
 * Refuses a set that says nothing of other networks, before anything is trained.
 * @throws WiresiftError `EXPERIMENT` for another view, the data that train, or no labelled row
 */
export function checkElsewhere(
  { name, data }: TransferSet,
  own: { readonly schema: string; readonly hash: string },
): void {
  const schema = schemaId(data.table.schema);
  const wrong = (saw: string, expected: string): never => {
    throw new WiresiftError({
      code: 'EXPERIMENT',
      where: `set ${name}`,
      saw,
      expected,
      todo: 'Name another set, or leave it out',
      exitCode: 2,
    });
  };
  if (schema !== own.schema) wrong(`columns of ${schema}`, `columns of ${own.schema}`);
  if (data.hash === own.hash) wrong('the very data that train', 'other data');
  if (data.labels.every((label) => label < 0)) {
    wrong('no row of a known class', 'hostile or harmless rows (FILE@hostile says what they are)');
  }
}

/** Judges a finished model, at its own threshold, on every labelled row of another set. */
export async function judgeElsewhere(
  { model, pipeline, threshold }: Scorer & { readonly threshold: { readonly value: number } },
  { name, data }: TransferSet,
  watch: Watch = {},
): Promise<Elsewhere> {
  const rows = Int32Array.from(data.labels.keys()).filter((row) => data.labels[row]! >= 0);
  const harmless = harmlessClass(data.classes);
  const truth = Uint8Array.from(rows, (row) => (data.labels[row] === harmless ? 0 : 1));
  const read = new Set(sourceColumns(pipeline, data.table));
  return {
    name,
    dataset: data.dataset,
    hash: data.hash,
    unknown: data.labels.length - rows.length,
    empty: emptyColumns(data.table).filter((column) => read.has(column)),
    figures: await judgeRows(
      { model, pipeline, threshold: threshold.value },
      { data, rows, truth },
      watch,
    ),
  };
}

/** Titles of {@link elsewhereRows}. */
export const ELSEWHERE_HEAD = [
  'set',
  'rows',
  'hostile',
  'average precision',
  'ROC AUC',
  'FPR',
  'recall',
  'columns without a value',
];

/** What {@link elsewhereRows} tells, in words. */
export const ELSEWHERE_TEXT =
  'The same model at the same threshold, on sets that had no part in its making. Guessing has the share of hostile rows as average precision and 0.5 as ROC AUC.';

/** One line a set. */
export function elsewhereRows(found: readonly Elsewhere[]): (string | number)[][] {
  return found.map(({ name, dataset, figures, empty }) => [
    `${name} (${dataset})`,
    figures.rows,
    measureText({ value: figures.prevalence }),
    measureText(figures.averagePrecision),
    measureText(figures.rocAuc),
    measureText(figures.falsePositiveRate),
    measureText(figures.recall),
    empty.length === 0 ? 'none' : empty.length,
  ]);
}

/** {@link elsewhereRows} for the terminal. */
export function elsewhereText(found: readonly Elsewhere[]): string {
  const columns = ELSEWHERE_HEAD.map(
    (title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const,
  );
  return `On other networks. ${ELSEWHERE_TEXT}\n${textTable(
    columns,
    elsewhereRows(found).map((row) => row.map(String)),
  )}\n`;
}

import { CODES, MOST_CODED, MOST_WORDS, UNSEEN_CODE } from '../../features/index.ts';
import type { FitInput, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import type { Rows } from './prepare.ts';

/** A cell that no word has: it stands for the mean of the words learned from. */
export const MEAN_CODE = UNSEEN_CODE - 1;
/** The name by which a network's tables of embeddings begin. */
export const TABLES = 'categories';

/** A column of codes, which an embedding has a table for: a row a word, one for the mean, one for the rest. */
export interface CodeColumn {
  /** Its place in the order of names. */
  readonly column: number;
  /** Codes from 0 on that have rows of their own. */
  readonly words: number;
}

/** Where columns of codes stand in the order of names. */
export const codePlaces = (columns: readonly CodeColumn[]): number[] =>
  columns.map(({ column }) => column);

/** Rows of a table of so many words. */
export const tableRows = (words: number): number => words + 2;

/** The row of a table that a cell stands for; what is no code of a word counts as one not seen. */
export function tableRow(cell: number, words: number): number {
  if (cell >= 0 && cell < words) return Math.floor(cell);
  return cell === MEAN_CODE ? words : words + 1;
}

/** Columns of codes with as many words as there are in the rows learned from. */
export function codeColumns(
  columns: readonly number[],
  { cells, points, cols }: { readonly cells: Float32Array; points: number; cols: number },
): CodeColumn[] {
  return columns.map((column) => {
    let words = 0;
    for (let i = 0; i < points; i++) {
      const cell = cells[i * cols + column]!;
      if (cell >= words && cell < MOST_WORDS) words = Math.floor(cell) + 1;
    }
    return { column, words };
  });
}

/** The table of a column of codes. @param i its place among them, in the order of names */
export const tableName = (i: number): string => `${TABLES}.table${i}`;

/**
 * Columns of a matrix whose codes are to be embedded, by name: those named, or else all that the
 * matrix itself tells of, unless a table does not hold their codes.
 */
export function codeNames(asked: readonly string[] | null, { matrix }: FitInput): string[] {
  if (asked) return [...asked];
  const { rows, cols, names, data } = matrix;
  const fit = (matrix.codes ?? []).filter((c) => {
    for (let row = 0; row < rows; row++) if (!(data[row * cols + c]! < CODES)) return false;
    return true;
  });
  return fit.map((c) => names[c]!).slice(0, MOST_CODED);
}

/**
 * Gives rows of a table that nothing was learned by the mean of those that words were learned by, by
 * weight: what is told of a word never seen is then what holds for words in the mean.
 * @param table its numbers, row by row, in place
 */
export function settleTable(
  table: Float32Array,
  { cells, point, weight, windows }: Rows,
  { column, words }: CodeColumn,
  cols: number,
): void {
  const rows = tableRows(words);
  const size = table.length / rows;
  const learned = new Uint8Array(rows);
  const mean = new Float64Array(size);
  let total = 0;
  for (let i = 0; i < point.length; i++) {
    const row = tableRow(cells[point[i]! * cols + column]!, words);
    learned[row] = 1;
    total += weight[i]!;
    for (let k = 0; k < size; k++) mean[k]! += weight[i]! * table[row * size + k]!;
  }
  // Rows that are only the past of others have taught their words too.
  if (windows) {
    for (let at = column; at < cells.length; at += cols) learned[tableRow(cells[at]!, words)] = 1;
  }
  learned[words] = 0;
  for (let row = 0; row < rows; row++) {
    if (learned[row] === 0)
      table.set(
        mean.map((sum) => sum / total),
        row * size,
      );
  }
}

/** Which columns of a file are codes, in the order of names, and how many words each has. */
export function codeTensor(columns: readonly CodeColumn[]): Tensor[] {
  if (columns.length === 0) return [];
  const data = Int32Array.from(columns.flatMap(({ column, words }) => [column, words]));
  return [{ name: TABLES, type: 'I32', shape: [columns.length, 2], data }];
}

/**
 * Reads {@link codeTensor}; undefined in files from before it was written.
 * @throws WiresiftError `MODEL_FILE` when columns do not rise or are not there, or have too many words
 */
export function storedCodes(stored: StoredModel): CodeColumn[] | undefined {
  if (!stored.tensors.has(TABLES)) return undefined;
  const { data, shape } = storedTensor(stored, TABLES, 'I32', 2);
  const found = Array.from({ length: shape[0]! }, (_, i) => {
    return { column: data[2 * i]!, words: data[2 * i + 1]! };
  });
  const cols = stored.features.length;
  const right = found.every(({ column, words }, i) => {
    const before = i > 0 ? found[i - 1]!.column : -1;
    return column > before && column < cols && words >= 0 && words <= MOST_WORDS;
  });
  if (!right || shape[1] !== 2 || found.length > MOST_CODED) {
    refuseStored(`model ${stored.kind}, tensor ${TABLES}`, 'other columns', 'columns of codes');
  }
  return found;
}

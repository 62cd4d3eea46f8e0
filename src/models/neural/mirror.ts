import type { StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { type CodeColumn, tableRow } from './codes.ts';
import type { Rows } from './prepare.ts';

/**
 * What a network that gives rows back is to give: numbers as they stand in the row, in their order, then
 * for each column of codes a mark a word, and one for words not seen, standardised.
 */
export interface MirrorPlan {
  /** Cells of a row. */
  readonly cols: number;
  readonly codes: readonly CodeColumn[];
  /** What a mark is where the cell is another word, and where it is that word. */
  readonly off: Float32Array;
  readonly on: Float32Array;
}

/** Marks are cut to so many deviations, as cells are. */
const FARTHEST_MARK = 12;

/** Marks of a column. */
export const markCount = ({ words }: CodeColumn): number => words + 1;

/** Numbers that the network gives back. */
export function mirrorWidth({ cols, codes }: Pick<MirrorPlan, 'cols' | 'codes'>): number {
  return codes.reduce((sum, each) => sum + markCount(each), cols - codes.length);
}

/** The column that each of them tells of, in the order of names. */
export function mirrorColumns({ cols, codes }: Pick<MirrorPlan, 'cols' | 'codes'>): Int32Array {
  const rest = numberColumns({ cols, codes });
  const marks = codes.flatMap((each) => new Array<number>(markCount(each)).fill(each.column));
  return Int32Array.from([...rest, ...marks]);
}

function numberColumns({ cols, codes }: Pick<MirrorPlan, 'cols' | 'codes'>): number[] {
  const all = Array.from({ length: cols }, (_, c) => c);
  return all.filter((c) => !codes.some(({ column }) => column === c));
}

/** The mark that a cell sets. */
function markOf(cell: number, words: number): number {
  return Math.min(words, tableRow(cell, words));
}

/** Standardises the marks by the rows learned from; one that never changed counts by its unit. */
export function learnMirror(
  codes: readonly CodeColumn[],
  { cells, point, weight }: Rows,
  cols: number,
): MirrorPlan {
  const total = weight.reduce((sum, each) => sum + each, 0);
  const shares = codes.flatMap((each) => {
    const own = new Array<number>(markCount(each)).fill(0);
    point.forEach((at, i) => {
      own[markOf(cells[at * cols + each.column]!, each.words)]! += weight[i]! / total;
    });
    return own;
  });
  const scaled = (share: number, of: number): number => {
    const deviation = Math.sqrt(Math.max(0, share * (1 - share)));
    const own = deviation > 1e-6 ? of / deviation : of;
    return Math.max(-FARTHEST_MARK, Math.min(FARTHEST_MARK, own));
  };
  return {
    cols,
    codes,
    off: Float32Array.from(shares, (share) => scaled(share, -share)),
    on: Float32Array.from(shares, (share) => scaled(share, 1 - share)),
  };
}

/** Writes what is to be given back for rows of cells. @param to rows × {@link mirrorWidth} */
export function writeMirror(
  to: Float32Array,
  cells: Float32Array,
  rows: number,
  { cols, codes, off, on }: MirrorPlan,
): void {
  const rest = numberColumns({ cols, codes });
  let at = 0;
  for (let r = 0; r < rows; r++) {
    const from = r * cols;
    for (let i = 0; i < rest.length; i++) to[at++] = cells[from + rest[i]!]!;
    to.set(off, at);
    let mark = 0;
    for (let i = 0; i < codes.length; i++) {
      const { column, words } = codes[i]!;
      const own = mark + markOf(cells[from + column]!, words);
      to[at + own] = on[own]!;
      mark += words + 1;
    }
    at += off.length;
  }
}

/** The tensors of the marks; none without columns of codes. */
export function mirrorTensors({ codes, off, on }: MirrorPlan): Tensor[] {
  if (codes.length === 0) return [];
  return [
    { name: 'marks.off', type: 'F32', shape: [off.length], data: off },
    { name: 'marks.on', type: 'F32', shape: [on.length], data: on },
  ];
}

/** @throws WiresiftError `MODEL_FILE` when there are other marks than the codes have */
export function storedMirror(stored: StoredModel, codes: readonly CodeColumn[]): MirrorPlan {
  const cols = stored.features.length;
  const none = new Float32Array(0);
  if (codes.length === 0) return { cols, codes, off: none, on: none };
  const marks = codes.reduce((sum, each) => sum + markCount(each), 0);
  const [off, on] = (['marks.off', 'marks.on'] as const).map((name) => {
    const { data } = storedTensor(stored, name, 'F32', 1);
    const within = data.every((mark) => Math.abs(mark) <= FARTHEST_MARK);
    if (data.length === marks && within) return data;
    const saw = within ? `${data.length} marks` : 'a mark out of range';
    return refuseStored(`model ${stored.kind}, tensor ${name}`, saw, String(marks));
  }) as [Float32Array, Float32Array];
  return { cols, codes, off, on };
}

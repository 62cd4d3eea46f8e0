/** Rows looked at before it is decided whether folding pays off. */
const TRIAL_ROWS = 16_384;
/** With more distinct rows than this share among those, rows stay as they are. */
const MOST_DISTINCT = 0.9;

/** Binned rows, row-major, `stride` bytes each, a multiple of 4 with zeros at the end. */
export interface BinnedRows {
  readonly rows: number;
  readonly stride: number;
  readonly bins: Uint8Array;
  readonly labels: Int32Array;
}

/** Rows of which no two have the same bins and the same label. */
export interface FoldedRows {
  /** Their number; they stand first in `bins` and `labels`, in order of their first row. */
  readonly distinct: number;
  /** The one that stands for each row. */
  readonly place: Int32Array;
  /** First of the rows that each of them stands for. */
  readonly first: Int32Array;
}

/**
 * Moves rows that differ in bins or label to the front, in place. Trees cannot tell equal rows
 * apart, and sums of whole weights are exact in any order, so a tree may hold them as one row of the
 * summed weight and be the same to the last bit. Undefined, and nothing moved, where that would
 * save little.
 */
export function foldBins({ rows, stride, bins, labels }: BinnedRows): FoldedRows | undefined {
  const size = stride / 4;
  const words = new Int32Array(bins.buffer, bins.byteOffset, rows * size);
  const place = new Int32Array(new SharedArrayBuffer(rows * 4));
  let slots = 16;
  while (slots < 2 * rows) slots *= 2;
  const table = new Int32Array(slots).fill(-1);
  let distinct = 0;
  for (let i = 0; i < rows; i++) {
    if (i === TRIAL_ROWS && distinct > MOST_DISTINCT * TRIAL_ROWS) return undefined;
    const from = i * size;
    const label = labels[i]!;
    let hash = label;
    for (let w = 0; w < size; w++) {
      hash = Math.imul(hash ^ words[from + w]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    let slot = (Math.imul(hash, 0x9e3779b1) >>> 7) & (slots - 1);
    for (;;) {
      const other = table[slot]!;
      if (other < 0) {
        table[slot] = i;
        place[i] = distinct++;
        break;
      }
      const base = other * size;
      let w = labels[other] === label ? 0 : -1;
      while (w >= 0 && w < size && words[base + w] === words[from + w]) w++;
      if (w === size) {
        place[i] = place[other]!;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }
  const first = new Int32Array(distinct);
  for (let i = 0, kept = 0; kept < distinct; i++) {
    if (place[i] !== kept) continue;
    words.copyWithin(kept * size, i * size, (i + 1) * size);
    labels[kept] = labels[i]!;
    first[kept++] = i;
  }
  return { distinct, place, first };
}

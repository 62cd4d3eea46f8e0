import type { Column, Table } from '../../table/index.ts';
import type { Association } from './exploration.ts';

/** Rows looked at: a correlation of a hundred thousand rows is sure to within 0.01. */
const MOST_ROWS = 100_000;
/** Words of a column told apart; the rest count as one. */
const MOST_WORDS = 40;

function sampledRows(rows: number): Int32Array {
  const count = Math.min(rows, MOST_ROWS);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** Deviations from the mean divided by the root of their squares' sum; undefined when constant. */
function unitDeviations(values: Float64Array, rows: Int32Array): Float64Array | undefined {
  const out = new Float64Array(rows.length);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    // An empty cell counts as the mean, which pulls no correlation up.
    const deviation = Number.isFinite(value) ? value - mean : 0;
    out[i] = deviation;
    squares += deviation * deviation;
  }
  if (!(squares > 0)) return undefined;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < out.length; i++) out[i] = out[i]! * scale;
  return out;
}

/** A square of figures from the upper half, computed once a pair. */
function square(size: number, pair: (a: number, b: number) => number | null): (number | null)[] {
  const values = new Array<number | null>(size * size).fill(null);
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      const value = pair(a, b);
      values[a * size + b] = value;
      values[b * size + a] = value;
    }
  }
  return values;
}

/** Pearson's correlation of every pair of number columns. */
function pearson(names: string[], columns: Float64Array[], rows: Int32Array): Association {
  const units = columns.map((values) => unitDeviations(values, rows));
  const values = square(names.length, (a, b) => {
    const x = units[a];
    const y = units[b];
    if (!x || !y) return null;
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
    return Math.max(-1, Math.min(1, sum));
  });
  return { method: 'Pearson', names, values, rows: rows.length };
}

/** Codes of the most frequent words, 0 for all others and for empty cells. */
function topCodes(column: Column & { readonly kind: 'text' }, rows: Int32Array): Uint8Array {
  const counts = new Uint32Array(column.dictionary.length);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]!]!;
    if (code >= 0) counts[code]!++;
  }
  const order = Array.from(counts.keys())
    .filter((code) => counts[code]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, MOST_WORDS);
  const place = new Uint8Array(column.dictionary.length);
  order.forEach((code, index) => {
    place[code] = index + 1;
  });
  return Uint8Array.from(rows, (row) => {
    const code = column.codes[row]!;
    return code < 0 ? 0 : place[code]!;
  });
}

/**
 * Cramér's V, corrected for its bias (Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's
 * T", Journal of the Korean Statistical Society 42): 0 none, 1 one tells the other.
 */
function cramersV(a: Uint8Array, b: Uint8Array): number | null {
  const size = MOST_WORDS + 1;
  const table = new Float64Array(size * size);
  const n = a.length;
  for (let i = 0; i < n; i++) table[a[i]! * size + b[i]!]!++;
  const across = new Float64Array(size);
  const down = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      across[i] = across[i]! + table[i * size + j]!;
      down[j] = down[j]! + table[i * size + j]!;
    }
  }
  const r = across.filter((sum) => sum > 0).length;
  const k = down.filter((sum) => sum > 0).length;
  if (r < 2 || k < 2) return null;
  let chi = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const expected = (across[i]! * down[j]!) / n;
      if (expected > 0) chi += (table[i * size + j]! - expected) ** 2 / expected;
    }
  }
  const phi = Math.max(0, chi / n - ((r - 1) * (k - 1)) / (n - 1));
  const rows = r - (r - 1) ** 2 / (n - 1);
  const columns = k - (k - 1) ** 2 / (n - 1);
  return Math.min(1, Math.sqrt(phi / Math.min(rows - 1, columns - 1)));
}

/** How columns go together: Pearson over numbers, Cramér's V over words; constants give nulls. */
export function associations(table: Table): Association[] {
  const rows = sampledRows(table.rows);
  const specs = table.schema.columns;
  const numeric: number[] = [];
  const textual: number[] = [];
  table.columns.forEach((column, index) => {
    if (specs[index]!.role === 'label') return;
    (column.kind === 'number' ? numeric : textual).push(index);
  });
  const nameOf = (index: number): string => specs[index]!.name;
  const found: Association[] = [];
  if (numeric.length > 1) {
    const values = numeric.map((index) => {
      const column = table.columns[index]!;
      return column.kind === 'number' ? column.values : new Float64Array();
    });
    found.push(pearson(numeric.map(nameOf), values, rows));
  }
  if (textual.length > 1 && rows.length > 1) {
    const codes = textual.map((index) => {
      const column = table.columns[index]!;
      return column.kind === 'text' ? topCodes(column, rows) : new Uint8Array();
    });
    const values = square(codes.length, (a, b) => cramersV(codes[a]!, codes[b]!));
    found.push({ method: "Cramér's V", names: textual.map(nameOf), values, rows: rows.length });
  }
  return found;
}

import { argusSchema } from '../../flow/index.ts';

/** Columns every file of this kind begins with, in the order `ra` prints them. */
const FIRST_COLUMNS = argusSchema.columns.slice(0, 13).map((column) => column.name);
/** Columns a header may lack: older captures were printed without them. */
const OPTIONAL = new Set(['sTos', 'dTos', 'SrcBytes']);
/** More columns than any known file (17), and a bound for the parser's tables. */
export const MAX_FIELDS = 64;

/** Where the cells of a file stand. */
export interface Layout {
  /** The byte between cells: comma or tab. */
  readonly separator: number;
  /** Cells a row must have. */
  readonly fields: number;
  /** For each column of the argus schema the cell's position, or -1 when the file lacks it. */
  readonly cells: readonly number[];
  /** Position of the label, or -1. */
  readonly label: number;
  /** Whether the first line is a header rather than a row. */
  readonly header: boolean;
}

/**
 * Works out the layout from a file's first line: by the names when it is a header, else by the
 * number of cells and by what stands in them.
 * @returns undefined when the line is neither
 */
export function layoutOf(firstLine: string): Layout | undefined {
  const line = firstLine.replace(/^\uFEFF/, '').replace(/\r?\n?$/, '');
  const separator = line.includes('\t') ? '\t' : ',';
  const cells = line.split(separator, MAX_FIELDS + 1);
  if (cells.length < FIRST_COLUMNS.length || cells.length > MAX_FIELDS) return undefined;
  const layout = /^\d{4}[/-]/.test(line) ? layoutByPlace(cells) : layoutByName(cells);
  return layout && { separator: separator.charCodeAt(0), fields: cells.length, ...layout };
}

type Places = Pick<Layout, 'cells' | 'label' | 'header'>;

function layoutByName(names: readonly string[]): Places | undefined {
  const lower = names.map((name) => name.trim().toLowerCase());
  const cells = argusSchema.columns.map((column) => lower.indexOf(column.name.toLowerCase()));
  const missing = argusSchema.columns.some(
    (column, i) => cells[i]! < 0 && !OPTIONAL.has(column.name),
  );
  if (missing) return undefined;
  return { cells, label: lower.indexOf('label'), header: true };
}

function layoutByPlace(row: readonly string[]): Places | undefined {
  if (!/^\d+(\.\d+)?$/.test(row[1]!) || row[2] === '') return undefined;
  const isCount = (cell: string): boolean => /^\d+$/.test(cell);
  const cells = FIRST_COLUMNS.map((_, i) => i);
  const last = row.length - 1;
  const sourceBytes = last >= 13 && (isCount(row[13]!) || last > 13) ? 13 : -1;
  cells.push(sourceBytes);
  // SrcPkts may come last and is always a count; a label never is.
  const label = last > sourceBytes && last >= 13 && !isCount(row[last]!) ? last : -1;
  return { cells, label, header: false };
}

/**
 * Whether a file that begins with these bytes (unpacked) is an Argus text file that
 * {@link import('./read.ts').readCtu13} reads. Give at least its whole first line, some 4 KB.
 */
export function isBinetflow(firstBytes: Uint8Array): boolean {
  const end = firstBytes.indexOf(10);
  const line = end < 0 ? firstBytes : firstBytes.subarray(0, end);
  if (line.includes(0)) return false;
  return layoutOf(Buffer.from(line.buffer, line.byteOffset, line.length).toString()) !== undefined;
}

import { WiresiftError } from '../base/index.ts';
import { readNumber, readSeconds, TimeReader, UNREADABLE } from './cells.ts';
import type { Problems } from './problems.ts';
import { unquote } from './quoted.ts';
import type { TableRows } from './table-rows.ts';

/** Longest line read: a hundred times any published one, and room for a long URI; past it a row is bad. */
export const MAX_LINE_BYTES = 1 << 18;
/** More cells than any known file, and a bound for the parser's tables. */
export const MAX_FIELDS = 4096;
/** Bytes of a bad cell shown to the user. */
const SHOWN_BYTES = 40;
/** Bytes of the buffer past its end: a line break put there, and what a dictionary may look at. */
const SLACK_BYTES = 32;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const SPACE = 32;
const COMMA = 44;

/** Where the cells of a file's rows stand, and how they are written. */
export interface RowLayout {
  /** The byte between cells, in ASCII: tab, comma, semicolon. */
  readonly separator: number;
  /** Cells a row must have. */
  readonly fields: number;
  /** For each column of the rows' schema the cell's position, or -1 when the file lacks it. */
  readonly cells: readonly number[];
  /** Cells that mean nothing: `-`, `(empty)`. An empty cell always does. */
  readonly unset: readonly string[];
  /** Whether a cell may stand in quotation marks (RFC 4180). */
  readonly quoted?: boolean;
  /** Cells of the row that stand in its last one, parted by three spaces; absent for none. */
  readonly spaced?: number;
  /** Numbers may be below 0; no column of a flow has such. */
  readonly signed?: boolean;
  /** Times are written as `YYYY/MM/DD hh:mm:ss.f`, not as seconds. */
  readonly calendar?: boolean;
  /** Rows whose cell at this place is this word are counted, not read: they tell of the sensor. */
  readonly management?: { readonly cell: number; readonly word: string };
}

/** What a kind of file says of its lines. */
export interface LineFormat {
  /** In messages: `a Zeek log with #fields`. */
  readonly expected: string;
  /** First byte of lines that are never rows (35 for `#`), or -1. */
  readonly directive: number;
  /**
   * Looks at a line, without its line break: every line until a layout is known, and every directive.
   * @returns the layout from here on and whether the line was already a row of it; nothing when it
   * tells nothing
   * @throws WiresiftError `DATASET_FORMAT`
   */
  head(line: string): { readonly layout: RowLayout; readonly isRow: boolean } | undefined;
}

/** What a parser is opened with. */
export interface DelimitedOptions {
  /** Name of the file in messages. */
  readonly path: string;
  readonly rows: TableRows;
  readonly problems: Problems;
  readonly format: LineFormat;
}

/**
 * Parses one text file of rows and cells, given in pieces cut anywhere, into columns. In outline:
 *
 *     for (const line of text.split('\n')) rows.push(line.split(separator).map(byType));
 *
 * but over bytes: the ends of the cells go into one array, numbers are read in place, and words
 * are looked up in a dictionary by their bytes, so that no string is made for a row.
 */
export class DelimitedParser {
  /** Management rows skipped. */
  management = 0;
  readonly #time = new TimeReader();
  readonly #path: string;
  readonly #rows: TableRows;
  readonly #problems: Problems;
  readonly #format: LineFormat;
  /** Cell k is `[#bounds[k], #bounds[k + 1] - 1)` of the buffer. */
  readonly #bounds = new Int32Array(MAX_FIELDS + 2);
  readonly #numbers: readonly number[];
  readonly #times: readonly number[];
  readonly #texts: readonly number[];
  #layout: RowLayout | undefined;
  #unset: readonly Uint8Array[] = [];
  #buffer = new Uint8Array(1 << 16);
  #view = new DataView(this.#buffer.buffer);
  #kept = 0;
  #line = 0;
  /** Inside a line that is too long: everything up to its end is dropped. */
  #skipping = false;

  constructor({ path, rows, problems, format }: DelimitedOptions) {
    this.#path = path;
    this.#rows = rows;
    this.#problems = problems;
    this.#format = format;
    const ofType = (type: string): number[] =>
      rows.schema.columns.flatMap((column, i) => (column.type === type ? [i] : []));
    this.#numbers = ofType('number');
    this.#times = ofType('time');
    this.#texts = ofType('text');
  }

  /** @throws WiresiftError `DATASET_FORMAT` when the head is no such file's, `DATASET_ROW` when strict */
  feed(piece: Uint8Array): void {
    const end = this.#kept + piece.length;
    if (end + SLACK_BYTES > this.#buffer.length) {
      const grown = new Uint8Array(end * 2 + SLACK_BYTES);
      grown.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#buffer.set(piece, this.#kept);
    const begun = this.#parse(end);
    this.#kept = end - begun;
    this.#buffer.copyWithin(0, begun, end);
    if (this.#kept > MAX_LINE_BYTES) this.#dropLongLine();
  }

  /** Parses a last line without a line break. @throws as {@link DelimitedParser.feed} */
  finish(): void {
    if (this.#kept > 0) this.feed(Uint8Array.of(NEWLINE));
    if (!this.#layout) throw formatError(this.#path, 'no such line', this.#format.expected);
  }

  #dropLongLine(): void {
    if (!this.#layout) {
      const saw = `a first line of over ${MAX_LINE_BYTES} bytes`;
      throw formatError(this.#path, saw, this.#format.expected);
    }
    if (!this.#skipping) {
      this.#line++;
      this.#bad(`over ${MAX_LINE_BYTES} bytes in one line`, 'a row of cells');
    }
    this.#skipping = true;
    this.#kept = 0;
  }

  /** Parses the whole lines of the buffer. @returns where the unfinished last line begins */
  #parse(end: number): number {
    const buffer = this.#buffer;
    // So that the inner loop needs no test for the end of the buffer, which has room for it.
    buffer[end] = NEWLINE;
    let begun = 0;
    if (this.#skipping) {
      begun = buffer.indexOf(NEWLINE) + 1;
      if (begun > end) return end;
      this.#skipping = false;
    }
    const bounds = this.#bounds;
    const { directive } = this.#format;
    while (begun < end) {
      if (!this.#layout || buffer[begun] === directive) {
        const next = buffer.indexOf(NEWLINE, begun) + 1;
        if (next > end) return begun;
        this.#line++;
        if (!this.#head(begun, next - 1)) {
          begun = next;
          continue;
        }
        this.#line--;
      }
      const { separator } = this.#layout!;
      const highest = separator > COMMA ? separator : COMMA;
      let at = begun;
      let fields = 0;
      let quotes = false;
      bounds[0] = at;
      for (;;) {
        const byte = buffer[at++]!;
        // Most bytes of a cell are above every byte that matters here.
        if (byte > highest) continue;
        if (byte === separator) {
          fields++;
          if (fields <= MAX_FIELDS) bounds[fields] = at;
        } else if (byte === NEWLINE) break;
        else if (byte === QUOTE) quotes = true;
      }
      if (at > end) return begun;
      this.#line++;
      let lineEnd = at;
      if (lineEnd - 1 > begun && buffer[lineEnd - 2] === RETURN) lineEnd--;
      if (lineEnd - 1 > begun) {
        fields++;
        if (fields <= MAX_FIELDS) bounds[fields] = lineEnd;
        if (quotes && this.#layout!.quoted) {
          fields = unquote(buffer, begun, lineEnd - 1, { separator, bounds, max: MAX_FIELDS });
        }
        this.#row(fields);
      }
      begun = at;
    }
    return begun;
  }

  /** @returns whether the line is a row */
  #head(from: number, to: number): boolean {
    const bytes = Buffer.from(this.#buffer.buffer, from, to - from);
    const line = bytes.toString().replace(/\r$/, '');
    if (line === '') return false;
    const found = this.#format.head(from === 0 && this.#line === 1 ? bare(line) : line);
    if (!found) return false;
    this.#layout = found.layout;
    this.#unset = found.layout.unset.map((word) => Buffer.from(word));
    return found.isRow;
  }

  #row(tabbed: number): void {
    const layout = this.#layout!;
    const { spaced = 1, management } = layout;
    const fields =
      spaced > 1 && tabbed === layout.fields - spaced + 1 ? this.#splitSpaces(tabbed) : tabbed;
    if (fields !== layout.fields) {
      this.#bad(`${fields} cells`, `${layout.fields}, as in the head`);
      return;
    }
    if (management && this.#cellIs(management.cell, management.word)) {
      this.management++;
      return;
    }
    this.#rows.reserve();
    // Words last, so that a bad row leaves none of its own in the dictionaries.
    if (this.#readNumbers(layout) && this.#readTimes(layout)) {
      this.#readWords(layout);
      this.#rows.length++;
    }
  }

  /** Parts the last cell at runs of three spaces, each of which becomes one byte. @returns cells in all */
  #splitSpaces(tabbed: number): number {
    const buffer = this.#buffer;
    const bounds = this.#bounds;
    const end = bounds[tabbed]! - 1;
    let fields = tabbed;
    let out = bounds[tabbed - 1]!;
    for (let at = out; at < end; at++) {
      const gap =
        at + 2 < end &&
        buffer[at] === SPACE &&
        buffer[at + 1] === SPACE &&
        buffer[at + 2] === SPACE &&
        fields < MAX_FIELDS;
      buffer[out++] = buffer[at]!;
      if (!gap) continue;
      bounds[fields++] = out;
      at += 2;
    }
    bounds[fields] = out + 1;
    return fields;
  }

  #isUnset(from: number, to: number): boolean {
    const unset = this.#unset;
    const buffer = this.#buffer;
    for (let k = 0; k < unset.length; k++) {
      const word = unset[k]!;
      if (word.length !== to - from) continue;
      let i = 0;
      while (i < word.length && buffer[from + i] === word[i]) i++;
      if (i === word.length) return true;
    }
    return false;
  }

  #cellIs(cell: number, word: string): boolean {
    const from = this.#bounds[cell]!;
    if (this.#bounds[cell + 1]! - 1 - from !== word.length) return false;
    let i = 0;
    while (i < word.length && this.#buffer[from + i] === word.charCodeAt(i)) i++;
    return i === word.length;
  }

  #readNumbers({ cells, signed }: RowLayout): boolean {
    const least = signed ? Number.NEGATIVE_INFINITY : 0;
    const buffer = this.#buffer;
    const bounds = this.#bounds;
    const rows = this.#rows;
    const row = rows.length;
    const columns = this.#numbers;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const cell = cells[column]!;
      let value = Number.NaN;
      if (cell >= 0) {
        const from = bounds[cell]!;
        const to = bounds[cell + 1]! - 1;
        // A marker never begins with a digit; only then is it looked for.
        if ((buffer[from]! - 48) >>> 0 <= 9 || !this.#isUnset(from, to)) {
          value = readNumber(buffer, from, to);
        }
        if (value === UNREADABLE || value < least) {
          const expected = signed ? 'a number' : 'a number not below 0';
          this.#badCell(column, cell, `${expected}, or nothing`);
          return false;
        }
      }
      rows.numbers[column]![row] = value;
    }
    return true;
  }

  #readTimes({ cells, calendar }: RowLayout): boolean {
    const rows = this.#rows;
    const bounds = this.#bounds;
    for (const column of this.#times) {
      const cell = cells[column]!;
      let value = Number.NaN;
      if (cell >= 0) {
        const from = bounds[cell]!;
        const to = bounds[cell + 1]! - 1;
        value = calendar
          ? this.#time.read(this.#buffer, from, to)
          : readSeconds(this.#buffer, from, to);
        if (value === UNREADABLE && this.#isUnset(from, to)) value = Number.NaN;
        if (value === UNREADABLE) {
          const form = calendar ? 'YYYY/MM/DD hh:mm:ss.ffffff' : 'seconds since 1970, or nothing';
          this.#badCell(column, cell, form);
          return false;
        }
      }
      rows.numbers[column]![rows.length] = value;
    }
    return true;
  }

  #readWords({ cells }: RowLayout): void {
    const buffer = this.#buffer;
    const view = this.#view;
    const bounds = this.#bounds;
    const rows = this.#rows;
    const row = rows.length;
    const columns = this.#texts;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      const cell = cells[column]!;
      let code = -1;
      if (cell >= 0) {
        const from = bounds[cell]!;
        const to = bounds[cell + 1]! - 1;
        if (!this.#isUnset(from, to)) {
          code = rows.dictionaries[column]!.code(view, buffer, from, to);
        }
      }
      rows.codes[column]![row] = code;
    }
  }

  #badCell(column: number, cell: number, expected: string): void {
    const from = this.#bounds[cell]!;
    const length = Math.min(SHOWN_BYTES, this.#bounds[cell + 1]! - 1 - from);
    const text = Buffer.from(this.#buffer.buffer, from, length).toString();
    const { name } = this.#rows.schema.columns[column]!;
    this.#bad(`${name} ${JSON.stringify(text)}`, expected);
  }

  #bad(saw: string, expected: string): void {
    this.#problems.add(`${this.#path}, line ${this.#line}`, saw, expected);
  }
}

const bare = (line: string): string => line.replace(/^\uFEFF/, '');

/** The error of a file that is not what it was taken for. */
export function formatError(path: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'DATASET_FORMAT',
    where: path,
    saw,
    expected,
    todo: 'Check that the file is what its name says; plain or gzipped',
  });
}

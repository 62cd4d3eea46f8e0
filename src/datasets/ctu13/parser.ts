import { WiresiftError } from '../../base/index.ts';
import { argusSchema } from '../../flow/index.ts';
import { readNumber, TimeReader, UNREADABLE } from '../cells.ts';
import { type Layout, layoutOf, MAX_FIELDS } from './layout.ts';
import type { ArgusRows } from './rows.ts';

/** Longest line read: 40 times the longest published one (1,440 bytes); past it a row is bad. */
export const MAX_LINE_BYTES = 1 << 16;
/** Bad rows described; the rest are only counted. */
export const MAX_PROBLEMS = 100;
/** Bytes of a bad cell shown to the user. */
const SHOWN_BYTES = 40;

/** Bytes of the buffer past its end: a line break put there, and what a dictionary may look at. */
const SLACK_BYTES = 32;

const NEWLINE = 10;
const RETURN = 13;
const { columns } = argusSchema;
const PROTO = columns.findIndex((column) => column.name === 'Proto');
const START = columns.findIndex((column) => column.name === 'StartTime');
const DURATION = columns.findIndex((column) => column.name === 'Dur');
const NUMBERS = columns.flatMap((column, i) => (column.type === 'number' ? [i] : []));
const TEXTS = columns.flatMap((column, i) => (column.type === 'text' ? [i] : []));

/** Bad rows of all files together. */
export interface Problems {
  readonly list: string[];
  count: number;
}

/** What a parser is opened with. */
export interface ParserOptions {
  /** Name of the file in messages. */
  readonly path: string;
  readonly rows: ArgusRows;
  readonly problems: Problems;
  readonly strict: boolean;
}

/**
 * Parses one Argus text file, given in pieces cut anywhere, into columns. In outline:
 *
 *     for (const line of text.split('\n')) {
 *       const cells = line.split(separator);
 *       if (cells[proto] !== 'man') rows.push(cells.map(byType));
 *     }
 *
 * but over bytes: the ends of the cells go into one array, numbers are read in place, and words
 * are looked up in a dictionary by their bytes, so that no string is made for a row.
 */
export class BinetflowParser {
  /** Management rows skipped. */
  management = 0;
  readonly #path: string;
  readonly #rows: ArgusRows;
  readonly #problems: Problems;
  readonly #strict: boolean;
  readonly #time = new TimeReader();
  /** Cell k is `[#bounds[k], #bounds[k + 1] - 1)` of the buffer. */
  readonly #bounds = new Int32Array(MAX_FIELDS + 2);
  #layout: Layout | undefined;
  #buffer = new Uint8Array(MAX_LINE_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #kept = 0;
  #line = 0;
  /** Inside a line that is too long: everything up to its end is dropped. */
  #skipping = false;

  constructor({ path, rows, problems, strict }: ParserOptions) {
    this.#path = path;
    this.#rows = rows;
    this.#problems = problems;
    this.#strict = strict;
  }

  /** @throws WiresiftError `DATASET_FORMAT` when the first line is no such file's, `DATASET_ROW` when strict */
  feed(piece: Uint8Array): void {
    const end = this.#kept + piece.length;
    if (end + SLACK_BYTES > this.#buffer.length) {
      const grown = new Uint8Array(end + MAX_LINE_BYTES);
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

  /** Parses a last line without a line break. @throws as {@link BinetflowParser.feed} */
  finish(): void {
    if (this.#kept > 0) this.feed(Uint8Array.of(NEWLINE));
    if (!this.#layout) throw this.#formatError('no line of text');
  }

  #dropLongLine(): void {
    if (!this.#layout) throw this.#formatError(`a first line of over ${MAX_LINE_BYTES} bytes`);
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
    if (!this.#layout) begun = this.#begin(begun, end);
    if (!this.#layout) return begun;
    const { separator } = this.#layout;
    const bounds = this.#bounds;
    for (;;) {
      let at = begun;
      let fields = 0;
      bounds[0] = at;
      for (;;) {
        const byte = buffer[at++]!;
        if (byte === separator) {
          fields++;
          if (fields <= MAX_FIELDS) bounds[fields] = at;
        } else if (byte === NEWLINE) break;
      }
      if (at > end) return begun;
      this.#line++;
      let lineEnd = at;
      if (lineEnd - 1 > begun && buffer[lineEnd - 2] === RETURN) lineEnd--;
      if (lineEnd - 1 > begun) {
        fields++;
        if (fields <= MAX_FIELDS) bounds[fields] = lineEnd;
        this.#row(fields);
      }
      begun = at;
    }
  }

  /** Reads the layout from the first line, once it is there. @returns where the rows begin */
  #begin(from: number, end: number): number {
    const buffer = this.#buffer;
    let begun = from;
    while (begun < end && (buffer[begun] === NEWLINE || buffer[begun] === RETURN)) begun++;
    const lineEnd = buffer.indexOf(NEWLINE, begun);
    if (lineEnd >= end) return begun;
    const line = Buffer.from(buffer.buffer, begun, lineEnd - begun).toString();
    this.#layout = layoutOf(line);
    if (!this.#layout) throw this.#formatError(JSON.stringify(line.slice(0, SHOWN_BYTES)));
    if (!this.#layout.header) return begun;
    this.#line++;
    return lineEnd + 1;
  }

  #row(fields: number): void {
    const layout = this.#layout!;
    if (fields !== layout.fields) {
      this.#bad(`${fields} cells`, `${layout.fields}, as in the first line`);
      return;
    }
    if (this.#isManagement(layout.cells[PROTO]!)) {
      this.management++;
      return;
    }
    this.#rows.reserve();
    // Words last, so that a bad row leaves none of its own in the dictionaries.
    if (this.#readTime(layout) && this.#readNumbers(layout)) {
      this.#readWords(layout);
      this.#rows.length++;
    }
  }

  #isManagement(cell: number): boolean {
    const from = this.#bounds[cell]!;
    const buffer = this.#buffer;
    return (
      this.#bounds[cell + 1]! - from === 4 &&
      buffer[from] === 109 && // m
      buffer[from + 1] === 97 && // a
      buffer[from + 2] === 110 // n
    );
  }

  #readTime({ cells }: Layout): boolean {
    const rows = this.#rows;
    const cell = cells[START]!;
    const time = this.#time.read(this.#buffer, this.#bounds[cell]!, this.#bounds[cell + 1]! - 1);
    rows.numbers[START]![rows.length] = time;
    if (time !== UNREADABLE) return true;
    this.#badCell(START, 'YYYY/MM/DD hh:mm:ss.ffffff');
    return false;
  }

  #readNumbers({ cells }: Layout): boolean {
    const buffer = this.#buffer;
    const bounds = this.#bounds;
    const rows = this.#rows;
    const row = rows.length;
    for (let i = 0; i < NUMBERS.length; i++) {
      const column = NUMBERS[i]!;
      const cell = cells[column]!;
      let value = Number.NaN;
      if (cell >= 0) value = readNumber(buffer, bounds[cell]!, bounds[cell + 1]! - 1);
      if (value === UNREADABLE || value < 0) {
        this.#badCell(column, 'a number not below 0, or nothing');
        return false;
      }
      rows.numbers[column]![row] = column === DURATION ? Math.fround(value) : value;
    }
    return true;
  }

  #readWords({ cells, label }: Layout): void {
    const buffer = this.#buffer;
    const view = this.#view;
    const bounds = this.#bounds;
    const rows = this.#rows;
    const row = rows.length;
    for (let i = 0; i < TEXTS.length; i++) {
      const column = TEXTS[i]!;
      const cell = cells[column]!;
      const from = bounds[cell]!;
      const to = bounds[cell + 1]! - 1;
      rows.codes[column]![row] = rows.dictionaries[column]!.code(view, buffer, from, to);
    }
    const from = label < 0 ? 0 : bounds[label]!;
    const to = label < 0 ? 0 : bounds[label + 1]! - 1;
    rows.label[row] = rows.labelWords.code(view, buffer, from, to);
  }

  #badCell(column: number, expected: string): void {
    const cell = this.#layout!.cells[column]!;
    const from = this.#bounds[cell]!;
    const length = Math.min(SHOWN_BYTES, this.#bounds[cell + 1]! - 1 - from);
    const text = Buffer.from(this.#buffer.buffer, from, length).toString();
    this.#bad(`${columns[column]!.name} ${JSON.stringify(text)}`, expected);
  }

  #bad(saw: string, expected: string): void {
    const where = `${this.#path}, line ${this.#line}`;
    if (this.#strict) {
      throw new WiresiftError({
        code: 'DATASET_ROW',
        where,
        saw,
        expected,
        todo: 'Mend the file, or read without strict to count and skip such rows',
      });
    }
    const { list } = this.#problems;
    if (list.length < MAX_PROBLEMS) list.push(`${where}: saw ${saw}, expected ${expected}`);
    this.#problems.count++;
  }

  #formatError(saw: string): WiresiftError {
    return new WiresiftError({
      code: 'DATASET_FORMAT',
      where: this.#path,
      saw,
      expected:
        'an Argus text file: a header with StartTime, Dur, Proto …, or rows of 13 or more cells',
      todo: 'Give a .binetflow file, plain or gzipped',
    });
  }
}

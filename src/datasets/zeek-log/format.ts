import type { Schema, Table } from '../../table/index.ts';
import { formatError, type LineFormat, MAX_FIELDS, type RowLayout } from '../delimited.ts';
import { mapColumns, rewriteWords } from '../words.ts';

const EXPECTED = 'a Zeek log: lines of # with #fields, then rows';
/** Three spaces, where the labelling scripts of IoT-23 wrote them in place of a tab. */
const SPACES = '   ';

/** What the `#` lines of a Zeek log say. */
export interface ZeekHead {
  /** `conn`, `dns` …; empty when there is no `#path`. */
  path: string;
  separator: string;
  unset: string;
  empty: string;
  fields: readonly string[];
}

/**
 * Text of Zeek's ASCII writer: `#` lines, then rows of cells. Fields are found by name, so any set
 * of them in any order is read; a second `#fields` further on begins anew, as in joined files.
 * @param columnOf the column of the rows' schema that a field fills, or -1
 * @param onHead called with each `#fields` line
 */
export class ZeekFormat implements LineFormat {
  readonly expected = EXPECTED;
  readonly directive = 35;
  readonly #file: string;
  readonly #schema: Schema;
  readonly #columnOf: (field: string, head: ZeekHead) => number;
  readonly head: LineFormat['head'];
  readonly #head: ZeekHead = {
    path: '',
    separator: '\t',
    unset: '-',
    empty: '(empty)',
    fields: [],
  };

  constructor(file: string, schema: Schema, columnOf: (field: string, head: ZeekHead) => number) {
    this.#file = file;
    this.#schema = schema;
    this.#columnOf = columnOf;
    this.head = (line) => this.#line(line);
  }

  #line(line: string): { layout: RowLayout; isRow: boolean } | undefined {
    const head = this.#head;
    if (!line.startsWith('#')) {
      throw formatError(this.#file, JSON.stringify(line.slice(0, 40)), EXPECTED);
    }
    if (!readDirective(head, line) || head.fields.length === 0) return undefined;
    return { layout: this.#layout(line), isRow: false };
  }

  #layout(line: string): RowLayout {
    const head = this.#head;
    const tabbed = line.split(head.separator).length - 1;
    const fields = head.fields.length;
    const separator = head.separator.charCodeAt(0);
    if (fields > MAX_FIELDS || head.separator.length !== 1 || separator > 44) {
      throw formatError(this.#file, `${fields} fields, separator ${separator}`, EXPECTED);
    }
    const cells = this.#schema.columns.map(() => -1);
    for (const [cell, field] of head.fields.entries()) {
      const column = this.#columnOf(field, head);
      if (column >= 0) cells[column] = cell;
    }
    const unset = [head.unset, head.empty];
    return { separator, fields, cells, unset, spaced: fields - tabbed + 1 };
  }
}

/** Takes in one `#` line. @returns whether it was `#fields` */
export function readDirective(head: ZeekHead, line: string): boolean {
  if (line.startsWith('#separator')) {
    head.separator = unescapeZeek(line.slice('#separator'.length).trim()) || '\t';
    return false;
  }
  const cells = line.split(head.separator);
  const value = cells[1] ?? '';
  if (cells[0] === '#path') head.path = value;
  else if (cells[0] === '#unset_field') head.unset = value;
  else if (cells[0] === '#empty_field') head.empty = value;
  else if (cells[0] === '#fields') {
    head.fields = cells.slice(1).flatMap((cell) => cell.split(SPACES));
    return true;
  }
  return false;
}

/** `\x09` becomes its byte; Zeek escapes what is not printable, and its own separators. */
export function unescapeZeek(word: string): string {
  if (!word.includes('\\x')) return word;
  const bytes = Buffer.from(
    word.replaceAll(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  );
  // Bytes that are no UTF-8 stay as Zeek wrote them, so that no two words become one.
  const text = bytes.toString();
  return text.includes('\uFFFD') ? word : text;
}

/** The table with the escapes of all its words undone. */
export function unescapeWords(table: Table): Table {
  return mapColumns(table, (column) =>
    column.kind === 'text' && column.dictionary.some((word) => word.includes('\\x'))
      ? rewriteWords(column, unescapeZeek)
      : column,
  );
}

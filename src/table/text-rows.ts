import { eveTime } from '../base/index.ts';
import type { TableSink } from './output.ts';
import type { Column, Table } from './table.ts';

/** Characters gathered before one write: large enough to hide its cost, small enough to stay in cache. */
const FLUSH_CHARACTERS = 1 << 16;

/** @param micros whole microseconds since 1970-01-01 UTC. @returns `2011-08-16T10:01:46.972101Z` */
export function isoTime(micros: number): string {
  return `${eveTime(micros).slice(0, -5)}Z`;
}

/** One cell of a row as text of the format. */
export type CellText = (row: number) => string;

/** How a format spells a cell. */
export interface CellSpelling {
  readonly empty: string;
  number(value: number): string;
  time(micros: number): string;
  word(word: string): string;
}

/** One function a column, with the words of its dictionary spelled at most once each. */
export function cellTexts(table: Table, spelling: CellSpelling): CellText[] {
  return table.columns.map((column, index) => {
    const time = table.schema.columns[index]!.type === 'time';
    return column.kind === 'text'
      ? wordCells(column, spelling)
      : numberCells(column, time ? spelling.time : spelling.number, spelling.empty);
  });
}

function numberCells(
  { values }: Column & { kind: 'number' },
  spell: (value: number) => string,
  empty: string,
): CellText {
  return (row) => {
    const value = values[row]!;
    return Number.isNaN(value) ? empty : spell(value);
  };
}

function wordCells(column: Column & { kind: 'text' }, { word, empty }: CellSpelling): CellText {
  const { codes, dictionary } = column;
  // Spelled for this table only: a view may reuse its dictionary array for the next one.
  const spelled = new Map<number, string>();
  return (row) => {
    const code = codes[row]!;
    if (code < 0) return empty;
    let text = spelled.get(code);
    if (text === undefined) {
      text = word(dictionary[code]!);
      spelled.set(code, text);
    }
    return text;
  };
}

/** Sends the lines of `rows` rows to the sink in pieces, waiting whenever the sink asks for it. */
export async function writeLines(
  sink: TableSink,
  rows: number,
  line: (row: number) => string,
): Promise<void> {
  let text = '';
  for (let row = 0; row < rows; row++) {
    text += line(row);
    if (text.length >= FLUSH_CHARACTERS) {
      await sink.write(text);
      text = '';
    }
  }
  if (text !== '') await sink.write(text);
}

import { argusSchema } from '../../flow/index.ts';
import { columnIndex, type Schema, type Table } from '../../table/index.ts';
import { formatError, type LineFormat } from '../delimited.ts';
import { mapColumns, rewriteWords } from '../words.ts';
import { layoutOf } from './layout.ts';

const PROTO = columnIndex(argusSchema, 'Proto');
/** Characters of a wrong first line shown to the user. */
const SHOWN = 40;
/** Argus 2 and 3: who sent, with |, o and ? in the middle for reset, timed out and not known. */
const DIRECTIONS = new Set('-> <- <-> ?> <? <?> |> <| <|> o> <o <o> - who tel'.split(' '));

/** The argus view, and behind it what the publisher wrote of the flow. */
export const argusFileSchema: Schema = {
  name: 'argus-file',
  version: 1,
  columns: [
    ...argusSchema.columns,
    { name: 'Label', type: 'text', role: 'label', live: false, meaning: "The publisher's label" },
  ],
};

/**
 * The word of a Dir cell without its padding. Some files carry other text beside it
 * (` get_message  ->`); then the word is the one that Argus knows.
 */
export function directionWord(text: string): string {
  const words = text.split(' ').filter((word) => word !== '');
  return words.find((word) => DIRECTIONS.has(word)) ?? words.join(' ');
}

/** Lines of Argus text files; rows fill {@link argusFileSchema}. */
export function argusTextFormat(path: string): LineFormat {
  const expected =
    'an Argus text file: a header with StartTime, Dur, Proto …, or rows of 13 or more cells';
  return {
    expected,
    directive: -1,
    head(line) {
      if (line === '') return undefined;
      const found = layoutOf(line);
      if (!found) throw formatError(path, JSON.stringify(line.slice(0, SHOWN)), expected);
      const { separator, fields, label } = found;
      const cells = [...found.cells, label];
      const management = { cell: cells[PROTO]!, word: 'man' };
      const layout = { separator, fields, cells, unset: [], calendar: true, management };
      return { layout, isRow: !found.header };
    },
  };
}

/** Dir without padding, Dur as the 32-bit float that Argus printed. Columns are changed in place. */
export function argusWords(table: Table): Table {
  return mapColumns(table, (column, name) => {
    if (name === 'Dur' && column.kind === 'number') {
      return { kind: 'number', values: column.values.map(Math.fround) };
    }
    return name === 'Dir' && column.kind === 'text' ? rewriteWords(column, directionWord) : column;
  });
}

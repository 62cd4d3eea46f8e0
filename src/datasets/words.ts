import type { Column, Table, TextColumn } from '../table/index.ts';

/**
 * Puts another word in place of each word of a column; words that become the same share a code, and
 * one that becomes empty is an empty cell. Codes are changed in place.
 */
export function rewriteWords(column: TextColumn, change: (word: string) => string): TextColumn {
  const { codes } = column;
  const dictionary: string[] = [];
  const codeOf = new Map<string, number>([['', -1]]);
  const newCodes = Int32Array.from(column.dictionary, (old) => {
    const word = change(old);
    let code = codeOf.get(word);
    if (code === undefined) {
      code = dictionary.push(word) - 1;
      codeOf.set(word, code);
    }
    return code;
  });
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! >= 0) codes[row] = newCodes[codes[row]!]!;
  }
  return { kind: 'text', codes, dictionary };
}

/** The table with its columns changed; `change` gets the column's name. */
export function mapColumns(table: Table, change: (column: Column, name: string) => Column): Table {
  const { columns } = table.schema;
  return { ...table, columns: table.columns.map((column, i) => change(column, columns[i]!.name)) };
}

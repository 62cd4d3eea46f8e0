import type { FormatWriter, TableSink } from './output.ts';
import type { Schema } from './schema.ts';
import { type CellSpelling, cellTexts, isoTime, writeLines } from './text-rows.ts';

const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A word as one CSV cell (RFC 4180): quoted when it holds a comma, a quote or a line break, quotes
 * doubled. The empty word is `""`, so that it differs from an empty cell.
 */
export function csvCell(word: string): string {
  return word === '' || NEEDS_QUOTES.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}

const spelling: CellSpelling = { empty: '', number: String, time: isoTime, word: csvCell };

/**
 * Comma-separated values as RFC 4180 quotes them, UTF-8, one header line, lines ended by LF. Times
 * are ISO 8601 in UTC with microseconds; an empty cell is nothing. Cells are data: a word that a
 * spreadsheet would take for a formula is not changed.
 */
export function createCsvWriter(schema: Schema, sink: TableSink): FormatWriter {
  let begun = false;
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    await sink.write(`${schema.columns.map((column) => csvCell(column.name)).join(',')}\n`);
  };
  return {
    async append(table) {
      await begin();
      const cells = cellTexts(table, spelling);
      await writeLines(sink, table.rows, (row) => {
        let line = cells[0]!(row);
        for (let i = 1; i < cells.length; i++) line += `,${cells[i]!(row)}`;
        return `${line}\n`;
      });
    },
    async finish() {
      await begin();
      await sink.commit?.();
    },
    abort: () => sink.abort?.(),
  };
}

import type { FormatWriter, TableSink } from './output.ts';
import type { Schema } from './schema.ts';
import { type CellSpelling, cellTexts, isoTime, writeLines } from './text-rows.ts';

const spelling: CellSpelling = {
  empty: 'null',
  // JSON has no infinity.
  number: (value) => (Number.isFinite(value) ? String(value) : 'null'),
  time: (micros) => `"${isoTime(micros)}"`,
  word: JSON.stringify,
};

/**
 * JSON Lines: one object a row, its keys the columns in order, UTF-8. Times are ISO 8601 text in UTC
 * with microseconds; an empty cell is `null`.
 */
export function createJsonLinesWriter(schema: Schema, sink: TableSink): FormatWriter {
  const keys = schema.columns.map(
    (column, i) => `${i === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
  );
  return {
    append(table) {
      const cells = cellTexts(table, spelling);
      return writeLines(sink, table.rows, (row) => {
        let line = '';
        for (let i = 0; i < cells.length; i++) line += keys[i]! + cells[i]!(row);
        return `${line}}\n`;
      });
    },
    async finish() {
      await sink.commit?.();
    },
    abort: () => sink.abort?.(),
  };
}

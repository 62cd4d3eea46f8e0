export { NumberBuilder, TextBuilder } from './builder.ts';
export { columnsPage } from './columns-page.ts';
export { csvCell } from './csv-writer.ts';
export { joinTables } from './join.ts';
export type { TableSink } from './output.ts';
export {
  ADDRESS_COLUMNS,
  type ColumnRole,
  type ColumnSpec,
  type ColumnType,
  columnIndex,
  type Schema,
  schemaId,
  timeColumn,
} from './schema.ts';
export {
  type Column,
  type LabelledTable,
  type NumberColumn,
  numbers,
  type Table,
  type TextColumn,
  takeRows,
  textAt,
  texts,
} from './table.ts';
export { isoTime } from './text-rows.ts';
export { type TextTableColumn, textTable } from './text-table.ts';
export {
  createTableWriter,
  TABLE_FORMATS,
  type TableFormat,
  type TableWriter,
  type TableWriterOptions,
} from './writer.ts';

export { NumberBuilder, TextBuilder } from './builder.ts';
export {
  type ColumnRole,
  type ColumnSpec,
  type ColumnType,
  columnIndex,
  type Schema,
  schemaId,
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

import type { Table } from './table.ts';

/** Where text rows go when they do not go to a path: standard output, a socket, a test's array. */
export interface TableSink {
  /** May return a promise that settles when more can be taken. */
  write(data: string): void | Promise<void>;
  /** Called once after the last row. */
  commit?(): void | Promise<void>;
  /** Called once instead of `commit` when the rows are not wanted after all. */
  abort?(): void;
}

/** The part of a writer that differs between formats; `createTableWriter` guards the order of calls. */
export interface FormatWriter {
  append(table: Table): Promise<void>;
  finish(): Promise<void>;
  abort(): void;
}

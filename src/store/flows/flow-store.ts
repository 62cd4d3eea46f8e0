import type { Table } from '../../table/index.ts';
import type { Condition } from '../query.ts';
import type { NewPart } from './places.ts';
import type { FlowView, RowFacts } from './view.ts';

/** A file of flows, whole on the disk and in the registry. */
export interface FlowPart {
  readonly id: string;
  readonly view: string;
  /** `argus@1`: parts of other versions are kept but not read. */
  readonly schemaId: string;
  /** File or live capture that the flows come from. */
  readonly origin: string;
  /** Below the store's folder. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Times of its first and last row, or null when the view has none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly writtenAt: number;
}

/** Which flows. Nothing of it becomes SQL text: columns are looked up, values are bound. */
export interface FlowFilter {
  readonly view: string;
  /** All must hold. Times are microseconds. */
  readonly where?: readonly Condition[];
  /** Flows with this address on either side. */
  readonly host?: string;
  /** Flows that began at `from` or later, and before `to`. */
  readonly from?: number;
  readonly to?: number;
  readonly origin?: string;
}

/** A page of flows. */
export interface FlowQuery extends FlowFilter {
  /** Default all columns of the view. */
  readonly columns?: readonly string[];
  /** Default the view's time, the latest first. */
  readonly sort?: { readonly by: string; readonly descending?: boolean };
  readonly limit?: number;
  readonly after?: string;
}

/** A cell: times are microseconds, an empty cell is null. */
export type FlowCell = string | number | null;

/** One flow. */
export interface FlowRow {
  /** Part and row: names the flow until its part is compacted or deleted. */
  readonly ref: string;
  readonly origin: string;
  readonly cells: readonly FlowCell[];
}

/** Flows, with the names of their columns. */
export interface FlowPage {
  readonly columns: readonly string[];
  readonly rows: readonly FlowRow[];
  readonly next: string | null;
  /** Parts left out because another version of the view wrote them. */
  readonly unread: number;
}

/** Counts of a column's values. Of words: the most frequent. Of numbers and times: bars of equal width. */
export interface Histogram {
  readonly column: string;
  readonly rows: number;
  /** Rows with an empty cell. */
  readonly empty: number;
  /** Of words; absent for numbers. Rows of other words are the rest. */
  readonly words?: readonly { readonly value: string; readonly count: number }[];
  /** Of numbers and times; absent for words. `to` belongs to the bar only in the last one. */
  readonly bars?: readonly { readonly from: number; readonly to: number; readonly count: number }[];
}

/** Which scores {@link FlowStore.hostScores} counts. */
export interface HostScoresQuery {
  readonly view: string;
  /** Hosts with fewer flows above the lowest bar are not told one by one. */
  readonly least: number;
  /** Thresholds beside the hundredths from 0 to 0.99. */
  readonly thresholds?: readonly number[];
}

/** How many flows reach each threshold: of all, and of each originator in each origin. */
export interface HostScores {
  /** Flows with a score. */
  readonly flows: number;
  /** Rising. */
  readonly thresholds: readonly number[];
  /** Flows at or above each threshold. */
  readonly reached: readonly number[];
  readonly origins: number;
  /** One a host and origin, 50,000 at most: those with the most flows above the lowest bar. */
  readonly hosts: readonly {
    /** Hosts with a score in its origin. */
    readonly ofOrigin: number;
    readonly scored: number;
    readonly reached: readonly number[];
  }[];
}

/** Values of a numeric column, and where one of them lies among them. */
export interface Spread {
  readonly column: string;
  /** Rows with a value. */
  readonly rows: number;
  /** `even`: bars of equal width. `log`: of equal ratio, with a bar of its own for 0. */
  readonly scale: 'even' | 'log';
  /** Rising; `to` belongs to the bar only in the last one, and where it equals `from`. */
  readonly bars: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  /** Values below which 5, 25, 50, 75 and 95 of a hundred rows lie; empty without rows. */
  readonly quantiles: readonly number[];
  /** Rows below, at and above the value asked for. */
  readonly below: number;
  readonly same: number;
  readonly above: number;
}

/** Takes flows of one origin in one view. What {@link FlowWriter.flush} has resolved is kept for good. */
export interface FlowWriter {
  /**
   * Takes rows; nothing of the table is kept after the promise settles. Writes parts by itself when
   * its buffer is full.
   * @throws WiresiftError `TABLE_SCHEMA` for a table of another view, `STORE_FULL` and the like
   */
  append(table: Table, facts?: RowFacts): Promise<void>;
  /** Writes all that waits. @returns rows kept for good since the writer was opened */
  flush(): Promise<number>;
  /** Flushes and ends. */
  close(): Promise<number>;
  /** Forgets what waits; what was flushed stays. */
  abort(): void;
}

/** How a {@link FlowWriter} works. */
export interface FlowWriterOptions {
  readonly view: string;
  readonly origin: string;
  /** Rows that wait in memory at most, some 200 bytes each; default 100,000. */
  readonly bufferRows?: number;
}

/** Flows as Parquet files, found through a registry in the data base. */
export interface FlowStore {
  readonly views: readonly FlowView[];
  /** @throws WiresiftError `STORE_QUERY` for a view the store does not keep */
  writer(options: FlowWriterOptions): FlowWriter;
  /**
   * Puts files that {@link FlowFiles} wrote on the list: from then on their flows are there, all of them
   * or none. What fails is deleted.
   */
  adopt(parts: readonly NewPart[]): Promise<void>;
  /**
   * One page of flows.
   * @throws WiresiftError `STORE_QUERY` (exit code 2), `STORE_LIMIT` when it takes too much time or memory
   */
  page(query: FlowQuery): Promise<FlowPage>;
  /** All flows asked for, in pieces, in order; for downloads. `limit` bounds the whole. */
  stream(query: FlowQuery): AsyncIterable<Pick<FlowPage, 'columns' | 'rows'>>;
  count(filter: FlowFilter): Promise<number>;
  /** @param bars bars or words at most, 1 to 1,000; default 50 */
  histogram(filter: FlowFilter, column: string, bars?: number): Promise<Histogram>;
  /** Values of a column that begin with `prefix`, the most frequent first. */
  distinct(
    filter: FlowFilter,
    column: string,
    options?: { prefix?: string; limit?: number },
  ): Promise<{ value: FlowCell; count: number }[]>;
  /**
   * How a numeric column's values spread, told so that a long tail does not hide the rest.
   * @param value whose place is wanted; null: none
   * @throws WiresiftError `STORE_QUERY` for a column of words
   */
  spread(
    filter: FlowFilter,
    column: string,
    options: { readonly value: number | null; readonly bars?: number },
  ): Promise<Spread>;
  /** Scores by host, as alerts are made of them. */
  hostScores(query: HostScoresQuery): Promise<HostScores>;
  /** Files that a filter's view, origin and time touch, the oldest first. */
  parts(filter?: Partial<FlowFilter>): Promise<FlowPart[]>;
  /** Deletes all flows of an origin, pinned or not: for a job that begins again. @returns rows */
  dropOrigin(origin: string): Promise<number>;
  /**
   * Joins small parts of one origin, view and folder into one. Pages that are being read stay right; a
   * {@link FlowRow.ref} and a cursor from before name nothing afterwards. @returns parts that went
   */
  compact(options?: { belowRows?: number }): Promise<number>;
}

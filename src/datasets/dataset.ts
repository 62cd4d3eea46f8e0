import type { LabelledTable, Schema, Table } from '../table/index.ts';

/** One file as its publisher offers it. */
export interface DatasetFile {
  readonly name: string;
  /** Absent when the project has recorded no address. */
  readonly url?: string;
  /** Size as published. Absent: not known. */
  readonly bytes?: number;
  /** Of the bytes that the address serves, hexadecimal. Absent: not known, and then not checked. */
  readonly sha256?: string;
  /** What tells it from the other files: `scenario 6, Menti`. */
  readonly what: string;
}

/** How one group of the publisher's labels is read. */
export interface LabelRule {
  readonly group: string;
  /** Which labels belong to it, in words. */
  readonly labels: string;
  /** The class, or null where the row is kept without one (label -1). */
  readonly class: string | null;
}

/** What is known of a data set, whether or not this version can read it. */
export interface DatasetCard {
  readonly name: string;
  readonly title: string;
  readonly publisher: string;
  /** The publisher's page. Absent: not recorded. */
  readonly source?: string;
  readonly licence: string;
  readonly citation: string;
  readonly files: readonly DatasetFile[];
  /** What a user must know before trusting a figure measured on it. */
  readonly errata: readonly string[];
  readonly labels: readonly LabelRule[];
}

/** How to read; only `target` and `fileLabel` change what comes out, and only the classes. */
export interface ReadOptions {
  /** Which of {@link Dataset.targets} the classes are; the first unless named. */
  readonly target?: string;
  /** The label of a file without a label column (`Malicious`), by its path: for zeek-labelled. */
  readonly fileLabel?: (path: string) => string | undefined;
  /** Throw at the first row that cannot be read instead of counting it. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
  /** Bytes read so far and bytes in all, of the files as they lie on the disk. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One file's share of a table. */
export interface FileShare {
  readonly path: string;
  /** `scenario-6` when the name is one of the publisher's, else the file's name without its endings. */
  readonly part: string;
  /** Its rows stand together: `firstRow` to `firstRow + rows - 1`. */
  readonly firstRow: number;
  readonly rows: number;
  /** Rows that say something about the sensor, not about traffic; skipped. */
  readonly management: number;
  /** SHA-256 of the file's bytes as read. */
  readonly hash: string;
}

/** Rows counted for one {@link LabelRule}. */
export interface LabelCount {
  readonly group: string;
  readonly class: string | null;
  readonly rows: number;
}

/** A labelled table with the account of where its rows came from. */
export interface DatasetTable extends LabelledTable {
  readonly files: readonly FileShare[];
  /** In the order of the data set's rules; groups without rows are left out. */
  readonly labelCounts: readonly LabelCount[];
  /** Columns of the publisher's that the view lacks, row by row: NSL-KDD's difficulty. */
  readonly besides?: Table;
}

/** A data set that this version can read. */
export interface Dataset extends DatasetCard {
  readonly schema: Schema;
  /** What the classes can be: `label`, `category`. Absent: there is but one way. */
  readonly targets?: readonly string[];
  /** True when no column can be computed from packets: a model of it never runs live. */
  readonly offline?: boolean;
  /** Whether a file of that name is the publisher's test set. Absent: none is. */
  readonly isTestFile?: (name: string) => boolean;
  /**
   * Reads the files one after the other into one table, in the order given.
   * @throws WiresiftError `DATASET_OPEN`, `DATASET_GZIP`, `DATASET_FORMAT`, `DATASET_ROW` (strict), `DATASET_LIMIT`, `DATASET_TARGET`, `ABORTED`
   */
  read(paths: string | readonly string[], options?: ReadOptions): Promise<DatasetTable>;
}

/** Groups by file instead of by host, so that a grouped split keeps whole scenarios apart. */
export function groupsByFile(table: Pick<DatasetTable, 'table' | 'files'>): {
  groups: Int32Array;
  groupNames: string[];
} {
  const groups = new Int32Array(table.table.rows);
  const groupNames: string[] = [];
  for (const { part, firstRow, rows } of table.files) {
    let group = groupNames.indexOf(part);
    if (group < 0) group = groupNames.push(part) - 1;
    groups.fill(group, firstRow, firstRow + rows);
  }
  return { groups, groupNames };
}

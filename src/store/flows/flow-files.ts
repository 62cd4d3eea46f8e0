import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  createTableWriter,
  joinTables,
  schemaId,
  type Table,
  takeRows,
} from '../../table/index.ts';
import { engineError } from '../engine-error.ts';
import { discardParts, type NewPart, placePart, safeSize } from './places.ts';
import { type FlowView, type RowFacts, storedTable, timesOf } from './view.ts';

const HOUR = 3600e6;
const DEFAULT_BUFFER = 100_000;
/**
 * Hours that get files of their own in one flush. Forged times could put every flow into another hour;
 * those beyond share one file, which the registry finds by its times all the same.
 */
const MAX_FOLDERS = 16;
/** Folders of rows whose time is empty or no date, and of those that share a file. */
const UNTIMED = 'untimed';
const MIXED = 'mixed';
/** Years 1900 to 2200, in hours since 1970: beyond, a time is forged and names no folder. */
const LEAST_HOUR = -613_608;
const MOST_HOUR = 2_016_192;

/** `2011-08-16T11`, the folder of an hour since 1970. */
function hourFolder(hour: number): string {
  if (!(hour >= LEAST_HOUR && hour <= MOST_HOUR)) return UNTIMED;
  return new Date(hour * 3600_000).toISOString().slice(0, 13);
}

/** Rows of a table by folder. */
function byFolder(times: Float64Array | undefined, rows: number): Map<string, Int32Array> {
  if (!times) return new Map([[UNTIMED, Int32Array.from({ length: rows }, (_, row) => row)]]);
  const hours = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const hour = Math.floor(times[row]! / HOUR);
    const list = hours.get(hour);
    if (list) list.push(row);
    else hours.set(hour, [row]);
  }
  const folders = new Map<string, Int32Array>();
  for (const [hour, list] of hours) {
    const folder = hourFolder(hour);
    const before = folders.get(folder);
    folders.set(folder, Int32Array.from(before ? [...before, ...list] : list));
  }
  return folders;
}

/** Where {@link FlowFiles} writes, and what for. */
export interface FlowFilesOptions {
  /** The store's. */
  readonly folder: string;
  readonly view: FlowView;
  readonly origin: string;
  /** Rows that wait in memory at most, some 200 bytes each; default 100,000. */
  readonly bufferRows?: number | undefined;
  readonly newId?: () => string;
}

/**
 * Flows of one origin and view on their way into files. Works without the data base, so in any thread:
 * the files count from when the store has them on its list.
 */
export class FlowFiles {
  readonly #options: FlowFilesOptions;
  readonly #bufferRows: number;
  readonly #newId: () => string;
  readonly #waiting = new Map<string, { tables: Table[]; rows: number }>();
  #rows = 0;

  constructor(options: FlowFilesOptions) {
    this.#options = options;
    this.#bufferRows = Math.max(1, options.bufferRows ?? DEFAULT_BUFFER);
    this.#newId = options.newId ?? randomUUID;
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether it is time to write. */
  get full(): boolean {
    return this.#rows >= this.#bufferRows;
  }

  /** Takes rows; nothing of the table is kept. @throws WiresiftError `TABLE_SCHEMA` for another view's */
  add(table: Table, facts: RowFacts = {}): void {
    const { view } = this.#options;
    // With a dictionary of its own: views reuse theirs for the next batch.
    const rows = joinTables(view.schema, [storedTable(view, table, facts)]);
    for (const [folder, picked] of byFolder(timesOf(view, rows), rows.rows)) {
      const waiting = this.#waiting.get(folder) ?? { tables: [], rows: 0 };
      waiting.tables.push(picked.length === rows.rows ? rows : takeRows(rows, picked));
      waiting.rows += picked.length;
      this.#waiting.set(folder, waiting);
    }
    this.#rows += rows.rows;
  }

  /**
   * Writes all that waits; whole and flushed when the promise settles. The rows wait on for a second
   * try, until {@link FlowFiles.clear}. @throws WiresiftError `STORE_FULL` and the like; no file stays
   */
  async write(): Promise<NewPart[]> {
    const written: NewPart[] = [];
    try {
      for (const [folder, tables] of this.#folders()) {
        written.push(await this.#writePart(folder, tables));
      }
    } catch (error) {
      // On a full disk these files would be in the way.
      discardParts(this.#options.folder, written);
      throw error;
    }
    return written;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.clear();
    this.#rows = 0;
  }

  /** The fullest hours in files of their own, the rest together. */
  #folders(): [string, Table[]][] {
    const sorted = [...this.#waiting].sort(
      ([a, { rows: m }], [b, { rows: n }]) => n - m || (a < b ? -1 : 1),
    );
    const own = sorted.slice(0, MAX_FOLDERS);
    const rest = sorted.slice(MAX_FOLDERS).flatMap(([, { tables }]) => tables);
    const folders = own.map(([folder, { tables }]): [string, Table[]] => [folder, tables]);
    return rest.length > 0 ? [...folders, [MIXED, rest]] : folders;
  }

  async #writePart(folder: string, tables: readonly Table[]): Promise<NewPart> {
    const { folder: root, view, origin } = this.#options;
    const { id, path, absolute } = placePart(root, this.#newId(), view.name, folder);
    let rows = 0;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    let bytes = 0;
    try {
      const writer = createTableWriter({ format: 'parquet', schema: view.schema, path: absolute });
      for (const table of tables) {
        rows += table.rows;
        for (const time of timesOf(view, table) ?? []) {
          if (time < first) first = time;
          if (time > last) last = time;
        }
        await writer.append(table);
        // Between two batches others get their turn: nobody must wait for a whole part.
        await setImmediate();
      }
      await writer.close();
      bytes = safeSize(absolute);
    } catch (error) {
      throw engineError(error, absolute);
    }
    return {
      id,
      view: view.name,
      schemaId: schemaId(view.schema),
      origin,
      path,
      rows,
      bytes,
      // Beyond what a whole number holds exactly, the time is forged; without times the part is always read.
      first: Number.isSafeInteger(first) ? first : null,
      last: Number.isSafeInteger(first) && Number.isSafeInteger(last) ? last : null,
    };
  }
}

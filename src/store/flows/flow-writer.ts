import { setImmediate } from 'node:timers/promises';
import { WiresiftError } from '../../base/index.ts';
import {
  createTableWriter,
  joinTables,
  schemaId,
  type Table,
  takeRows,
} from '../../table/index.ts';
import { engineError } from '../engine-error.ts';
import type { FlowWriter, FlowWriterOptions } from './flow-store.ts';
import type { NewPart, Parts } from './parts.ts';
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

/** Writes flows of one origin and view as parts. Calls are worked off one after the other. */
export class PartWriter implements FlowWriter {
  readonly #parts: Parts;
  readonly #view: FlowView;
  readonly #origin: string;
  readonly #bufferRows: number;
  #waiting = new Map<string, { tables: Table[]; rows: number }>();
  #rows = 0;
  #kept = 0;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts, view: FlowView, options: FlowWriterOptions) {
    this.#parts = parts;
    this.#view = view;
    this.#origin = options.origin;
    this.#bufferRows = Math.max(1, options.bufferRows ?? DEFAULT_BUFFER);
  }

  append(table: Table, facts: RowFacts = {}): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkOpen();
      // With a dictionary of its own: views reuse theirs for the next batch.
      const rows = joinTables(this.#view.schema, [storedTable(this.#view, table, facts)]);
      for (const [folder, picked] of byFolder(timesOf(this.#view, rows), rows.rows)) {
        const waiting = this.#waiting.get(folder) ?? { tables: [], rows: 0 };
        waiting.tables.push(picked.length === rows.rows ? rows : takeRows(rows, picked));
        waiting.rows += picked.length;
        this.#waiting.set(folder, waiting);
      }
      this.#rows += rows.rows;
      if (this.#rows >= this.#bufferRows) await this.#write();
    });
  }

  flush(): Promise<number> {
    return this.#inTurn(async () => {
      this.#checkOpen();
      await this.#write();
      return this.#kept;
    });
  }

  async close(): Promise<number> {
    if (this.#closed) return this.#kept;
    const kept = await this.flush();
    this.#closed = true;
    return kept;
  }

  abort(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#rows = 0;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new WiresiftError({
      code: 'TABLE_CLOSED',
      where: `flows of ${this.#origin}`,
      saw: 'rows after close or abort',
      expected: 'no more rows',
      todo: 'Open a new writer',
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
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

  async #write(): Promise<void> {
    if (this.#rows === 0) return;
    const written: NewPart[] = [];
    try {
      for (const [folder, tables] of this.#folders()) {
        written.push(await this.#writePart(folder, tables));
      }
    } catch (error) {
      // The rows still wait here, for a second try; on a full disk these files would be in the way.
      this.#parts.discard(written);
      throw error;
    }
    await this.#register(written);
    this.#kept += this.#rows;
    this.#rows = 0;
    this.#waiting.clear();
  }

  /** One transaction for all hours: what is flushed together is there together. */
  async #register(written: readonly NewPart[]): Promise<void> {
    try {
      await this.#parts.register(written);
    } catch (error) {
      // A server may have committed and died before it could say so: then the rows are there.
      const there = await this.#parts.holds(written[0]!.id).catch(() => undefined);
      if (there === true) return;
      if (there === false) this.#parts.discard(written);
      // Who cannot know must not write the rows a second time; the next start clears up.
      else this.abort();
      throw error;
    }
  }

  async #writePart(folder: string, tables: readonly Table[]): Promise<NewPart> {
    const view = this.#view;
    const { id, path, absolute } = this.#parts.place(view.name, folder);
    let rows = 0;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    try {
      const writer = createTableWriter({ format: 'parquet', schema: view.schema, path: absolute });
      for (const table of tables) {
        rows += table.rows;
        for (const time of timesOf(view, table) ?? []) {
          if (time < first) first = time;
          if (time > last) last = time;
        }
        await writer.append(table);
        // Between two batches others get their turn: readers must not wait for a whole part.
        await setImmediate();
      }
      await writer.close();
    } catch (error) {
      throw engineError(error, absolute);
    }
    return {
      id,
      view: view.name,
      schemaId: schemaId(view.schema),
      origin: this.#origin,
      path,
      rows,
      // Beyond what a whole number holds exactly, the time is forged; without times the part is always read.
      first: Number.isSafeInteger(first) ? first : null,
      last: Number.isSafeInteger(first) && Number.isSafeInteger(last) ? last : null,
    };
  }
}

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Database, Executor } from '../database.ts';
import { engineError } from '../engine-error.ts';
import type { Cells } from '../fields.ts';
import type { FlowFilter, FlowPart } from './flow-store.ts';

/** Folder of all flows below the store's. */
export const FLOWS = 'flows';

/** A download whose client went to sleep must not keep files for ever. */
const PATIENCE_MILLIS = 30_000;

function partOf(cells: Cells): FlowPart {
  const { id, view_name, schema_id, origin, path, rows, bytes, first, last, written_at } = cells;
  return {
    id: String(id),
    view: String(view_name),
    schemaId: String(schema_id),
    origin: String(origin),
    path: String(path),
    rows: Number(rows),
    bytes: Number(bytes),
    first: first === null ? null : Number(first),
    last: last === null ? null : Number(last),
    writtenAt: Number(written_at),
  };
}

/** Flushes a folder's list of names, so that a rename in it survives a power cut. */
export function syncFolder(path: string): void {
  // Windows has no such thing, and needs none.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A whole file that is not on the list yet; what is missing is measured when it comes there. */
export type NewPart = Omit<FlowPart, 'bytes' | 'writtenAt'>;

/**
 * The registry of flow files. A file is written and flushed first and registered last, and unregistered
 * first and deleted last: what is registered is always whole.
 */
export class Parts {
  readonly #database: Database;
  readonly folder: string;
  /** Queries at work: a file is not deleted under them. */
  readonly #readers = new Set<Promise<unknown>>();

  constructor(database: Database, folder: string) {
    this.#database = database;
    this.folder = folder;
  }

  /** Runs a query over files that no deletion takes away meanwhile. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#readers.add(running);
    try {
      return await running;
    } finally {
      this.#readers.delete(running);
    }
  }

  async list(filter: Partial<FlowFilter> = {}, executor?: Executor): Promise<FlowPart[]> {
    const { view, origin, from, to } = filter;
    let query = (executor ?? this.#database.db).selectFrom('flow_parts').selectAll();
    if (view !== undefined) query = query.where('view_name', '=', view);
    if (origin !== undefined) query = query.where('origin', '=', origin);
    // A part without times may hold any.
    if (from !== undefined) {
      query = query.where((eb) => eb.or([eb('last', '>=', from), eb('last', 'is', null)]));
    }
    if (to !== undefined) {
      query = query.where((eb) => eb.or([eb('first', '<', to), eb('first', 'is', null)]));
    }
    const rows = await query.orderBy('first').orderBy('written_at').orderBy('id').execute();
    return rows.map(partOf);
  }

  /** A place for a new file, with its folder made. */
  place(view: string, folder: string): { id: string; path: string; absolute: string } {
    const id = this.#database.newId();
    const path = `${FLOWS}/view=${view}/${folder}/${id}.parquet`;
    const absolute = join(this.folder, path);
    try {
      if (mkdirSync(dirname(absolute), { recursive: true }) !== undefined) {
        syncFolder(dirname(dirname(absolute)));
        syncFolder(join(this.folder, FLOWS));
      }
    } catch (error) {
      throw engineError(error, absolute);
    }
    return { id, path, absolute };
  }

  /** Makes whole files known, and takes others off the list, in one transaction. */
  async register(added: readonly NewPart[], removed: readonly FlowPart[] = []): Promise<void> {
    for (const folder of new Set(added.map(({ path }) => dirname(path)))) {
      syncFolder(join(this.folder, folder));
    }
    const rows = added.map((part) => ({
      id: part.id,
      view_name: part.view,
      schema_id: part.schemaId,
      origin: part.origin,
      path: part.path,
      rows: part.rows,
      bytes: statSync(join(this.folder, part.path)).size,
      first: part.first,
      last: part.last,
      written_at: this.#database.now(),
    }));
    await this.#database.db.transaction().execute(async (work) => {
      if (rows.length > 0) await work.insertInto('flow_parts').values(rows).execute();
      await this.unregister(work, removed);
    });
  }

  /** Whether a file is on the list. */
  async holds(id: string): Promise<boolean> {
    const { db } = this.#database;
    const row = await db
      .selectFrom('flow_parts')
      .select('id')
      .where('id', '=', id)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Takes files off the list, in a transaction of the caller's; {@link Parts.erase} comes after it. */
  async unregister(work: Executor, parts: readonly FlowPart[]): Promise<void> {
    for (let i = 0; i < parts.length; i += 500) {
      const ids = parts.slice(i, i + 500).map(({ id }) => id);
      await work.deleteFrom('flow_parts').where('id', 'in', ids).execute();
    }
  }

  /** Deletes files that never came on the list. */
  discard(parts: readonly Pick<FlowPart, 'path'>[]): void {
    for (const { path } of parts) rmSync(join(this.folder, path), { force: true });
  }

  /** Deletes files that are no longer on the list, once the queries at work are through. */
  async erase(parts: readonly FlowPart[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MILLIS);
    });
    await Promise.race([Promise.allSettled([...this.#readers]), patience]);
    clearTimeout(timer);
    this.discard(parts);
  }

  /**
   * Removes files that a process left behind when it died between writing and registering, or between
   * unregistering and deleting. Only for the one process that owns the folder. @returns how many
   */
  async sweep(): Promise<number> {
    const root = join(this.folder, FLOWS);
    mkdirSync(root, { recursive: true });
    const known = new Set((await this.list()).map(({ path }) => path));
    let swept = 0;
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const absolute = join(entry.parentPath, entry.name);
      const path = absolute.slice(this.folder.length + 1).replaceAll('\\', '/');
      if (known.has(path)) continue;
      rmSync(absolute, { force: true });
      swept++;
    }
    return swept;
  }

  /** Parts on the list whose file is gone or of another size: a damage that queries would meet. */
  async damaged(): Promise<FlowPart[]> {
    const parts = await this.list();
    return parts.filter(({ path, bytes }) => {
      const found = statSync(join(this.folder, path), { throwIfNoEntry: false });
      return found?.size !== bytes;
    });
  }
}

import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, Executor } from '../database.ts';
import type { Cells } from '../fields.ts';
import type { FlowFilter, FlowPart } from './flow-store.ts';
import { discardParts, FLOWS, type NewPart } from './places.ts';

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

  /** Names of new files. */
  get newId(): () => string {
    return this.#database.newId;
  }

  /**
   * Puts whole files on the list, all or none, and deletes them if that fails.
   * @throws what the data base threw; then they are not there, unless even that could not be asked
   */
  async adopt(written: readonly NewPart[]): Promise<void> {
    if (written.length === 0) return;
    try {
      await this.register(written);
    } catch (error) {
      // A server may have committed and died before it could say so: then they are there.
      const there = await this.holds(written[0]!.id).catch(() => undefined);
      if (there === true) return;
      // Who cannot know leaves them: the next start clears up.
      if (there === false) discardParts(this.folder, written);
      throw error;
    }
  }

  /** Makes whole files known, and takes others off the list, in one transaction. */
  async register(added: readonly NewPart[], removed: readonly FlowPart[] = []): Promise<void> {
    const rows = added.map((part) => ({
      id: part.id,
      view_name: part.view,
      schema_id: part.schemaId,
      origin: part.origin,
      path: part.path,
      rows: part.rows,
      bytes: part.bytes,
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

  /** Deletes files that are no longer on the list, once the queries at work are through. */
  async erase(parts: readonly FlowPart[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MILLIS);
    });
    await Promise.race([Promise.allSettled([...this.#readers]), patience]);
    clearTimeout(timer);
    discardParts(this.folder, parts);
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

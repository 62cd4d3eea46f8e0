import { Kysely, type Transaction } from 'kysely';
import { WiresiftError } from '../base/index.ts';
import { engineError } from './engine-error.ts';
import type { Cells } from './fields.ts';
import { postgresDialect, publicUrl } from './postgres-driver.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import { localLane, ThreadLane } from './sqlite-lane.ts';
import { APPLICATION_ID, openSqlite } from './sqlite-statements.ts';

/** Every table by name: the records' own types come from `tables.ts`, where each is declared once. */
export type Tables = Record<string, Cells>;

/** A connection, and what every part of the store needs beside it. */
export interface Database {
  readonly db: Kysely<Tables>;
  readonly engine: 'sqlite' | 'postgres';
  readonly where: string;
  readonly now: () => number;
  readonly newId: () => string;
}

/** Where queries run: on their own, or inside a transaction. */
export type Executor = Kysely<Tables> | Transaction<Tables>;

/** How long others' locks are waited for, in milliseconds. */
export const LOCK_MILLIS = 5000;

/** Opens SQLite's file. @throws WiresiftError `STORE_OPEN`, `STORE_DAMAGED`, `STORE_FOREIGN`, `STORE_READ_ONLY`, `STORE_LOCKED` */
export function connectSqlite(path: string, lockMillis = LOCK_MILLIS): Kysely<Tables> {
  try {
    const database = openSqlite(path, lockMillis);
    try {
      claimFile(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
    const lanes = { writer: localLane(database), readers: [], where: path };
    return new Kysely<Tables>({ dialect: sqliteDialect(lanes) });
  } catch (error) {
    throw engineError(error, path);
  }
}

/** Threads that read: a question over many rows must not hold up a page of a list. */
const READERS = 2;

/**
 * The same over a file that {@link connectSqlite} has opened before: one thread writes, others read, and
 * this one waits for neither.
 */
export async function threadedSqlite(
  path: string,
  lockMillis = LOCK_MILLIS,
): Promise<Kysely<Tables>> {
  const lane = (readOnly: boolean): ThreadLane => new ThreadLane({ path, lockMillis, readOnly });
  const readers = Array.from({ length: READERS }, () => lane(true));
  const writer = lane(false);
  try {
    await Promise.all([writer, ...readers].map((one) => one.query('select 1', [])));
  } catch (error) {
    await Promise.all([writer, ...readers].map((one) => one.close()));
    throw engineError(error, path);
  }
  return new Kysely<Tables>({
    dialect: sqliteDialect({ writer, readers, where: path }),
  });
}

/** Marks a new file as ours; refuses one that is not. */
function claimFile(database: ReturnType<typeof openSqlite>, path: string): void {
  const id = Number(database.prepare('pragma application_id').get()!['application_id']);
  if (id === APPLICATION_ID) return;
  const tables = Number(database.prepare('select count(*) as n from sqlite_schema').get()!['n']);
  if (id !== 0 || tables > 0) {
    throw new WiresiftError({
      code: 'STORE_FOREIGN',
      where: path,
      saw: 'a data base of another program',
      expected: 'an empty one, or one of Wiresift',
      todo: 'Name another folder',
    });
  }
  database.exec(`pragma application_id = ${APPLICATION_ID}`);
}

/** Prepares a connection to PostgreSQL; nothing is sent yet. */
export function connectPostgres(url: string, lockMillis = LOCK_MILLIS): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: postgresDialect(url, publicUrl(url), lockMillis) });
}

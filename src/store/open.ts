import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { WiresiftError } from '../base/index.ts';
import { Alerts } from './alerts.ts';
import { auditLog } from './audit.ts';
import {
  connectPostgres,
  connectSqlite,
  type Database,
  LOCK_MILLIS,
  threadedSqlite,
} from './database.ts';
import { EditableRows } from './editable.ts';
import { engineError, tryWriting } from './engine-error.ts';
import { EvidenceRows } from './evidence.ts';
import { badQuery } from './filter.ts';
import { Duck, FLOW_LIMITS, type FlowLimits } from './flows/duck.ts';
import { Flows } from './flows/flows.ts';
import { Parts } from './flows/parts.ts';
import { FLOWS } from './flows/places.ts';
import { FLOW_VIEWS, type FlowView } from './flows/view.ts';
import { Hosts } from './hosts.ts';
import { Jobs } from './jobs.ts';
import { ownFolder } from './lock.ts';
import { migrate } from './migrate.ts';
import { publicUrl } from './postgres-driver.ts';
import { retain } from './retention.ts';
import type { Store } from './store.ts';
import {
  FILES,
  HUNTS,
  LABELS,
  MODELS,
  SESSIONS,
  SETTINGS,
  SUPPRESSIONS,
  TOKENS,
  USERS,
} from './tables.ts';

/** How a store is opened. */
export interface StoreOptions {
  /** Made if need be. */
  readonly folder: string;
  /** `postgres://…` keeps all but flows and uploads there; absent: SQLite inside the folder. */
  readonly url?: string;
  /** Microseconds since 1970-01-01 UTC; default the system's clock. */
  readonly now?: () => number;
  /** Ids of new rows; default random UUIDs. */
  readonly newId?: () => string;
  /**
   * Whether this process owns the folder: it alone writes flows, clears up after a crash and gives
   * back the jobs of the process before it. Default true; a command beside the service says false.
   */
  readonly own?: boolean;
  readonly views?: readonly FlowView[];
  readonly limits?: Partial<FlowLimits>;
  /**
   * Whether SQLite works in threads of its own, so that this one goes on meanwhile: for a service.
   * Default false: a command has nothing else to do.
   */
  readonly threads?: boolean;
  /** Milliseconds that locks of others are waited for; default 5,000. */
  readonly lockMillis?: number;
}

/** Name of the data base inside the folder. */
const DATABASE_FILE = 'wiresift.sqlite';
const UPLOADS = 'uploads';

const systemClock = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);

function makeFolder(folder: string): void {
  try {
    // Flows and alerts tell who talked to whom: for this user alone.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(join(folder, UPLOADS), { recursive: true, mode: 0o700 });
    // SQLite alone would say that it cannot open the file, and not why.
    accessSync(folder, constants.R_OK | constants.W_OK);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? '';
    if (reason === 'ENOSPC' || reason === 'EDQUOT') throw engineError(error, folder);
    throw new WiresiftError(
      {
        code: 'STORE_READ_ONLY',
        where: folder,
        saw: `a folder that cannot be made or written (${reason})`,
        expected: 'one that this user may write',
        todo: 'Check its owner and how the file system is mounted, or name another folder',
      },
      { cause: error },
    );
  }
}

/** A postgres address, or undefined. @throws WiresiftError `STORE_URL` (exit code 2) */
function postgresUrl(url: string | undefined): string | undefined {
  if (url === undefined || url === '') return undefined;
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new WiresiftError({
    code: 'STORE_URL',
    where: 'DATABASE_URL',
    saw: publicUrl(url),
    expected: 'postgres://user@host/name',
    todo: 'Correct it, or leave it away for the embedded store',
    exitCode: 2,
  });
}

/**
 * Opens the store, and brings its tables to this program's version.
 * @throws WiresiftError `STORE_OPEN`, `STORE_IN_USE`, `STORE_NEWER`, `STORE_FOREIGN`, `STORE_DAMAGED`, `STORE_LOCKED`, `STORE_READ_ONLY`, `STORE_FULL`, `STORE_URL`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const folder = resolve(options.folder);
  const { lockMillis = LOCK_MILLIS, own = true } = options;
  const url = postgresUrl(options.url);
  makeFolder(folder);
  const lock = own ? ownFolder(folder) : undefined;
  try {
    const path = join(folder, DATABASE_FILE);
    let database: Database = {
      db: url ? connectPostgres(url, lockMillis) : connectSqlite(path, lockMillis),
      engine: url ? 'postgres' : 'sqlite',
      where: url ? publicUrl(url) : path,
      now: options.now ?? systemClock,
      newId: options.newId ?? randomUUID,
    };
    try {
      const { db, engine, where } = database;
      await migrate(db, { engine, where, now: database.now() });
      if (options.threads && !url) {
        await db.destroy();
        database = { ...database, db: await threadedSqlite(path, lockMillis) };
      }
      return await assemble(database, folder, options, lock);
    } catch (error) {
      await database.db.destroy();
      throw error;
    }
  } catch (error) {
    lock?.close();
    throw error;
  }
}

async function assemble(
  database: Database,
  folder: string,
  { views = FLOW_VIEWS, limits }: StoreOptions,
  lock: DatabaseSync | undefined,
): Promise<Store> {
  const parts = new Parts(database, folder);
  const duck = new Duck(join(folder, FLOWS), { ...FLOW_LIMITS, ...limits });
  const flows = new Flows(parts, duck, views, lock !== undefined);
  const alerts = new Alerts(database);
  const jobs = new Jobs(database);
  const files = new EditableRows(database, FILES, 'file');
  const uploadPath = (id: string): string => join(folder, UPLOADS, safeName(id));
  if (lock) {
    await parts.sweep();
    await sweepUploads(database, folder);
    // Whoever worked here before is gone: the lock says so. A server may have other folders' workers,
    // whose claims run out by themselves.
    if (database.engine === 'sqlite') await jobs.release();
  }
  let closed = false;
  return {
    engine: database.engine,
    folder,
    alerts,
    evidence: new EvidenceRows(database),
    hosts: new Hosts(database),
    files,
    jobs,
    labels: new EditableRows(database, LABELS, 'label'),
    models: new EditableRows(database, MODELS, 'model'),
    users: new EditableRows(database, USERS, 'user'),
    sessions: new EditableRows(database, SESSIONS, 'session'),
    tokens: new EditableRows(database, TOKENS, 'token'),
    suppressions: new EditableRows(database, SUPPRESSIONS, 'suppression'),
    hunts: new EditableRows(database, HUNTS, 'hunt'),
    settings: new EditableRows(database, SETTINGS, 'setting'),
    audit: auditLog(database),
    flows,
    async retain(policy, actor, { dryRun = false } = {}) {
      if (!dryRun) flows.checkOwner();
      return retain({ database, parts, flows, uploadPath }, policy, actor, dryRun).finally(() =>
        alerts.changed(),
      );
    },
    async check() {
      await database.db.transaction().execute(async (work) => {
        await sql`select version from schema_version limit 1`.execute(work);
      });
      // A disk that was made read-only lets a transaction begin.
      try {
        tryWriting(folder);
      } catch (error) {
        throw engineError(error, folder);
      }
    },
    uploadPath,
    async close() {
      if (closed) return;
      closed = true;
      await duck.close();
      await database.db.destroy();
      lock?.close();
    },
  };
}

/** An id that may be a file's name. @throws WiresiftError `STORE_QUERY` for any other */
function safeName(id: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
  throw badQuery('upload', JSON.stringify(id.slice(0, 80)), 'letters, digits, - and _');
}

/** Removes bytes whose record is gone or says that they are deleted. */
async function sweepUploads(database: Database, folder: string): Promise<void> {
  const rows = await database.db
    .selectFrom('files')
    .select('id')
    .where('state', '<>', 'deleted')
    .execute();
  const known = new Set(rows.map(({ id }) => String(id)));
  for (const name of readdirSync(join(folder, UPLOADS))) {
    if (!known.has(name)) rmSync(join(folder, UPLOADS, name), { force: true });
  }
}

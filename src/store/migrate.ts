import { type Kysely, sql } from 'kysely';
import { WiresiftError } from '../base/index.ts';
import type { Tables } from './database.ts';
import { MIGRATIONS, type Migration, SPELLINGS } from './migrations.ts';

/** Any number: all programs that migrate a PostgreSQL store take this lock first. */
const MIGRATION_LOCK = 0x57736674;

/** What {@link migrate} needs beside the connection. */
export interface MigrateOptions {
  readonly engine: 'sqlite' | 'postgres';
  readonly where: string;
  readonly now: number;
  /** Default: all of this program. */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings the tables to this program's version, in one transaction and under a lock: when it fails or
 * the process dies, the data base is as it was.
 * @returns the version
 * @throws WiresiftError `STORE_NEWER` when a later program has written the data base
 */
export async function migrate(db: Kysely<Tables>, options: MigrateOptions): Promise<number> {
  const { engine, where, now, migrations = MIGRATIONS } = options;
  const newest = migrations.at(-1)!.version;
  return db.transaction().execute(async (work) => {
    if (engine === 'postgres') {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(work);
    }
    await sql`create table if not exists schema_version
      (version bigint primary key, name text not null, at bigint not null)`.execute(work);
    const { rows } = await sql<{ version: number | null }>`
      select max(version) as version from schema_version`.execute(work);
    const found = Number(rows[0]?.version ?? 0);
    if (found > newest) throw newer(where, found, newest);
    for (const migration of migrations) {
      if (migration.version <= found) continue;
      for (const statement of migration.statements(SPELLINGS[engine])) {
        await sql.raw(statement).execute(work);
      }
      await sql`insert into schema_version (version, name, at)
        values (${migration.version}, ${migration.name}, ${now})`.execute(work);
    }
    return newest;
  });
}

function newer(where: string, found: number, newest: number): WiresiftError {
  return new WiresiftError({
    code: 'STORE_NEWER',
    where,
    saw: `tables of version ${found}`,
    expected: `version ${newest} at most`,
    todo: 'A later Wiresift has written this store: use that one, or restore a backup',
  });
}

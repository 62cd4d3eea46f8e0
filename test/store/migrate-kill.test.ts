import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/index.ts';
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts';
import { makeAlert, temporaryFolder } from './fixtures.ts';

const ALERTS = 300;
const CHILD = fileURLToPath(new URL('./migrate-child.ts', import.meta.url));
const NEWEST = MIGRATIONS.at(-1)!.version;
/** A child that has said nothing for so long, in milliseconds, never will. */
const PATIENCE = 60_000;

const indexesOf = (database: DatabaseSync): string[] =>
  database
    .prepare(
      "select name from sqlite_schema where type = 'index' and sql is not null order by name",
    )
    .all()
    .map(({ name }) => String(name));

const statementsOf = (migration: Migration): readonly string[] =>
  migration.statements({ text: 'text', serial: 'integer' });

/** Takes the tables back to version 1, as a program before has left them. */
function takeBack(path: string, first: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const name of indexesOf(database)) {
    if (!first.includes(name)) database.exec(`drop index ${name}`);
  }
  const later = MIGRATIONS.slice(1).flatMap(statementsOf).join('\n');
  for (const [, table, column] of later.matchAll(/alter table (\w+) add column (\w+)/g)) {
    database.exec(`alter table ${table} drop column ${column}`);
  }
  database.exec('delete from schema_version where version > 1');
  database.close();
}

/** Lets a child migrate up to a step of its transaction, kills it there, and tells where that was. */
async function killedAt(folder: string, stop: number): Promise<string> {
  const child = spawn(process.execPath, [CHILD, folder, String(stop)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  const gone = new Promise((resolve) => child.once('close', resolve));
  let told = '';
  for await (const piece of child.stdout) {
    told += piece;
    if (told.endsWith('\n')) break;
  }
  child.kill('SIGKILL');
  await gone;
  return told.trim();
}

/** What a killed child has left: its version and indexes; damage fails the test. */
function found(path: string): { version: number; indexes: string[] } {
  const database = new DatabaseSync(path);
  assert.equal(database.prepare('pragma integrity_check').get()!['integrity_check'], 'ok');
  const indexes = indexesOf(database);
  const row =
    indexes.length > 0
      ? database.prepare('select max(version) as version from schema_version').get()
      : undefined;
  database.close();
  return { version: Number(row?.['version'] ?? 0), indexes };
}

async function storeOf(t: TestContext): Promise<{ folder: string; path: string }> {
  const folder = temporaryFolder(t);
  const store = await openStore({ folder });
  await store.alerts.put(Array.from({ length: ALERTS }, (_, i) => makeAlert(i)));
  await store.close();
  return { folder, path: join(folder, 'wiresift.sqlite') };
}

test('killed at any statement of a migration, a store is of the old version; after its commit, of the new', async (t) => {
  const { folder, path } = await storeOf(t);
  const text = statementsOf(MIGRATIONS[0]!).join('\n');
  const first = [...text.matchAll(/create (?:unique )?index (\w+)/g)].map(([, name]) => name!);
  const newest = found(path).indexes;
  assert.ok(newest.length > first.length);
  takeBack(path, first);
  first.sort();
  let inside = 0;
  while ((await killedAt(folder, inside)) === 'inside') {
    assert.deepEqual(found(path), { version: 1, indexes: first }, `step ${inside}`);
    inside += 1;
  }
  // Every statement of the later versions, and the commit itself, were among the steps.
  const statements = MIGRATIONS.slice(1).flatMap(statementsOf);
  assert.ok(inside > statements.length, `${inside} steps`);
  assert.deepEqual(found(path), { version: NEWEST, indexes: newest });
  const again = await openStore({ folder });
  assert.equal(await again.alerts.count(), ALERTS);
  await again.close();
});

test('killed while it makes its first tables, a store is empty and the next start makes them', async (t) => {
  const whole = await storeOf(t);
  for (const stop of [0, 1, 20, 40]) {
    const folder = temporaryFolder(t);
    const path = join(folder, 'wiresift.sqlite');
    assert.equal(await killedAt(folder, stop), 'inside');
    const copy = join(temporaryFolder(t), 'copy');
    cpSync(folder, copy, { recursive: true });
    assert.deepEqual(found(join(copy, 'wiresift.sqlite')), { version: 0, indexes: [] });
    await (await openStore({ folder })).close();
    assert.deepEqual(found(path), found(whole.path));
  }
});

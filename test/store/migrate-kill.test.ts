import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/base/index.ts';
import { openStore } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { makeAlert, temporaryFolder } from './fixtures.ts';

/** Times that a migration is killed; more by the environment. */
const ROUNDS = Number(process.env['WIRESIFT_KILL_ROUNDS'] ?? 3);
const ALERTS = 3000;
const CHILD = fileURLToPath(new URL('./migrate-child.ts', import.meta.url));
const NEWEST = MIGRATIONS.at(-1)!.version;

const indexesOf = (database: DatabaseSync): string[] =>
  database
    .prepare(
      "select name from sqlite_schema where type = 'index' and sql is not null order by name",
    )
    .all()
    .map(({ name }) => String(name));

/** Takes the tables back to version 1, as a program before has left them. */
function takeBack(path: string, first: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const name of indexesOf(database)) {
    if (!first.includes(name)) database.exec(`drop index ${name}`);
  }
  database.exec('delete from schema_version where version > 1');
  database.close();
}

test(`killed ${ROUNDS} times while it migrates, a store is of the old version or of the new`, async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'wiresift.sqlite');
  const store = await openStore({ folder });
  await store.alerts.put(Array.from({ length: ALERTS }, (_, i) => makeAlert(i)));
  await store.close();
  const text = MIGRATIONS[0]!.statements({ text: 'text', serial: 'integer' }).join('\n');
  const first = [...text.matchAll(/create (?:unique )?index (\w+)/g)].map(([, name]) => name!);
  let database = new DatabaseSync(path);
  const newest = indexesOf(database);
  database.close();
  assert.ok(newest.length > first.length);
  const random = new Random(11);
  const seen = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    takeBack(path, first);
    const child = spawn(process.execPath, [CHILD, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.stdin.write('go\n');
    await once(child.stdout, 'data');
    await sleep(random.next() * 60);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    database = new DatabaseSync(path);
    const row = database.prepare('select max(version) as version from schema_version').get();
    const version = Number(row!['version']);
    seen.add(version);
    assert.deepEqual(indexesOf(database), version === NEWEST ? newest : [...first].sort());
    assert.equal(database.prepare('pragma integrity_check').get()!['integrity_check'], 'ok');
    database.close();
  }
  assert.ok([...seen].every((version) => version === 1 || version === NEWEST));
  const again = await openStore({ folder });
  assert.equal(await again.alerts.count(), ALERTS);
  await again.close();
});

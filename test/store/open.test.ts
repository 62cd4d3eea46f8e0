import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { columnOf } from '../../src/store/fields.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { MIGRATIONS, SPELLINGS } from '../../src/store/migrations.ts';
import * as tables from '../../src/store/tables.ts';
import { smallDisk } from '../small-disk.ts';
import {
  ACTOR,
  argusRows,
  code,
  makeAlert,
  START,
  temporaryFolder,
  temporaryStore,
} from './fixtures.ts';

const databaseOf = (folder: string): string => join(folder, 'wiresift.sqlite');

async function keep(folder: string): Promise<void> {
  const store = await openStore({ folder });
  await store.alerts.put([makeAlert(1)]);
  await store.close();
}

/** Columns that the store keeps for itself: by which an alert is known at a later look. */
const UNTOLD: Readonly<Record<string, readonly string[]>> = { alerts: ['origin_key'] };

test('every field has a column, and the version is written down', async (t) => {
  const folder = temporaryFolder(t);
  await keep(folder);
  const database = new DatabaseSync(databaseOf(folder));
  t.after(() => database.close());
  for (const { table, fields, sorts, searchColumn } of Object.values(tables)) {
    const columns = database.prepare(`select name from pragma_table_xinfo('${table}')`).all();
    const names = columns.map(({ name }) => String(name)).sort();
    const own = Object.keys(fields).map(columnOf);
    const wanted = [...own, ...(searchColumn ? [searchColumn] : []), ...(UNTOLD[table] ?? [])];
    assert.deepEqual(names, wanted.sort(), table);
    for (const sort of sorts) assert.ok(Object.hasOwn(fields, sort));
  }
  assert.equal(
    database.prepare('select max(version) as v from schema_version').get()!['v'],
    MIGRATIONS.at(-1)!.version,
  );
  assert.equal(database.prepare('pragma journal_mode').get()!['journal_mode'], 'wal');
  assert.deepEqual(Object.keys(SPELLINGS), ['sqlite', 'postgres']);
});

test('migrations are numbered without gaps', () => {
  assert.deepEqual(
    MIGRATIONS.map(({ version }) => version),
    MIGRATIONS.map((_, i) => i + 1),
  );
});

test('one process owns a folder; a second says so, a guest may read and resolve', async (t) => {
  const folder = temporaryFolder(t);
  const owner = await openStore({ folder });
  await assert.rejects(openStore({ folder }), code('STORE_IN_USE'));
  const guest = await openStore({ folder, own: false });
  await owner.alerts.put([makeAlert(1)]);
  const [alert] = (await guest.alerts.page()).rows;
  await guest.alerts.judge([alert!], { verdict: 'true positive' }, ACTOR);
  assert.equal((await owner.alerts.get(alert!.id))?.verdict, 'true positive');
  assert.throws(() => guest.flows.writer({ view: 'argus', origin: 'x' }), code('STORE_READ_ONLY'));
  await assert.rejects(guest.retain({}, ACTOR), code('STORE_READ_ONLY'));
  await guest.close();
  await owner.close();
  await owner.close();
  await (await openStore({ folder })).close();
});

test('jobs of a process that is gone are given back at the next start', async (t) => {
  const folder = temporaryFolder(t);
  const first = await openStore({ folder });
  await first.jobs.add({ id: 'j', kind: 'k' }, ACTOR);
  await first.jobs.claim({ owner: 'w1', lease: 3000e6 });
  await first.close();
  const store = await openStore({ folder });
  t.after(() => store.close());
  assert.equal((await store.jobs.claim({ owner: 'w2' }))?.attempts, 2);
});

test('a data base of a later program, of another program, and none at all are refused', async (t) => {
  const folder = temporaryFolder(t);
  await keep(folder);
  const database = new DatabaseSync(databaseOf(folder));
  database.exec("insert into schema_version values (999, 'later', 0)");
  database.close();
  await assert.rejects(openStore({ folder }), code('STORE_NEWER'));
  const other = temporaryFolder(t);
  const foreign = new DatabaseSync(databaseOf(other));
  foreign.exec('create table theirs (a)');
  foreign.close();
  await assert.rejects(openStore({ folder: other }), code('STORE_FOREIGN'));
  const text = temporaryFolder(t);
  writeFileSync(
    databaseOf(text),
    'no data base at all, but long enough to be looked at'.repeat(50),
  );
  await assert.rejects(openStore({ folder: text }), code('STORE_DAMAGED'));
  await assert.rejects(openStore({ folder: text, url: 'mysql://x' }), code('STORE_URL'));
});

test('a page of the data base that was overwritten is told as damage', async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore({ folder });
  await store.alerts.put(Array.from({ length: 500 }, (_, n) => makeAlert(n)));
  await store.close();
  const size = readFileSync(databaseOf(folder)).length;
  const descriptor = openSync(databaseOf(folder), 'r+');
  writeSync(descriptor, Buffer.alloc(size - 8192, 0x5a), 0, size - 8192, 8192);
  closeSync(descriptor);
  const read = async () => {
    const damaged = await openStore({ folder });
    try {
      await damaged.alerts.page();
    } finally {
      await damaged.close();
    }
  };
  await assert.rejects(read(), code('STORE_DAMAGED'));
});

test('a lock that another program holds is waited for, then told', async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore({ folder, lockMillis: 50 });
  t.after(() => store.close());
  const other = new DatabaseSync(databaseOf(folder));
  t.after(() => other.close());
  other.exec('begin immediate');
  await assert.rejects(store.alerts.put([makeAlert(1)]), code('STORE_LOCKED'));
  assert.equal(await store.alerts.count(), 0, 'reading goes on');
  await assert.rejects(store.check(), code('STORE_LOCKED'));
  other.exec('rollback');
  await store.alerts.put([makeAlert(1)]);
  await store.check();
});

test('a server that is not there is told, without its password', async (t) => {
  const url = 'postgres://ann:secret@127.0.0.1:9/none';
  await assert.rejects(openStore({ folder: temporaryFolder(t), url }), (error: Error) => {
    assert.match(error.message, /STORE_OPEN/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

async function fill(store: Store): Promise<number> {
  for (let i = 0; i < 100; i++) {
    await store.alerts.put(
      Array.from({ length: 200 }, (_, n) => makeAlert(i * 200 + n)),
      `${i}`,
    );
  }
  return 100;
}

test('a full disk is told, what was acknowledged stays, and it goes on when there is room', async (t) => {
  const disk = smallDisk(t, 8);
  if (disk === undefined) return;
  const store = await openStore({ folder: join(disk.folder, 'store') });
  await assert.rejects(fill(store), code('STORE_FULL'));
  const alerts = await store.alerts.count();
  assert.ok(alerts > 0 && alerts % 200 === 0, `${alerts}: whole batches`);
  const writer = store.flows.writer({ view: 'argus', origin: 'x' });
  await writer.append(argusRows(50_000));
  await assert.rejects(writer.flush(), code('STORE_FULL'));
  assert.deepEqual(await store.flows.parts(), []);
  assert.ok(disk.remount('size=64m'));
  assert.equal(await writer.close(), 50_000, 'the writer still had them');
  assert.equal(await store.flows.count({ view: 'argus', from: START }), 50_000);
  await store.alerts.put([makeAlert(1_000_000)]);
  await store.close();
});

test('a read-only store is told', async (t) => {
  const disk = smallDisk(t, 8);
  if (disk === undefined) return;
  await keep(join(disk.folder, 'store'));
  assert.ok(disk.remount('ro'));
  await assert.rejects(openStore({ folder: join(disk.folder, 'store') }), code('STORE_READ_ONLY'));
  await assert.rejects(openStore({ folder: join(disk.folder, 'new') }), code('STORE_READ_ONLY'));
});

test('folders are for this user alone', async (t) => {
  const store = await temporaryStore(t, { folder: join(temporaryFolder(t), 'deep', 'store') });
  assert.equal(statSync(store.folder).mode & 0o777, 0o700);
});

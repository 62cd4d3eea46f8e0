import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { connectSqlite, threadedSqlite } from '../../src/store/database.ts';
import { ThreadLane } from '../../src/store/sqlite-lane.ts';
import { temporaryFolder } from './fixtures.ts';

for (const [name, connect] of [
  ['in this thread', connectSqlite],
  ['in threads', threadedSqlite],
] as const) {
  test(`${name}, a transaction is alone on the connection, and is taken back when it fails`, async (t) => {
    const db = await connect(`${temporaryFolder(t)}/x.sqlite`);
    await sql`create table t (a integer)`.execute(db);
    const add = (value: number, fail: boolean) =>
      db.transaction().execute(async (work) => {
        await work.insertInto('t').values({ a: value }).execute();
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (fail) throw new Error('no');
      });
    const done = await Promise.allSettled([
      add(1, false),
      add(2, true),
      db.insertInto('t').values({ a: 3 }).execute(),
      add(4, false),
    ]);
    assert.deepEqual(
      done.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    const rows = await db.selectFrom('t').select('a').orderBy('a').execute();
    assert.deepEqual(
      rows.map(({ a }) => a),
      [1, 3, 4],
    );
    const { numUpdatedRows } = await db
      .updateTable('t')
      .set({ a: 9 })
      .where('a', '>', 1)
      .executeTakeFirst();
    assert.equal(numUpdatedRows, 2n);
    const back = await db.deleteFrom('t').where('a', '=', 1).returning('a').execute();
    assert.deepEqual(
      back.map(({ a }) => a),
      [1],
    );
    await db.destroy();
  });
}

test('more kinds of statements than are kept ready do no harm', async (t) => {
  const db = connectSqlite(`${temporaryFolder(t)}/x.sqlite`);
  for (let i = 0; i < 450; i++) {
    const { rows } = await sql.raw<{ n: number }>(`select ${i % 225} as n`).execute(db);
    assert.equal(rows[0]!.n, i % 225);
  }
  await db.destroy();
});

test('readers in threads see what was committed, at once, and nothing before', async (t) => {
  const db = await threadedSqlite(`${temporaryFolder(t)}/x.sqlite`);
  t.after(() => db.destroy());
  await sql`create table t (a integer)`.execute(db);
  const count = async () => (await db.selectFrom('t').select('a').execute()).length;
  await db.transaction().execute(async (work) => {
    await work.insertInto('t').values({ a: 1 }).execute();
    assert.equal((await work.selectFrom('t').select('a').execute()).length, 1, 'its own');
    // Answered although the writer is taken.
    assert.equal(await count(), 0);
  });
  assert.equal(await count(), 1);
  for (let i = 2; i < 30; i++) {
    await db.insertInto('t').values({ a: i }).execute();
    assert.equal(await count(), i);
  }
  await assert.rejects(db.selectFrom('nothing').select('a').execute(), /no such table/);
});

test('errors of a thread carry what SQLite said; a thread that ended fails what waits', async (t) => {
  const path = `${temporaryFolder(t)}/x.sqlite`;
  const lane = new ThreadLane({ path, lockMillis: 10, readOnly: false });
  await lane.query('create table t (a integer unique)', []);
  const add = () => lane.query('insert into t values (?)', [1]);
  assert.equal(Number((await add()).changes), 1);
  await assert.rejects(add(), { errcode: 2067 });
  const guest = new ThreadLane({ path, lockMillis: 10, readOnly: true });
  await assert.rejects(guest.query('insert into t values (2)', []), { errcode: 8 });
  await guest.close();
  await lane.close();
  await assert.rejects(add(), /ended/);
  await lane.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { connectSqlite } from '../../src/store/database.ts';
import { temporaryFolder } from './fixtures.ts';

test('a transaction is alone on the connection, and is taken back when it fails', async (t) => {
  const db = connectSqlite(`${temporaryFolder(t)}/x.sqlite`);
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

test('more kinds of statements than are kept ready do no harm', async (t) => {
  const db = connectSqlite(`${temporaryFolder(t)}/x.sqlite`);
  for (let i = 0; i < 450; i++) {
    const { rows } = await sql.raw<{ n: number }>(`select ${i % 225} as n`).execute(db);
    assert.equal(rows[0]!.n, i % 225);
  }
  await db.destroy();
});

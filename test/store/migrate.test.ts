import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { connectPostgres, connectSqlite } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { Migration } from '../../src/store/migrations.ts';
import { ENGINES, emptyPostgres } from '../contracts/store-engines.ts';
import { code, temporaryFolder } from './fixtures.ts';

const first: Migration = {
  version: 1,
  name: 'first',
  statements: () => ['create table one (a bigint)'],
};
const second: Migration = {
  version: 2,
  name: 'second',
  statements: () => ['insert into one values (7)', 'create table two (a bigint)'],
};
const broken: Migration = {
  version: 2,
  name: 'broken',
  statements: () => ['create table two (a bigint)', 'insert into nowhere values (1)'],
};

for (const { name, engine, skip } of ENGINES.filter((one) => one.name === one.engine)) {
  describe(`migrations on ${name}`, { skip }, () => {
    test('go on from where the data base is; one that fails leaves it as it was', async (t) => {
      const db =
        engine === 'sqlite'
          ? connectSqlite(`${temporaryFolder(t)}/x.sqlite`)
          : connectPostgres(await emptyPostgres(t));
      try {
        const to = (migrations: Migration[]) =>
          migrate(db, { engine, where: 'test', now: 5, migrations });
        assert.equal(await to([first]), 1);
        await assert.rejects(to([first, broken]));
        assert.equal(await to([first]), 1, 'the broken one left no trace');
        // Two at once: the lock lets one after the other, and the second finds the work done.
        assert.deepEqual(await Promise.all([to([first, second]), to([first, second])]), [2, 2]);
        const { rows } = await sql<{ a: number }>`select a from one`.execute(db);
        assert.deepEqual(
          rows.map(({ a }) => Number(a)),
          [7],
        );
        await assert.rejects(to([first]), code('STORE_NEWER'));
      } finally {
        await db.destroy();
      }
    });
  });
}

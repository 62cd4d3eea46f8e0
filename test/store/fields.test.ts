import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnOf, decode, encode, parseJson, plainCell } from '../../src/store/fields.ts';
import { HUNTS, JOBS, USERS } from '../../src/store/tables.ts';
import { code } from './fixtures.ts';

test('a record comes back from its cells', () => {
  const hunt = fc.record({
    id: fc.string(),
    version: fc.nat(),
    createdAt: fc.nat(),
    changedAt: fc.nat(),
    name: fc.string(),
    view: fc.string(),
    query: fc.dictionary(fc.string(), fc.jsonValue()),
    by: fc.string(),
    shared: fc.boolean(),
  });
  fc.assert(
    fc.property(hunt, (record) => {
      const plain = { ...record, id: plainCell(record.id), name: plainCell(record.name) };
      const cells = encode(HUNTS, plain);
      for (const cell of Object.values(cells)) assert.notEqual(typeof cell, 'boolean');
      const back = decode(HUNTS, cells);
      assert.equal(back.name, plain.name);
      assert.equal(JSON.stringify(back.query), JSON.stringify(plain.query));
      assert.equal(back.shared, plain.shared);
    }),
  );
});

test('words with an order are kept as places, empty cells as null', () => {
  assert.deepEqual(encode(USERS, { role: 'administrator', lockedUntil: null }), {
    role: 2,
    locked_until: null,
  });
  assert.equal(decode(JOBS, { state: 'queued', cancel_requested: 1 }).cancelRequested, true);
  assert.equal(decode(JOBS, { result: null }).result, null);
  assert.equal(columnOf('mustChangePassword'), 'must_change_password');
  assert.throws(() => encode(USERS, { nope: 1 } as never), code('STORE_QUERY'));
  assert.throws(() => encode(USERS, { toString: 1 } as never), code('STORE_QUERY'));
  assert.throws(() => parseJson('{', 'x'), code('STORE_DAMAGED'));
});

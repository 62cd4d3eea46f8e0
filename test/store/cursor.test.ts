import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readCursor, writeCursor } from '../../src/store/cursor.ts';
import { code } from './fixtures.ts';

test('a cursor tells its place again, whatever the key', () => {
  const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
  fc.assert(
    fc.property(key, fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat()), (sortKey, id) => {
      const text = writeCursor('order', { key: sortKey, id });
      assert.match(text, /^[\w-]+$/);
      assert.deepEqual(readCursor('order', text), { key: sortKey, id });
      assert.throws(() => readCursor('other', text), code('STORE_QUERY'));
    }),
  );
});

test('other text is refused and never thrown out of hand', () => {
  const forged = [['order', {}, 'x'], ['order', 1, null], ['order', 1], {}, 'order', null];
  for (const value of forged) {
    const text = Buffer.from(JSON.stringify(value)).toString('base64url');
    assert.throws(() => readCursor('order', text), code('STORE_QUERY'));
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.throws(() => readCursor('order', text), code('STORE_QUERY'));
    }),
  );
  assert.throws(() => readCursor('order', 'a'.repeat(5000)), code('STORE_QUERY'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../../console/src/parts/plain.ts';

test('plain data is told in words', () => {
  assert.equal(plainText(null), '–');
  assert.equal(plainText(true), 'yes');
  assert.equal(plainText([]), 'none');
  assert.equal(plainText(['a', 'b']), 'a, b');
  assert.equal(plainText({ total: 3, byKind: { scan: 2 } }), 'total 3 · byKind scan 2');
  assert.equal(
    plainText([
      { name: 'x', rows: 2 },
      { name: 'y', rows: 1 },
    ]),
    'name x, rows 2; name y, rows 1',
  );
  assert.equal(plainText(0.123456), '0.1235');
});

test('microseconds since 1970 are told as a time', () => {
  assert.equal(plainText(1_324_071_333_493_287), '2011-12-16 21:35:33 UTC');
});

test('what is long or deep is cut', () => {
  assert.equal(plainText('x'.repeat(1000)).length, 401);
  let deep: unknown = 1;
  for (let level = 0; level < 50; level++) deep = { deep };
  assert.match(plainText(deep), /…$/);
});

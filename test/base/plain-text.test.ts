import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainText } from '../../src/base/index.ts';

test('what moves the cursor, breaks lines or turns the writing is replaced', () => {
  for (const bad of ['\u0000', '\n', '\u001b', '\u007f', '\u009b', '\u2028', '\u202e', '\ud800']) {
    assert.equal(plainText(`a${bad}b`), 'a\ufffdb');
  }
  assert.equal(plainText('grüße, 東京'), 'grüße, 東京');
});

test('the result is never longer than the limit, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 50 }), (text, limit) => {
      assert.ok(plainText(text, limit).length <= limit);
    }),
  );
});

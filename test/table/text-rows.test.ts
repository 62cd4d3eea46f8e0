import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoTime } from '../../src/table/index.ts';

test('times agree with Date to the millisecond and keep their microseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: -9e15, max: 9e15 }), (micros) => {
      const text = isoTime(micros);
      const millis = Math.floor(micros / 1000);
      assert.equal(`${text.slice(0, 23)}Z`, new Date(millis).toISOString());
      assert.equal(Number(text.slice(23, 26)), micros - millis * 1000);
      assert.equal(text.length, 27);
    }),
  );
});

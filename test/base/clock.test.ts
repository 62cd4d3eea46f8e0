import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { argusTime, eveTime, parseTime } from '../../src/base/index.ts';

test('times print as ra and Suricata print them', () => {
  const micros = Date.UTC(2011, 7, 16, 10, 1, 46) * 1000 + 972101;
  assert.equal(argusTime(micros), '2011/08/16 10:01:46.972101');
  assert.equal(eveTime(micros), '2011-08-16T10:01:46.972101+0000');
  assert.equal(argusTime(0), '1970/01/01 00:00:00.000000');
});

test('a time goes to text and back, and agrees with Date', () => {
  const micros = fc
    .integer({ min: -2_000_000_000, max: 8_000_000_000 })
    .map((s) => s * 1e6 + 123456);
  fc.assert(
    fc.property(micros, (time) => {
      assert.equal(parseTime(argusTime(time)), time);
      const iso = new Date(Math.floor(time / 1e6) * 1000).toISOString();
      assert.equal(eveTime(time).slice(0, 19), iso.slice(0, 19));
    }),
  );
});

test('what is no time is NaN', () => {
  for (const text of ['', 'STA', '2011/08/16', '11/08/16 10:01:46']) {
    assert.ok(Number.isNaN(parseTime(text)), text);
  }
});

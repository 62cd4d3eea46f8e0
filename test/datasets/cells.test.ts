import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readNumber, readSeconds, TimeReader, UNREADABLE } from '../../src/datasets/cells.ts';
import { isoTime } from '../../src/table/index.ts';

const number = (text: string): number => {
  const bytes = Buffer.from(`,${text},`);
  return readNumber(bytes, 1, bytes.length - 1);
};
const time = (text: string, reader = new TimeReader()): number => {
  const bytes = Buffer.from(`,${text},`);
  return reader.read(bytes, 1, bytes.length - 1);
};

test('numbers are exactly what Number makes of the text', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat(9))
    .map(([digits, places]) => (Number(digits) / 10 ** places).toFixed(places));
  const any = fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
  fc.assert(fc.property(any, (text) => assert.equal(number(text), Number(text))));
});

test('an empty cell is NaN, anything else unreadable', () => {
  assert.ok(Number.isNaN(number('')));
  const bad = ['.', 'x', '0x10', '1,5', '1.2.3', ' 1', '1 ', '--1', '1e999', 'NaN', '9'.repeat(41)];
  for (const text of bad) assert.equal(number(text), UNREADABLE, text);
});

test('times are read to the microsecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9e15 }), (micros) => {
      assert.equal(time(isoTime(micros).slice(0, 26)), micros);
    }),
  );
  assert.equal(time('1970/01/01 01:00:00.000000'), 3.6e9);
  assert.equal(time('2011/08/16 10:01:46'), 1313488906e6);
  assert.equal(time('2011/08/16 10:01:46.5'), 1313488906.5e6);
  assert.equal(time('2011/08/16 10:01:46.123456789'), 1313488906123456);
});

test('what is no time is unreadable, also after a good one of that day', () => {
  const reader = new TimeReader();
  assert.notEqual(time('2011/08/16 10:01:46.972101', reader), UNREADABLE);
  const bad = [
    '',
    '2011/08/16',
    '2011/02/31 10:01:46',
    '2011/13/01 10:01:46',
    '2011/00/01 10:01:46',
    '2011/08/16 24:00:00',
    '2011/08/16 10:60:00',
    '2011/08/16 10:01:46.',
    '2011/08/16 10:01:46.12x',
    '2011/08-16 10:01:46',
    '2011/08/16 10:01:4x',
    '0011/08/1x 10:01:46',
    '1313488906.972101',
  ];
  for (const text of bad) assert.equal(time(text, reader), UNREADABLE, text);
});

test('seconds with any decimals are whole microseconds', () => {
  const seconds = (text: string): number => {
    const bytes = Buffer.from(`,${text},`);
    return readSeconds(bytes, 1, bytes.length - 1);
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9e15 }), (micros) => {
      const digits = String(micros).padStart(7, '0');
      assert.equal(seconds(`${digits.slice(0, -6)}.${digits.slice(-6)}`), micros);
    }),
  );
  assert.equal(seconds('1556000000'), 1556000000e6);
  assert.equal(seconds('1.1234569'), 1_123_456);
  assert.ok(Number.isNaN(seconds('')));
  const bad = [
    '.',
    '1.',
    '.5',
    '-1',
    '1e9',
    ' 1',
    '1 ',
    '9007199255',
    '99999999999999999999',
    '1.2.3',
  ];
  for (const text of bad) assert.equal(seconds(text), UNREADABLE, text);
});

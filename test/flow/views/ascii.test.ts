import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipv4Text } from '../../../src/base/index.ts';
import {
  AsciiWords,
  putHundredths,
  putIpv4,
  putSeconds,
  putSixDigits,
  putWhole,
} from '../../../src/flow/views/ascii.ts';

const bytes = new Uint8Array(64);
const text = (end: number): string => Buffer.from(bytes.subarray(2, end)).toString('latin1');

test('whole numbers read as String writes them, others too', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
  );
  fc.assert(
    fc.property(number, (value) => {
      assert.equal(text(putWhole(bytes, 2, value)), String(value));
    }),
    {
      seed: 1,
      examples: [[-0], [999], [1000], [1e6], [2 ** 31 - 1], [2 ** 31], [2 ** 53], [1e300]],
    },
  );
});

test('fractions have all their digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), (value) => {
      assert.equal(text(putSixDigits(bytes, 2, value)), String(value).padStart(6, '0'));
      assert.equal(text(putHundredths(bytes, 2, value)), (value / 100).toFixed(2));
      assert.equal(text(putSeconds(bytes, 2, value)), (value / 1e6).toFixed(6));
    }),
    { seed: 2 },
  );
  assert.equal(text(putSeconds(bytes, 2, -1_500_000)), '-1.500000');
  assert.equal(text(putSeconds(bytes, 2, 5_000_000_000_000_001)), '5000000000.000001');
});

test('addresses are dotted', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (address) => {
      assert.equal(text(putIpv4(bytes, 2, address, 0)), ipv4Text(address, 0));
    }),
    { seed: 3 },
  );
});

test('a word is spelled once, however many there are', () => {
  const asked: number[] = [];
  const words = new AsciiWords(2000, (code) => {
    asked.push(code);
    return `word ${code}`;
  });
  for (let round = 0; round < 2; round++) {
    for (let code = 0; code < 2000; code++) {
      assert.equal(text(words.put(bytes, 2, code)), `word ${code}`);
    }
  }
  assert.equal(asked.length, 2000);
});

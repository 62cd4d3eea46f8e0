import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { measure, proportion, wilson } from '../../src/evaluate/measure.ts';

test("Wilson's interval against published values", () => {
  // 81 of 263: (0.2553, 0.3662), R. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  const usual = wilson(81, 263);
  assert.equal(usual.low.toFixed(4), '0.2553');
  assert.equal(usual.high.toFixed(4), '0.3662');
  // 0 of 20: (0, 0.1611); 1 of 29: (0.0061, 0.1718).
  assert.equal(wilson(0, 20).low, 0);
  assert.equal(wilson(0, 20).high.toFixed(4), '0.1611');
  assert.equal(wilson(1, 29).low.toFixed(4), '0.0061');
  assert.equal(wilson(1, 29).high.toFixed(4), '0.1718');
});

test('the interval holds the share, lies within 0 and 1, and mirrors', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, s) => {
        const hits = Math.round(n * s);
        const { low, high } = wilson(hits, n);
        assert.ok(low >= 0 && low <= hits / n && hits / n <= high && high <= 1);
        const mirror = wilson(n - hits, n);
        assert.ok(Math.abs(mirror.low - (1 - high)) < 1e-9);
      },
    ),
  );
});

test('undefined figures carry their reason and survive JSON', () => {
  assert.deepEqual(proportion(0, 0, 'no rows'), { value: null, reason: 'no rows' });
  assert.deepEqual(measure(Number.NaN, 'why'), { value: null, reason: 'why' });
  assert.deepEqual(measure(0, 'why'), { value: 0 });
  assert.ok(Number.isNaN(wilson(0, 0).low));
  const figure = proportion(3, 4, '');
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
});

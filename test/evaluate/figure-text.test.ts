import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, figureTable, measureText } from '../../src/evaluate/figure-text.ts';

test('columns line up, the first to the left, and no line ends in blanks', () => {
  const table = figureTable(
    ['name', 'n'],
    [
      ['a', '1'],
      ['long name', '1000'],
      ['none', ''],
    ],
  );
  assert.equal(table, ['name          n', 'a             1', 'long name  1000', 'none'].join('\n'));
});

test('small figures are not lost and large ones not drowned', () => {
  assert.equal(figure(0), '0');
  assert.equal(figure(0.5), '0.5000');
  assert.equal(figure(0.000123), '1.23e-4');
  assert.equal(figure(1234.56), '1234.6');
  assert.equal(figure(1e6), '1000000');
  assert.equal(figure(Number.NaN), 'NaN');
});

test('a measure shows its interval, or why it is undefined', () => {
  const interval = { low: 0.4, high: 0.6, method: 'Wilson' };
  assert.equal(measureText({ value: 0.5, interval }), '0.5000 [0.4000, 0.6000]');
  assert.equal(measureText({ value: null, reason: 'no rows' }), 'NaN (no rows)');
});

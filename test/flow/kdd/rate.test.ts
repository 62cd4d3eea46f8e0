import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aiIdsRate, dataRate, gureRate, twoDecimals } from '../../../src/flow/kdd/rate.ts';

test('halves go where the published rows have them', () => {
  // Numerator, denominator and cell of rows of the two files.
  const cells: [number, number, number][] = [
    [1, 8, 0.12],
    [3, 8, 0.38],
    [5, 8, 0.62],
    [7, 8, 0.88],
    [33, 40, 0.82],
    [39, 40, 0.98],
    [19, 40, 0.47],
    [11, 40, 0.28],
    [49, 200, 0.25],
    [199, 200, 1],
    [1, 200, 0],
    [11, 200, 0.05],
    [193, 200, 0.96],
    [81, 120, 0.68],
  ];
  for (const [part, whole, cell] of cells) assert.equal(dataRate(part, whole), cell);
});

test('double precision rounds otherwise, which is how the two are told apart', () => {
  assert.equal(aiIdsRate(199, 200), 0.99);
  assert.equal(aiIdsRate(1, 200), 0.01);
  assert.equal(aiIdsRate(1, 8), 0.12);
  assert.equal(twoDecimals(0.375), 0.38);
  assert.equal(twoDecimals(1 - 2 / 3), 0.33);
});

test('gure prints six decimals', () => {
  assert.equal(gureRate(2, 3), 0.666667);
  assert.equal(gureRate(1, 3), 0.333333);
});

test('a share of nothing is 0', () => {
  assert.deepEqual([dataRate(0, 0), gureRate(0, 0), aiIdsRate(0, 0)], [0, 0, 0]);
});

test('every share of up to 511 is within half a hundredth and between 0 and 1', () => {
  for (let whole = 1; whole <= 511; whole++) {
    for (let part = 0; part <= whole; part++) {
      const rate = dataRate(part, whole);
      assert.ok(Math.abs(rate - part / whole) <= 0.00500001, `${part}/${whole} gave ${rate}`);
      assert.ok(Math.abs(rate - aiIdsRate(part, whole)) <= 0.0100001);
    }
  }
});

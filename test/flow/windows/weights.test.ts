import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { entropyOfWeights, log2, weight, withSpread } from '../../../src/flow/windows/weights.ts';
import { entropyOf } from './model.ts';

test('sums of weights give the entropy of the definition', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 300 }), (items) => {
      const counts = new Map<number, number>();
      for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
      const weights = [...counts.values()].reduce((sum, count) => sum + weight(count), 0);
      assert.ok(Math.abs(entropyOfWeights(items.length, weights) - entropyOf(items)) < 1e-6);
    }),
  );
});

test('weights are whole, so that what is added and taken away leaves nothing', () => {
  let sum = 0;
  for (let count = 1; count < 70_000; count++) sum += weight(count) - weight(count - 1);
  assert.ok(Number.isInteger(sum));
  for (let count = 69_999; count > 0; count--) sum -= weight(count) - weight(count - 1);
  assert.equal(sum, 0);
  assert.equal(log2(2 ** 17), 17);
});

test('what is spread over items counts as those items alike', () => {
  const alike = 20 * weight(5);
  const got = entropyOfWeights(100, withSpread(0, 100, 20));
  assert.ok(Math.abs(got - entropyOfWeights(100, alike)) < 1e-6);
  assert.equal(withSpread(7, 3, 10), 7);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClassSums } from '../../src/detect/class-sums.ts';

const limits = { modelFlowsFloor: 2, kindProbability: 0.6 };

test('slots are apart, and clearing one forgets it alone', () => {
  const sums = new ClassSums(2, ['a', 'b']);
  const rows = Float32Array.of(0.75, 0.25, 0.25, 0.75);
  for (const slot of [0, 0]) sums.add(slot, rows, 0);
  for (const slot of [1, 1]) sums.add(slot, rows, 1);
  assert.deepEqual(sums.verdict(0, 2, limits), { name: 'a', probability: 0.75 });
  assert.deepEqual(sums.verdict(1, 2, limits), { name: 'b', probability: 0.75 });
  sums.clear(0);
  assert.equal(sums.verdict(0, 2, limits), null);
  assert.deepEqual(sums.verdict(1, 2, limits), { name: 'b', probability: 0.75 });
});

test('a tie goes to the first class, and too few flows to none', () => {
  const sums = new ClassSums(1, ['a', 'b']);
  sums.add(0, Float32Array.of(0.5, 0.5), 0);
  assert.equal(sums.verdict(0, 1, limits), null);
  const mild = { modelFlowsFloor: 1, kindProbability: 0.5 };
  assert.deepEqual(sums.verdict(0, 1, mild), { name: 'a', probability: 0.5 });
});

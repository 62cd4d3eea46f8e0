import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { DistinctCounts } from '../../src/detect/distinct.ts';

/** Root of the mean squared relative error over trials. */
function errorAt(distinct: number, trials: number): number {
  const random = new Random(distinct);
  const counts = new DistinctCounts(1);
  let sum = 0;
  for (let t = 0; t < trials; t++) {
    counts.clear(0);
    for (let i = 0; i < distinct; i++) counts.add(0, random.uint32());
    sum += (counts.count(0) / distinct - 1) ** 2;
  }
  return Math.sqrt(sum / trials);
}

test('errs as little as documented', () => {
  assert.ok(errorAt(100, 200) < 0.03);
  assert.ok(errorAt(1000, 100) < 0.035);
  assert.ok(errorAt(4000, 60) < 0.075);
});

test('counts a thing once and slots apart', () => {
  const counts = new DistinctCounts(2);
  assert.equal(counts.add(1, 77), true);
  assert.equal(counts.add(1, 77), false);
  assert.equal(counts.count(1), 1);
  assert.equal(counts.count(0), 0);
});

test('reads at most m ln m when full', () => {
  const counts = new DistinctCounts(1);
  for (let i = 0; i < 1024; i++) counts.add(0, i);
  assert.equal(counts.count(0), 7098);
});

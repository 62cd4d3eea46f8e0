import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldsByAttack } from '../../bench/figures/nsl-kdd.ts';
import { groupedSplit } from '../../bench/figures/toniot.ts';
import { findDataset } from '../../src/datasets/index.ts';
import { textAt } from '../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';

const CLASSES = ['a', 'b'];

test('a grouped split parts no group, and keeps a group larger than the test share in training', () => {
  const labels = Int32Array.from({ length: 1000 }, (_, row) => (row < 500 ? 0 : 1));
  // The first 300 rows are one group of 300 out of 500; the rest come in pairs.
  const groups = Int32Array.from(labels, (_, row) => (row < 300 ? 0 : 1 + Math.floor(row / 2)));
  for (let seed = 1; seed <= 20; seed++) {
    const { train, test: held } = groupedSplit({ labels, classes: CLASSES }, groups, seed);
    assert.equal(train.length + held.length, 1000);
    const inTest = new Set(Array.from(held, (row) => groups[row]!));
    assert.ok(train.every((row) => !inTest.has(groups[row]!)));
    assert.ok(!inTest.has(0));
    // 101 groups of the first class, 250 of the second; 30 % of each.
    const harmless = held.filter((row) => labels[row] === 0).length;
    assert.deepEqual([harmless, held.length - harmless], [60, 150]);
  }
});

test('every kind of attack is kept from training in one fold', {
  skip: sharedMissing,
}, async () => {
  const path = sharedPath('data/nslkdd/KDDTrain+_20Percent.txt.gz');
  const reader = findDataset('nsl-kdd');
  const data = await reader.read(path, { target: 'label' });
  const { labels: category } = await reader.read(path, { target: 'category' });
  const kept = new Map<string, number>();
  const folds = foldsByAttack(data, category, 1);
  for (const { train, test: held, unseen } of folds) {
    const word = (row: number): string => textAt(data.rawLabel, row)!;
    const trained = new Set(Array.from(train, word));
    const hidden = new Set(
      Array.from(
        held.filter((_, i) => unseen[i] === 1),
        word,
      ),
    );
    for (const each of hidden) {
      assert.ok(!trained.has(each), each);
      kept.set(each, (kept.get(each) ?? 0) + 1);
    }
    assert.ok(!hidden.has('normal'));
    const both = new Set(train);
    assert.ok(held.every((row) => !both.has(row)));
  }
  const all = new Set(Array.from(data.labels.keys(), (row) => textAt(data.rawLabel, row)!));
  all.delete('normal');
  assert.deepEqual([...kept.keys()].sort(), [...all].sort());
  assert.ok([...kept.values()].every((times) => times === 1));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateModel } from '../../src/evaluate/evaluate-model.ts';
import { splitOf, type TrainOptions, trainModel } from '../../src/evaluate/experiment.ts';
import {
  discretised,
  gridCandidates,
  gridsFor,
  regrouped,
  SEARCH_SPACES,
  search,
  searchAndTrain,
  searchRows,
  searchText,
} from '../../src/evaluate/index.ts';
import { loadModel, modelKind, saveModel } from '../../src/models/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(1500);
const usual: TrainOptions = {
  data,
  modelKind: 'tree',
  seed: 3,
  split: { kind: 'stratified', testFraction: 0.3, seed: 1 },
  judge: { replicates: 5 },
};
const grids = [{ maxDepth: [1, 3, 6], minSamplesLeaf: [1, 20] }];

test('the search sees neither validation nor test rows, and the record tells of it', async () => {
  const seen: number[] = [];
  const found = await searchAndTrain(usual, {
    grids,
    folds: 3,
    nested: 2,
    onProgress: ({ outer }) => seen.push(outer),
  });
  assert.deepEqual([...new Set(seen)], [0, 1, 2]);
  const record = found.record.search!;
  assert.equal(record.candidates, 6);
  assert.deepEqual(record.best[0]!.parameters, found.search.best.parameters);
  assert.deepEqual(found.model.parameters, found.search.best.parameters);
  assert.equal(record.nested!.folds, 2);
  assert.match(searchText(record), /grid search for the highest balancedAccuracy among 6/);
  assert.equal(searchRows(record).length, 7);
  const file = loadModel(saveModel(found.file), 'test');
  assert.deepEqual((file.facts['training'] as { search: object }).search, record);

  const { split } = splitOf(usual);
  assert.equal(record.best[0]!.rows, split.train.filter((row) => data.labels[row]! >= 0).length);
  const labels = data.labels.slice();
  for (const row of [...split.validation!, ...split.test]) {
    if (labels[row]! >= 0) labels[row] = 1 - labels[row]!;
  }
  // The same folds of the same rows: whoever looked at another row's label would choose otherwise.
  const rows = split.train.filter((row) => labels[row]! >= 0);
  const options = { modelKind: 'tree', grids, folds: 3, seed: 3, rows };
  const there = await search({ ...options, data: { ...data, labels } });
  assert.deepEqual(
    there.candidates.map(({ mean }) => mean),
    found.search.candidates.map(({ mean }) => mean),
  );
});

test('taught background takes part in the search as harmless', async () => {
  const found = await searchAndTrain(
    { ...usual, background: 'negative' },
    { grids: [{ maxDepth: [2] }], folds: 2 },
  );
  assert.equal(found.search.best.rows, splitOf(usual).split.train.length);
});

test('test files stay untouched, and the split is rebuilt from the file', async () => {
  const split = { kind: 'official', testFrom: 1000, manner: 'grouped' } as const;
  const trained = await trainModel({ ...usual, split });
  const parts = splitOf({ ...usual, split }).split;
  assert.ok(parts.train.every((row) => row < 1000) && parts.validation!.every((row) => row < 1000));
  assert.deepEqual([parts.test[0], parts.test.length], [1000, 500]);
  const groups = (rows: Int32Array) => new Set([...rows].map((row) => data.groups[row]!));
  const [one, other] = [groups(parts.train), groups(parts.validation!)];
  assert.ok([...one].every((group) => !other.has(group)));
  const file = loadModel(saveModel(trained.file), 'test');
  const again = await evaluateModel(file, data, { replicates: 5, seed: 3 });
  assert.deepEqual(again.views, trained.evaluation.views);
  await assert.rejects(trainModel({ ...usual, split: { ...split, testFrom: 1500 } }), {
    code: 'SPLIT',
  });
});

test('groups of choice are kept together and rebuilt from the file', async () => {
  const columns = ['Proto', 'State', 'TotPkts'];
  const groups = { by: 'identical', columns } as const;
  const split = { kind: 'grouped', testFraction: 0.3, seed: 1 } as const;
  const trained = await trainModel({ ...usual, split, groups });
  const made = splitOf({ ...usual, split, groups });
  const sides = new Map<number, string>();
  for (const side of ['train', 'validation', 'test'] as const) {
    for (const row of made.split[side]!) {
      const group = made.data.groups[row]!;
      assert.equal(sides.get(group) ?? side, side);
      sides.set(group, side);
    }
  }
  assert.ok(sides.size > 50);
  assert.match(trained.evaluation.part, /equal in 3 columns/);
  const file = loadModel(saveModel(trained.file), 'test');
  const again = await evaluateModel(file, data, { replicates: 5, seed: 3 });
  assert.deepEqual(again.views, trained.evaluation.views);
  assert.throws(() => regrouped(data, { by: 'file' }), { code: 'SPLIT' });
  assert.equal(new Set(regrouped(data, { by: 'host' }).groups).size, 36);
});

test('every space and preset makes parameters that its kind takes', () => {
  for (const kind of Object.keys(SEARCH_SPACES)) {
    const candidates = gridCandidates(gridsFor(kind).map(discretised));
    for (const candidate of candidates) modelKind(kind).create(candidate);
    assert.ok(candidates.length >= 4, kind);
  }
  for (const kind of ['forest', 'knn', 'tree', 'logistic']) {
    assert.ok(gridCandidates(gridsFor(kind, 'prior-work-b')).length > 3);
  }
  assert.throws(() => gridsFor('voting'), { code: 'SEARCH' });
  assert.throws(() => gridsFor('forest', 'prior-knn'), /prior-forest/);
  const log = discretised({ C: { low: 0.001, high: 1, scale: 'log' } });
  assert.deepEqual(log, { C: [0.001, 0.01, 0.1, 1] });
  assert.deepEqual(discretised({ k: { low: 1, high: 3, whole: true } }), { k: [1, 2, 3] });
});

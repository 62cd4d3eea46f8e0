import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareModels, comparisonText, trainModel } from '../../src/evaluate/index.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(3000);
const trained = (modelKind: string, seed = 1) =>
  trainModel({ data, modelKind, seed, parameters: modelKind === 'tree' ? { maxDepth: 1 } : {} });
const [stump, forest] = [await trained('tree'), await trained('forest')];

test('two models are compared on the labelled test rows of both', async () => {
  const found = await compareModels([forest.file, stump.file], data, { replicates: 100 });
  const labelled = forest.evaluation.views[0]!.rows;
  assert.equal(found.rows, labelled);
  const area = forest.evaluation.views[0]!.averagePrecision.value!;
  assert.ok(Math.abs(found.averagePrecisionA - area) < 1e-9);
  assert.ok(found.averagePrecision.difference >= 0);
  assert.match(comparisonText(found, ['a', 'b']), /McNemar p/);
});

test('turned round, the difference changes its sign and nothing else', async () => {
  const one = await compareModels([forest.file, stump.file], data, { replicates: 50 });
  const two = await compareModels([stump.file, forest.file], data, { replicates: 50 });
  assert.equal(one.onlyA, two.onlyB);
  assert.equal(one.mcnemar, two.mcnemar);
  assert.ok(Math.abs(one.averagePrecision.difference + two.averagePrecision.difference) < 1e-12);
});

test('a model does not differ from itself', async () => {
  const { p, onlyA, onlyB } = await compareModels([forest.file, forest.file], data);
  assert.deepEqual([p, onlyA, onlyB], [1, 0, 0]);
});

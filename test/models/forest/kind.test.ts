import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeMatrixRows } from '../../../src/features/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import type { TreeModel } from '../../../src/models/tree/model.ts';
import { accuracy, generateInput } from '../generated.ts';

describe('random forest', () => {
  it('grows trees that differ, and other trees from another seed', async () => {
    const input = generateInput({ rows: 200 });
    const fit = async (seed: number): Promise<TreeModel> =>
      (await modelKind('forest').create({ trees: 5 }).fit(input, { seed })) as TreeModel;
    const { starts, threshold } = (await fit(1)).trees;
    const first = threshold.slice(starts[0], starts[1]);
    assert.notDeepEqual(first, threshold.slice(starts[1], starts[2]));
    assert.notDeepEqual((await fit(2)).trees.threshold, threshold);
  });

  it('beats a single tree on noisy rows', async () => {
    const input = generateInput({ rows: 600, classes: 3 });
    const fresh = generateInput({ rows: 600, classes: 3, seed: 2 });
    const reach = async (kind: string): Promise<number> => {
      const model = await modelKind(kind).create({}).fit(input, { seed: 1 });
      return accuracy(model.score(fresh.matrix), fresh);
    };
    assert.ok((await reach('forest')) > (await reach('tree')));
  });

  it('draws by weight: the mean score of weight 2 is that of rows twice', async () => {
    const input = generateInput({ rows: 300 });
    const weights = Float32Array.from(input.labels, (label) => (label === 1 ? 3 : 1));
    const rows: number[] = [];
    weights.forEach((weight, i) => {
      for (let n = 0; n < weight; n++) rows.push(i);
    });
    const taken = Int32Array.from(rows);
    const repeated = {
      matrix: takeMatrixRows(input.matrix, taken),
      labels: taken.map((row) => input.labels[row]!),
      classes: input.classes,
    };
    const estimator = modelKind('forest').create({ trees: 200, maxDepth: 3 });
    const weighted = await estimator.fit({ ...input, weights }, { seed: 1 });
    const twice = await estimator.fit(repeated, { seed: 1 });
    const plain = await estimator.fit(input, { seed: 1 });
    const mean = (model: typeof plain): number =>
      model.score(input.matrix).reduce((sum, share, i) => sum + (i % 2 === 1 ? share : 0), 0) / 300;
    assert.ok(Math.abs(mean(weighted) - mean(twice)) < 0.01);
    assert.ok(mean(weighted) - mean(plain) > 0.05);
  });

  it('needs no listener for progress, and stops its threads when asked midway', async () => {
    const input = generateInput({ rows: 2000 });
    const estimator = modelKind('forest').create({ trees: 400 });
    for (const threads of [1, 2]) {
      const control = new AbortController();
      const work = estimator.fit(input, {
        seed: 1,
        threads,
        signal: control.signal,
        onProgress: (done) => {
          if (done === 2) control.abort();
        },
      });
      await assert.rejects(work, { code: 'ABORTED' });
    }
  });
});

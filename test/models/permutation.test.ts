import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Metric, modelKind, permutationImportances } from '../../src/models/index.ts';
import { accuracy, generateInput } from './generated.ts';

describe('permutation importances', () => {
  const input = generateInput({ rows: 600, classes: 3 });
  const fresh = generateInput({ rows: 600, classes: 3, seed: 2 });
  const metric: Metric = (scores, labels) => accuracy(scores, { ...fresh, labels });
  const measure = async (kind: string, more = {}) => {
    const model = await modelKind(kind).create({}).fit(input, { seed: 1 });
    const { matrix, labels } = fresh;
    return permutationImportances(model, { matrix, labels, metric, seed: 4, ...more });
  };

  it('find what tells the class, for any kind, and leave the matrix as it was', async () => {
    const before = fresh.matrix.data.slice();
    for (const kind of ['tree', 'logistic']) {
      const found = await measure(kind);
      const of = (name: string) => found.find(({ features }) => features[0] === name)!;
      assert.deepEqual(
        found.map(({ features }) => features[0]),
        fresh.matrix.names,
      );
      assert.ok(of('size').mean > 0.05, `${of('size').mean}`);
      assert.ok(Math.abs(of('noise').mean) < 0.05);
      assert.ok(of('size').deviation >= 0 && of('size').deviation < 0.05);
    }
    assert.deepEqual(fresh.matrix.data, before);
  });

  it('shuffle columns of a group together, the same way for a seed', async () => {
    const groups = [['size', 'rate', 'ack', 'level'], ['noise']];
    const found = await measure('forest', { groups, repeats: 3 });
    assert.ok(found[0]!.mean > 0.35, 'with all of them gone chance is left');
    assert.deepEqual(await measure('forest', { groups, repeats: 3 }), found);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMatrix } from '../../../src/features/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import { refusesDamage } from '../damaged.ts';
import { generateInput } from '../generated.ts';

describe('naive Bayes', () => {
  it('gives the posterior of two bell curves', async () => {
    const matrix = createMatrix(8, ['x']);
    matrix.data.set([-2, -1, 1, 2, 8, 9, 11, 12]);
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const estimator = modelKind('naive-bayes').create({});
    const model = await estimator.fit({ matrix, labels, classes: ['a', 'b'] }, { seed: 1 });
    const asked = createMatrix(1, ['x']);
    asked.data[0] = 4;
    // Equal variances of 2.5: the log-odds are linear in x.
    const odds = (4 ** 2 - 6 ** 2) / (2 * 2.5);
    const share = model.score(asked)[1]!;
    assert.ok(Math.abs(Math.log(share / (1 - share)) - odds) < 1e-4);
  });

  it('explains by parts that sum to the log-odds less those beforehand', async () => {
    const input = generateInput({ rows: 200 });
    const estimator = modelKind('naive-bayes').create({ classWeight: 'balanced' });
    const model = await estimator.fit(input, { seed: 1 });
    const shares = model.score(input.matrix);
    for (let row = 0; row < 20; row++) {
      const share = shares[2 * row + 1]!;
      if (share < 0.01 || share > 0.99) continue;
      const toward = model.explain(input.matrix, row, 1).reduce((a, b) => a + b, 0);
      const away = model.explain(input.matrix, row, 0).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(toward - away - Math.log(share / (1 - share))) < 1e-3);
    }
  });

  it('refuses damaged parts of a file', async () => {
    const input = generateInput({ rows: 50 });
    const model = await modelKind('naive-bayes').create({}).fit(input, { seed: 1 });
    refusesDamage(model, [
      ['prior', 0, -0.1],
      ['prior', 0, 0.99],
      ['variance', 4, 0],
      ['mean', 1, Number.NaN],
      ['mean', 1, 1e200],
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix } from '../../../src/features/index.ts';
import { type FitInput, modelKind } from '../../../src/models/index.ts';
import type { IsolationModel } from '../../../src/models/isolation/model.ts';
import { refusesDamage } from '../damaged.ts';
import { generateInput } from '../generated.ts';

/** A cloud around 0, and nothing else. */
function cloud(rows: number): FitInput {
  const random = new Random(3);
  const matrix = createMatrix(rows, ['x', 'y']);
  for (let i = 0; i < 2 * rows; i++) matrix.data[i] = random.normal();
  return { matrix, labels: new Int32Array(rows), classes: ['normal', 'threat'] };
}

const fit = async (input: FitInput, parameters = {}): Promise<IsolationModel> =>
  (await modelKind('isolation-forest')
    .create(parameters)
    .fit(input, { seed: 1 })) as IsolationModel;

describe('isolation forest', () => {
  it('tells what is far from anything it saw, from harmless rows alone', async () => {
    const model = await fit(cloud(2000));
    const asked = createMatrix(2, ['x', 'y']);
    asked.data.set([0, 0, 6, -6]);
    const anomaly = model.anomaly(asked);
    assert.ok(anomaly[0]! < 0.45 && anomaly[1]! > 0.7, [...anomaly].join());
    const shares = model.score(asked);
    assert.ok(Math.abs(shares[3]! - anomaly[1]!) < 1e-6, 'the second class is the score itself');
    assert.ok(model.explain(asked, 1, 1).every((part) => part > 0));
  });

  it('learns from the classes named, and from them alone', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const last = await fit(input, { harmless: '["class2"]' });
    const shares = last.score(input.matrix);
    const mean = (label: number): number => {
      const rows = [...input.labels.keys()].filter((row) => input.labels[row] === label);
      return rows.reduce((sum, row) => sum + shares[3 * row + 2]!, 0) / rows.length;
    };
    assert.ok(mean(2) > mean(0) + 0.03);
    await assert.rejects(fit(input, { harmless: '["nobody"]' }), { code: 'MODEL_INPUT' });
    const create = () => modelKind('isolation-forest').create({ harmless: 'class0' });
    assert.throws(create, { code: 'MODEL_PARAMETER' });
  });

  it('refuses damaged parts of a file', async () => {
    const model = await fit(cloud(100), { trees: 3 });
    refusesDamage(model, [
      ['root', 0, 1],
      ['root', 1, 1_000_000],
      ['right', 0, 0],
      ['right', 0, 1_000_000],
      ['column', 0, 2],
      ['cover', 0, 0],
      ['sample', 0, 0],
      ['shares', 0, 0.5],
    ]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import type { TreeModel } from '../../../src/models/tree/model.ts';
import { weighUnits } from '../../../src/models/tree/units.ts';
import { generateInput } from '../generated.ts';

describe('weighUnits', () => {
  it('counts rows without weights', () => {
    assert.deepEqual(weighUnits(7, undefined), { units: undefined, unit: 1, most: 7 });
  });

  it('keeps whole weights, and multiples of the least one', () => {
    const whole = weighUnits(3, Float32Array.of(3, 0, 5));
    assert.deepEqual([...whole.units!, whole.unit, whole.most], [3, 0, 5, 1, 8]);
    const parts = weighUnits(3, Float32Array.of(0.25, 0.75, 2));
    assert.deepEqual([...parts.units!, parts.unit, parts.most], [1, 3, 8, 0.25, 12]);
  });

  it('rounds other weights to thousandths of the mean, and loses no row', () => {
    const random = new Random(1);
    const weights = Float32Array.from({ length: 999 }, () => random.exponential(7));
    weights[5] = 1e-9;
    weights[6] = 0;
    const { units, unit, most } = weighUnits(weights.length, weights);
    let sum = 0;
    units!.forEach((each, i) => {
      sum += each;
      assert.ok(Math.abs(each * unit - weights[i]!) < 7e-3 || i === 5);
    });
    assert.equal(units![5], 1);
    assert.equal(units![6], 0);
    assert.equal(sum, most);
  });

  it('keeps sums within 32 bits', () => {
    for (const weight of [3e9, 1e30, 1e-30]) {
      const weights = Float32Array.of(weight, weight * 1.37, weight * 11);
      assert.ok(weighUnits(3, weights).most < 2 ** 32);
    }
  });

  it('gives a tree with heavy rows the covers that the weights say', async () => {
    const input = generateInput({ rows: 60 });
    for (const factor of [1, 100_000, 0.3]) {
      const weights = Float32Array.from(input.labels, (_, i) => factor * (1 + (i % 5)));
      const fit = modelKind('tree')
        .create({})
        .fit({ ...input, weights }, { seed: 1 });
      const { trees } = (await fit) as TreeModel;
      const sum = weights.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(trees.cover[0]! / sum - 1) < 1e-4);
      const light = weights.map((weight) => weight / factor);
      const other = modelKind('tree')
        .create({})
        .fit({ ...input, weights: light }, { seed: 1 });
      const { threshold, feature } = ((await other) as TreeModel).trees;
      if (factor !== 0.3) assert.deepEqual([threshold, feature], [trees.threshold, trees.feature]);
    }
  });
});

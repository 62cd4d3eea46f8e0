import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix } from '../../../src/features/index.ts';
import { type FitInput, modelKind } from '../../../src/models/index.ts';
import { refusesDamage } from '../damaged.ts';
import { accuracy, generateInput } from '../generated.ts';

/** A disc in a ring: no line separates them. */
function ring(rows: number, seed: number): FitInput {
  const random = new Random(seed);
  const matrix = createMatrix(rows, ['x', 'y']);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    labels[i] = random.int(2);
    const radius = labels[i] === 1 ? 2 + random.next() : random.next();
    const angle = 2 * Math.PI * random.next();
    matrix.data.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
  }
  return { matrix, labels, classes: ['disc', 'ring'] };
}

describe('support vector machines', () => {
  it('bends around a disc with the kernel, and cannot without', async () => {
    const fresh = ring(300, 2);
    const reached = async (kind: string): Promise<number> => {
      const model = await modelKind(kind).create({}).fit(ring(400, 1), { seed: 1 });
      return accuracy(model.score(fresh.matrix), fresh);
    };
    assert.ok((await reached('rbf-svm')) > 0.98);
    assert.ok((await reached('linear-svm')) < 0.75);
  });

  it('needs few landmarks for most of it', async () => {
    const model = await modelKind('rbf-svm')
      .create({ landmarks: 20 })
      .fit(ring(400, 1), { seed: 1 });
    const fresh = ring(300, 2);
    assert.ok(accuracy(model.score(fresh.matrix), fresh) > 0.95);
    assert.deepEqual(model.tensors().find(({ name }) => name === 'landmarks')!.shape, [20, 2]);
  });

  it('learns nothing but the sigmoid from rows held out', async () => {
    const input = generateInput({ rows: 300 });
    const heldOut = Int32Array.from({ length: 60 }, (_, i) => 5 * i);
    const turned = { ...input, labels: input.labels.slice() };
    for (const row of heldOut) turned.labels[row] = 1 - turned.labels[row]!;
    const coefficients = async (from: FitInput) =>
      (
        await modelKind('linear-svm')
          .create({})
          .fit({ ...from, heldOut }, { seed: 1 })
      ).tensors()[0]!.data;
    assert.deepEqual(await coefficients(input), await coefficients(turned));
  });

  it('refuses damaged parts of a file', async () => {
    const input = generateInput({ rows: 60, classes: 3 });
    const model = await modelKind('rbf-svm').create({ landmarks: 8 }).fit(input, { seed: 1 });
    refusesDamage(model, [
      ['coefficients', 2, Number.NaN],
      ['landmarks', 2, 1e200],
      ['gamma', 0, -1],
      ['present', 0, 2],
      ['deviation', 0, -1],
    ]);
  });
});

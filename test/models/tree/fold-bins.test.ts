import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import { foldBins } from '../../../src/models/tree/fold-bins.ts';
import { TreeGrower } from '../../../src/models/tree/grow.ts';
import { prepareTask } from '../../../src/models/tree/parameters.ts';
import { generateInput } from '../generated.ts';

/** Few distinct rows of two columns of bins. */
function rowsOf(count: number, values: number) {
  const random = new Random(3);
  const bins = new Uint8Array(count * 4);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    bins[4 * i] = random.int(values);
    bins[4 * i + 1] = random.int(values);
    labels[i] = random.int(2);
  }
  return { rows: count, stride: 4, bins, labels, weights: undefined };
}

describe('foldBins', () => {
  it('names the first row with the same bins and label', () => {
    const given = rowsOf(500, 4);
    const { bins, labels } = given;
    const wanted = Int32Array.from(labels, (label, i) => {
      return labels.findIndex((other, j) => {
        return (
          other === label && bins[4 * j] === bins[4 * i] && bins[4 * j + 1] === bins[4 * i + 1]
        );
      });
    });
    assert.deepEqual([...foldBins(given)!], [...wanted]);
  });

  it('leaves rows alone that are mostly distinct, or whose weights are not whole', () => {
    const given = rowsOf(20_000, 255);
    assert.equal(foldBins(given), undefined);
    assert.equal(
      foldBins({ ...rowsOf(500, 4), weights: new Float32Array(500).fill(0.5) }),
      undefined,
    );
    assert.ok(foldBins({ ...rowsOf(500, 4), weights: new Float32Array(500).fill(3) }));
  });

  it('changes no number of a tree, drawn or not, weighted or not', () => {
    const input = generateInput({ rows: 600, classes: 3 });
    // A coarse grid, so that rows repeat.
    const { data } = input.matrix;
    for (let at = 0; at < data.length; at++) data[at] = Math.round(data[at]! / 2);
    const weights = Float32Array.from(input.labels, (_, i) => i % 3);
    for (const kind of ['forest', 'extra-trees', 'tree']) {
      for (const given of [input, { ...input, weights }]) {
        const { parameters } = modelKind(kind).create({});
        const randomCuts = kind === 'extra-trees';
        const task = prepareTask(kind, given, parameters, { seed: 4, threads: 1, randomCuts });
        assert.ok(task.first && new Set(task.first).size < 400);
        const folded = new TreeGrower(task, 0).grow(3);
        const apart = new TreeGrower({ ...task, first: undefined }, 0).grow(3);
        assert.ok(folded.feature.length > 20);
        assert.deepEqual(folded, apart);
      }
    }
  });
});

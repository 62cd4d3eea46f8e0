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
  return { rows: count, stride: 4, bins, labels };
}

describe('foldBins', () => {
  it('moves rows that differ to the front and names one for each row', () => {
    const given = rowsOf(500, 4);
    const { bins, labels } = given;
    const key = (row: number): string => [...bins.slice(4 * row, 4 * row + 2), labels[row]].join();
    const keys = Array.from(labels, (_, row) => key(row));
    const wanted = [...new Set(keys)];
    const { distinct, place, first } = foldBins(given)!;
    assert.equal(distinct, wanted.length);
    assert.deepEqual(
      Array.from({ length: distinct }, (_, row) => key(row)),
      wanted,
    );
    assert.deepEqual(
      [...place],
      keys.map((each) => wanted.indexOf(each)),
    );
    assert.deepEqual(
      [...first],
      wanted.map((each) => keys.indexOf(each)),
    );
  });

  it('leaves rows alone that are mostly distinct', () => {
    const given = rowsOf(20_000, 255);
    const before = given.bins.slice();
    assert.equal(foldBins(given), undefined);
    assert.deepEqual(given.bins, before);
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
        const options = { seed: 4, threads: 1, randomCuts };
        const task = prepareTask(kind, given, parameters, options);
        assert.ok(task.distinct < 400);
        const folded = new TreeGrower(task, 0).grow(3);
        const all = prepareTask(kind, given, parameters, { ...options, fold: false });
        assert.equal(all.distinct, 600);
        const apart = new TreeGrower(all, 0).grow(3);
        assert.ok(folded.feature.length > 20);
        assert.deepEqual(folded, apart);
      }
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix } from '../../../src/features/index.ts';
import { foldRows } from '../../../src/models/fold-rows.ts';
import { modelKind } from '../../../src/models/index.ts';
import type { FitInput, Model } from '../../../src/models/model.ts';
import { Piecewise } from '../../../src/models/neural/layers/piecewise.ts';
import { NETWORKS } from '../../../src/models/neural/networks.ts';
import { cutColumns, type Pieces, WHOLE } from '../../../src/models/neural/pieces.ts';
import { Workspace } from '../../../src/models/neural/workspace.ts';
import { refusesDamage } from '../damaged.ts';
import { accuracy, generateInput } from '../generated.ts';

/** The model as made again from its own tensors. */
function reloaded(model: Model): Model {
  const { kind, parameters, classes, features } = model;
  const tensors = new Map(model.tensors().map((each) => [each.name, each]));
  return modelKind(kind).load({ kind, parameters, classes, features, tensors });
}

/** One column of values, each with a weight. */
function cutOne(values: readonly number[], weights: readonly number[], pieces: number): Pieces {
  const rows = values.length;
  const matrix = createMatrix(rows, ['a']);
  matrix.data.set(values);
  const labels = new Int32Array(rows);
  const input = { matrix, labels, classes: ['x'], weights: Float32Array.from(weights) };
  const folded = foldRows(input);
  return cutColumns(folded, folded.cells, { pieces, except: [] })[0]!;
}

/** What the layer makes of rows of one column each. */
function encode(
  pieces: Pieces,
  values: readonly number[],
  stepSizes?: readonly number[],
): number[][] {
  const space = new Workspace({ rows: values.length, training: false });
  const input = space.signal({ steps: 1, channels: 1 });
  const layer = new Piecewise(space, input, { pieces: [pieces], stepSizes });
  space.open();
  space.view(input.at, values.length).set(values);
  layer.forward(values.length);
  const { steps, channels } = layer.output.shape;
  const width = steps * channels;
  return values.map((_, r) => [...space.view(layer.output.at + r * width * 4, width)]);
}

describe('pieces of columns', () => {
  it('hold about the same weight each', () => {
    const random = new Random(2);
    const values = Array.from({ length: 4000 }, () => Math.exp(2 * random.normal()));
    const { edges } = cutOne(values, new Array<number>(4000).fill(1), 8);
    assert.equal(edges.length, 9);
    for (let p = 0; p < 8; p++) {
      const inside = values.filter((each) => each > edges[p]! && each <= edges[p + 1]!).length;
      assert.ok(Math.abs(inside - 500) <= 2, `${p}: ${inside}`);
    }
  });

  it('are fewer where one value is frequent, and none for two values', () => {
    const values = [0, 1, 2, 3, 4];
    assert.deepEqual([...cutOne(values, [96, 1, 1, 1, 1], 4).edges], [0, 4]);
    assert.deepEqual([...cutOne(values, [1, 1, 1, 1, 1], 100).edges], values);
    assert.deepEqual(cutOne([0, 1, 1], [1, 1, 1], 4), WHOLE);
    assert.deepEqual(cutOne(values, [1, 1, 1, 1, 1], 0), WHOLE);
  });

  it('do not tell a row that stands twice from one of weight 2', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
    const once = [...new Set(values)];
    const times = once.map((each) => values.filter((other) => other === each).length);
    const ones = new Array<number>(values.length).fill(1);
    assert.deepEqual(cutOne(values, ones, 4), cutOne(once, times, 4));
  });

  it('tell how far in a number lies, standardised over the rows learned from', () => {
    const values = [0, 1, 2, 4, 8, 16];
    const weights = [4, 1, 2, 1, 1, 1];
    const pieces = cutOne(values, weights, 3);
    const rows = encode(pieces, values);
    const total = 10;
    for (let p = 1; p < pieces.edges.length; p++) {
      const mean = rows.reduce((sum, row, i) => sum + (weights[i]! * row[p]!) / total, 0);
      const square = rows.reduce((sum, row, i) => sum + (weights[i]! * row[p]! ** 2) / total, 0);
      assert.ok(Math.abs(mean) < 1e-6 && Math.abs(square - 1) < 1e-5, `${mean} ${square}`);
    }
    const plain = { ...pieces, shift: pieces.shift.map(() => 0), scale: pieces.scale.map(() => 1) };
    const edges = [...pieces.edges];
    const middle = (edges[1]! + edges[2]!) / 2;
    const [below, inside, above] = encode(plain, [-5, middle, 99]);
    assert.deepEqual(below, [-5, ...edges.slice(1).map(() => 0)]);
    assert.deepEqual(inside, [middle, 1, 0.5, ...edges.slice(3).map(() => 0)]);
    assert.deepEqual(above, [99, ...edges.slice(1).map(() => 1)]);
    assert.deepEqual(encode(plain, [middle], [1]), [inside]);
  });

  it('let a small network learn what bends often', async () => {
    const waves = (seed: number): FitInput => {
      const random = new Random(seed);
      const matrix = createMatrix(1500, ['a', 'b']);
      for (let i = 0; i < 3000; i++) matrix.data[i] = random.next();
      const labels = Int32Array.from({ length: 1500 }, (_, i) =>
        Math.sin(40 * matrix.data[2 * i]!) > 0 ? 1 : 0,
      );
      return { matrix, labels, classes: ['below', 'above'] };
    };
    const fresh = waves(2);
    const reached: number[] = [];
    for (const pieces of [0, 48]) {
      const parameters = { pieces, epochs: 10, batch: 32, learningRate: 0.005 };
      const model = await modelKind('ann').create(parameters).fit(waves(1), { seed: 3 });
      reached.push(accuracy(model.score(fresh.matrix), fresh));
    }
    assert.ok(reached[1]! > 0.9 && reached[1]! > reached[0]! + 0.1, reached.join());
  });

  it('come back from a file, which is refused where they are damaged', async () => {
    const input = generateInput({ rows: 150, classes: 3 });
    for (const kind of ['ann', 'cnn', 'gru']) {
      const estimator = modelKind(kind).create({ pieces: 6, epochs: 2 });
      const model = await estimator.fit(input, { seed: 4 });
      assert.deepEqual(reloaded(model).score(input.matrix), model.score(input.matrix));
      const parts = model.explain(input.matrix, 3, 1);
      assert.ok(parts.some((part) => part !== 0));
      refusesDamage(model, [
        ['pieces.counts', 0, 1],
        ['pieces.counts', 0, -1],
        ['pieces.counts', 0, 1e6],
        ['pieces.edges', 1, -1e9],
        ['pieces.edges', 1, Number.NaN],
        ['pieces.scale', 0, -1],
      ]);
    }
  });
});

it('networks of an earlier classifier go by their names', async () => {
  const input = generateInput({ rows: 200, classes: 3 });
  assert.deepEqual(
    [...NETWORKS.keys()],
    ['prior-ann', 'prior-cnn', 'prior-rnn', 'prior-gru', 'prior-gru-deep'],
  );
  for (const network of NETWORKS.keys()) {
    const parameters = { network, batch: 16, learningRate: 0.01, epochs: 30 };
    const model = await modelKind('ann').create(parameters).fit(input, { seed: 2 });
    assert.ok(accuracy(model.score(input.matrix), input) > 0.7, network);
    assert.deepEqual(reloaded(model).score(input.matrix), model.score(input.matrix));
  }
  const wrong = () => modelKind('ann').create({ network: 'prior-tree' });
  assert.throws(wrong, /JSON, or prior-ann, prior-cnn/);
});

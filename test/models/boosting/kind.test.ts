import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix } from '../../../src/features/index.ts';
import type { BoostingModel } from '../../../src/models/boosting/model.ts';
import {
  type FitInput,
  modelKind,
  type Parameters,
  type Tensor,
} from '../../../src/models/index.ts';
import { accuracy, generateInput } from '../generated.ts';

async function boosted(input: FitInput, parameters: Parameters = {}, threads = 1) {
  const estimator = modelKind('boosting').create(parameters);
  return (await estimator.fit(input, { seed: 1, threads })) as BoostingModel;
}

/** One column of codes whose class has nothing to do with their order, and one of noise. */
function coded(rows: number, seed: number): FitInput {
  const random = new Random(seed);
  const matrix = createMatrix(rows, ['code', 'noise']);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const code = random.int(60);
    matrix.data.set([code, random.normal()], 2 * i);
    labels[i] = (code * 7919) % 13 < 6 ? 1 : 0;
  }
  return { matrix, labels, classes: ['a', 'b'] };
}

function logLoss(scores: Float32Array, { labels, classes }: FitInput): number {
  let loss = 0;
  labels.forEach((label, i) => {
    loss -= Math.log(Math.max(1e-12, scores[i * classes.length + label]!));
  });
  return loss / labels.length;
}

describe('boosting', () => {
  it('takes the Newton step in every leaf of its first tree', async () => {
    const input = generateInput({ rows: 300 });
    const learningRate = 0.3;
    const l2 = 2;
    const { trees } = await boosted(input, { iterations: 1, learningRate, l2, maxLeaves: 5 });
    const { matrix, labels } = input;
    const prior = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    const sums = new Map<number, { g: number; h: number }>();
    labels.forEach((label, row) => {
      let node = 0;
      while (trees.feature[node]! >= 0) {
        const cell = matrix.data[row * matrix.cols + trees.feature[node]!]!;
        node = cell <= trees.threshold[node]! ? node + 1 : trees.right[node]!;
      }
      const sum = sums.get(node) ?? { g: 0, h: 0 };
      sums.set(node, { g: sum.g + prior - label, h: sum.h + prior * (1 - prior) });
    });
    assert.equal(sums.size, 5);
    for (const [node, { g, h }] of sums) {
      const expected = (-g / (h + l2)) * learningRate;
      assert.ok(Math.abs(trees.values[trees.right[node]!]! - expected) < 1e-6);
    }
  });

  it('finds the split of largest gain that a search by hand finds', async () => {
    const input = generateInput({ rows: 200 });
    const { matrix, labels } = input;
    const { trees } = await boosted(input, { iterations: 1, maxLeaves: 2, minSamplesLeaf: 10 });
    const prior = labels.reduce((sum, label) => sum + label, 0) / 200;
    const gainOf = (column: number, cut: number): number => {
      const sides = [0, 0, 0, 0];
      labels.forEach((label, row) => {
        const side = matrix.data[row * matrix.cols + column]! <= cut ? 0 : 2;
        sides[side]! += prior - label;
        sides[side + 1]! += 1;
      });
      const [gl, nl, gr, nr] = sides as [number, number, number, number];
      if (nl < 10 || nr < 10) return 0;
      return ((gl * gl) / nl + (gr * gr) / nr) / (prior * (1 - prior));
    };
    let best = 0;
    for (let at = 0; at < matrix.data.length; at++) {
      best = Math.max(best, gainOf(at % matrix.cols, matrix.data[at]!));
    }
    const reached = gainOf(trees.feature[0]!, trees.threshold[0]!);
    assert.ok(Math.abs(reached - best) < 1e-9 * best, `${reached} and ${best}`);
  });

  it('keeps to its limits', async () => {
    const input = generateInput({ rows: 600, classes: 3 });
    const limits = { iterations: 5, maxLeaves: 6, minSamplesLeaf: 30 };
    const { trees } = await boosted(input, limits);
    assert.equal(trees.treeCount, 15);
    for (let t = 0; t < 15; t++) {
      const nodes = trees.feature.subarray(trees.starts[t]!, trees.starts[t + 1]!);
      assert.ok(nodes.filter((column) => column < 0).length <= 6);
    }
    assert.ok(Math.min(...trees.cover) >= 30);
    const stumps = (await boosted(input, { iterations: 2, maxDepth: 1 })).trees;
    assert.deepEqual([...stumps.starts], [0, 3, 6, 9, 12, 15, 18]);
  });

  it('gives the same trees in one thread and in several, for two classes and many', async () => {
    for (const classes of [2, 5]) {
      const input = generateInput({ rows: 900, classes });
      const parameters = { iterations: 6, columnShare: 0.5, earlyStopping: 3 };
      const one = await boosted(input, parameters);
      for (const threads of [2, 5]) {
        assert.deepEqual((await boosted(input, parameters, threads)).trees, one.trees);
      }
    }
  });

  it('lowers the loss round by round, and stops early on rows held out', async () => {
    const input = generateInput({ rows: 500 });
    const losses: number[] = [];
    for (const iterations of [1, 5, 25]) {
      losses.push(logLoss((await boosted(input, { iterations })).score(input.matrix), input));
    }
    assert.ok(losses[0]! > losses[1]! && losses[1]! > losses[2]!);
    const stopped = await boosted(input, { iterations: 500, earlyStopping: 5 });
    assert.ok(stopped.trees.treeCount < 300, `${stopped.trees.treeCount} trees`);
    const fresh = generateInput({ rows: 2000, seed: 5 });
    const long = await boosted(input, { iterations: 500 });
    const atStop = logLoss(stopped.score(fresh.matrix), fresh);
    assert.ok(atStop < logLoss(long.score(fresh.matrix), fresh));
  });

  it('learns nothing from the rows it is told to hold out', async () => {
    const input = generateInput({ rows: 400 });
    const heldOut = Int32Array.from({ length: 100 }, (_, i) => 4 * i);
    const spoiled = input.labels.slice();
    const parameters = { iterations: 3, earlyStopping: 50 };
    const model = await boosted({ ...input, heldOut }, parameters);
    const weights = Float32Array.from(input.labels, (_, i) => (i % 4 === 0 ? 0 : 1));
    const without = await boosted({ ...input, labels: spoiled, weights }, { iterations: 3 });
    assert.deepEqual(model.trees.threshold, without.trees.threshold);
    assert.deepEqual(model.trees.values, without.trees.values);
  });

  it('splits categories by sets, which a threshold needs many splits for', async () => {
    const input = coded(3000, 1);
    const fresh = coded(1000, 2);
    const parameters = { iterations: 5, maxLeaves: 3, learningRate: 0.5 };
    const plain = await boosted(input, parameters);
    const native = await boosted(input, { ...parameters, categories: 'code' });
    const reached = accuracy(native.score(fresh.matrix), fresh);
    assert.ok(reached > 0.98, `${reached} by sets`);
    assert.ok(reached > accuracy(plain.score(fresh.matrix), fresh) + 0.1);
    const strange = createMatrix(3, ['code', 'noise']);
    strange.data.set([200, 0, -1, 0, 0.5, 0]);
    assert.ok(native.score(strange).every((share) => share >= 0 && share <= 1));
    const wrong = coded(50, 1);
    wrong.matrix.data[0] = 255;
    await assert.rejects(boosted(wrong, { categories: 'code' }), { code: 'MODEL_INPUT' });
  });

  it('keeps a monotone constraint everywhere, where the data do not', async () => {
    const random = new Random(4);
    const matrix = createMatrix(2000, ['x', 'y']);
    const labels = new Int32Array(2000);
    for (let i = 0; i < 2000; i++) {
      const x = random.next() * 6;
      const y = random.next();
      matrix.data.set([x, y], 2 * i);
      labels[i] = random.next() < 0.5 + 0.4 * Math.sin(x) * (y > 0.5 ? 1 : 0.5) ? 1 : 0;
    }
    const input = { matrix, labels, classes: ['a', 'b'] };
    const line = (y: number): Matrix => {
      const rows = createMatrix(200, ['x', 'y']);
      for (let i = 0; i < 200; i++) rows.data.set([i * 0.03, y], 2 * i);
      return rows;
    };
    for (const [sign, direction] of [
      ['+', 1],
      ['-', -1],
    ] as const) {
      const model = await boosted(input, { iterations: 30, monotone: `${sign}x` });
      for (const y of [0.1, 0.5, 0.9]) {
        const shares = model.score(line(y)).filter((_, i) => i % 2 === 1);
        for (let i = 1; i < shares.length; i++) {
          assert.ok(direction * (shares[i]! - shares[i - 1]!) >= 0, `${sign} at ${i}`);
        }
      }
    }
    const free = (await boosted(input, { iterations: 30 })).score(line(0.9));
    assert.ok(free.some((share, i) => i % 2 === 1 && i > 1 && share < free[i - 2]!));
    const many = generateInput({ rows: 50, classes: 3 });
    await assert.rejects(boosted(many, { monotone: '+size' }), { code: 'MODEL_PARAMETER' });
    await assert.rejects(boosted(input, { monotone: '+z' }), { code: 'MODEL_PARAMETER' });
    await assert.rejects(boosted(input, { monotone: 'x' }), { code: 'MODEL_PARAMETER' });
  });

  it('stays on its way with ten classes, most of them rare', async () => {
    const shares = [0.5, 0.2, 0.1, 0.08, 0.05, 0.03, 0.02, 0.012, 0.005, 0.003];
    const random = new Random(1);
    const matrix = createMatrix(4000, ['a', 'b', 'c']);
    const labels = new Int32Array(4000);
    for (let i = 0; i < 4000; i++) {
      let left = random.next();
      let k = 0;
      while (k < 9 && left > shares[k]!) left -= shares[k++]!;
      labels[i] = k;
      const place = random.int(20) === 0 ? random.int(10) : k;
      matrix.data.set([place, ((k * 7) % 10) + random.int(2), random.int(5)], i * 3);
    }
    const input = { matrix, labels, classes: shares.map((_, k) => `class${k}`) };
    const model = await boosted(input, { iterations: 100 });
    const reached = accuracy(model.score(matrix), input);
    // Without a penalty it ends at 0.21: steps over hessians of almost 0 run away.
    assert.ok(reached > 0.98, `${reached}`);
  });

  it('takes fractional weights, and each class as much when balanced', async () => {
    const input = generateInput({ rows: 400 });
    const halves = new Float32Array(400).fill(0.5);
    const parameters = { iterations: 5, minSamplesLeaf: 10, minHessian: 5e-4, l2: 0.5 };
    const model = await boosted({ ...input, weights: halves }, parameters);
    const whole = await boosted(input, { iterations: 5 });
    const scores = whole.score(input.matrix);
    model.score(input.matrix).forEach((share, i) => {
      assert.ok(Math.abs(share - scores[i]!) < 1e-4, `${share} and ${scores[i]}`);
    });
    const rare = input.labels.map((_, i) => (i % 10 === 0 ? 1 : 0));
    const flat = { ...input, labels: rare, matrix: createMatrix(400, ['x']) };
    const balanced = await boosted(flat, { classWeight: 'balanced' });
    assert.ok(Math.abs(balanced.score(createMatrix(1, ['x']))[1]! - 0.5) < 1e-6);
  });

  it('is refused when a file holds trees that are not whole', async () => {
    const input = coded(300, 1);
    const model = await boosted(input, { iterations: 2, categories: 'code' });
    const { kind, parameters, classes, features } = model;
    const load = (change: (tensor: Tensor) => Tensor | undefined): void => {
      const kept = model.tensors().flatMap((tensor) => change(tensor) ?? []);
      const tensors = new Map(kept.map((tensor) => [tensor.name, tensor]));
      modelKind('boosting').load({ kind, parameters, classes, features, tensors });
    };
    load((tensor) => tensor);
    for (const { name, data } of model.tensors()) {
      const refused = (change: (tensor: Tensor) => Tensor | undefined): void => {
        const only = (each: Tensor) => (each.name === name ? change(each) : each);
        assert.throws(() => load(only), { code: 'MODEL_FILE' }, name);
      };
      refused(() => undefined);
      if (name === 'sets') continue;
      refused((tensor) => ({ ...tensor, data: data.slice(1), shape: [data.length - 1] }));
    }
    const spoil = (name: string, at: number, value: number) => (tensor: Tensor) => {
      if (tensor.name !== name) return tensor;
      const data = tensor.data.slice();
      data[at] = value;
      return { ...tensor, data };
    };
    for (const change of [
      spoil('feature', 0, 2),
      spoil('feature', 0, -2),
      spoil('right', 0, 0),
      spoil('right', 0, 1e6),
      spoil('set', 0, 1e6),
      spoil('set', 0, -2),
      spoil('cover', 1, 0),
      spoil('values', 0, Number.NaN),
      spoil('values', 0, 1e35),
      spoil('base', 0, Number.POSITIVE_INFINITY),
      spoil('starts', 1, 0),
      spoil('importance', 0, -1),
    ]) {
      assert.throws(() => load(change), { code: 'MODEL_FILE' });
    }
  });

  it('stops its threads when asked midway', async () => {
    const input = generateInput({ rows: 3000 });
    for (const threads of [1, 2]) {
      const control = new AbortController();
      const work = modelKind('boosting')
        .create({ iterations: 2000 })
        .fit(input, {
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

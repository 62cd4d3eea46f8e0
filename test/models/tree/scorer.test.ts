import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix } from '../../../src/features/index.ts';
import { modelKind } from '../../../src/models/index.ts';
import type { Trees } from '../../../src/models/tree/ensemble.ts';
import type { TreeModel } from '../../../src/models/tree/model.ts';
import { TreeScorer } from '../../../src/models/tree/scorer.ts';
import { generateInput } from '../generated.ts';

/** The clear version: one row, one tree, one node at a time. */
function scoreByHand(trees: Trees, matrix: Matrix): Float32Array {
  const out = new Float32Array(matrix.rows * trees.classCount);
  for (let row = 0; row < matrix.rows; row++) {
    const sums = new Float64Array(trees.classCount);
    for (let t = 0; t < trees.treeCount; t++) {
      let node = trees.starts[t]!;
      while (trees.feature[node]! >= 0) {
        const cell = matrix.data[row * matrix.cols + trees.feature[node]!]!;
        node = cell <= trees.threshold[node]! ? node + 1 : trees.right[node]!;
      }
      for (let k = 0; k < sums.length; k++) {
        sums[k]! += trees.values[trees.right[node]! * sums.length + k]!;
      }
    }
    for (let k = 0; k < sums.length; k++) out[row * sums.length + k] = sums[k]! / trees.treeCount;
  }
  return out;
}

function scoreByScorer(trees: Trees, matrix: Matrix): Float32Array {
  const { values, classCount } = trees;
  const scorer = new TreeScorer(trees, { values, width: classCount, outputs: classCount });
  const out = new Float32Array(matrix.rows * classCount);
  for (let start = 0; start < matrix.rows; start += scorer.blockRows) {
    const count = Math.min(scorer.blockRows, matrix.rows - start);
    const { sums, kept } = scorer.sum(matrix, start, count);
    const shares = out.subarray(start * classCount, (start + count) * classCount);
    for (let i = 0; i < kept * classCount; i++) shares[i] = sums[i]! / trees.treeCount;
    scorer.spread(shares, classCount, { count, kept });
  }
  return out;
}

async function forest(classes: number, trees: number): Promise<TreeModel> {
  const input = generateInput({ rows: 500, classes });
  return (await modelKind('forest').create({ trees }).fit(input, { seed: 4 })) as TreeModel;
}

describe('tree scorer', () => {
  it('scores just as the clear version, at every remainder of the block', async () => {
    for (const [classes, count] of [
      [2, 9],
      [4, 9],
      [3, 2],
    ] as const) {
      const { trees } = await forest(classes, count);
      for (const rows of [1, 2, 3, 4, 5, 9, 4099, 32_779]) {
        const { matrix } = generateInput({ rows, classes, seed: rows });
        assert.deepEqual(scoreByScorer(trees, matrix), scoreByHand(trees, matrix));
      }
    }
  });

  it('puts cells on, beside and far from thresholds on the right side', async () => {
    const { trees } = await forest(3, 9);
    const cells = new Set<number>([0, -0, 3.4e38, -3.4e38, 1e-45]);
    for (const threshold of trees.threshold) {
      cells.add(threshold);
      cells.add(Math.fround(threshold * (1 + 2 ** -23)));
      cells.add(Math.fround(threshold * (1 - 2 ** -23)));
    }
    const list = [...cells];
    const matrix = createMatrix(list.length, ['a', 'b', 'c', 'd', 'e', 'f']);
    const random = new Random(8);
    for (let i = 0; i < matrix.data.length; i++) {
      matrix.data[i] = i % 6 === 0 ? list[i / 6]! : list[random.int(list.length)]!;
    }
    assert.deepEqual(scoreByScorer(trees, matrix), scoreByHand(trees, matrix));
  });

  it('scores as well with more columns than the narrow layout can name', async () => {
    const rows = 2000;
    const cols = 200;
    const names = Array.from({ length: cols }, (_, c) => `c${c}`);
    const matrix = createMatrix(rows, names);
    const random = new Random(6);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.int(7);
    const labels = Int32Array.from({ length: rows }, () => random.int(3));
    const parameters = { trees: 12, maxFeatures: 'log2' };
    const estimator = modelKind('forest').create(parameters);
    const input = { matrix, labels, classes: ['a', 'b', 'c'] };
    const { trees } = (await estimator.fit(input, { seed: 1 })) as TreeModel;
    const used = new Set(trees.feature).size - 1;
    assert.ok(used >= 128, `${used} columns used`);
    assert.deepEqual(scoreByScorer(trees, matrix), scoreByHand(trees, matrix));
  });

  it('explains a score by parts that sum to its distance from the roots', async () => {
    const model = await forest(3, 9);
    const { matrix } = generateInput({ rows: 30, classes: 3, seed: 9 });
    const scores = model.score(matrix);
    for (let k = 0; k < 3; k++) {
      const bases = new Set<string>();
      for (let row = 0; row < 30; row++) {
        const sum = model.explain(matrix, row, k).reduce((a, b) => a + b, 0);
        bases.add((scores[row * 3 + k]! - sum).toFixed(5));
      }
      assert.equal(bases.size, 1, 'one base for all rows');
      assert.ok(Math.abs(Number([...bases][0]) - 1 / 3) < 0.1);
    }
  });
});

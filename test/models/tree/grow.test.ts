import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix } from '../../../src/features/index.ts';
import { modelKind, type Parameters } from '../../../src/models/index.ts';
import { binMatrix, lowerBound } from '../../../src/models/tree/bins.ts';
import type { TreeModel } from '../../../src/models/tree/model.ts';
import { generateInput } from '../generated.ts';

async function tree(
  input: ReturnType<typeof generateInput>,
  parameters: Parameters = {},
): Promise<TreeModel> {
  return (await modelKind('tree').create(parameters).fit(input, { seed: 1 })) as TreeModel;
}

/** Gini impurity of the class counts times their sum. */
function impurity(counts: readonly number[]): number {
  const sum = counts.reduce((a, b) => a + b, 0);
  return sum === 0 ? 0 : sum - counts.reduce((a, b) => a + b * b, 0) / sum;
}

/**
 * The least impurity that any split of these rows on any column reaches: the textbook double loop.
 */
function bestByHand(matrix: Matrix, labels: Int32Array, rows: number[], classes: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let c = 0; c < matrix.cols; c++) {
    for (const at of rows) {
      const cut = matrix.data[at * matrix.cols + c]!;
      const left = new Array<number>(classes).fill(0);
      const right = new Array<number>(classes).fill(0);
      for (const row of rows) {
        (matrix.data[row * matrix.cols + c]! <= cut ? left : right)[labels[row]!]!++;
      }
      if (right.some((count) => count > 0)) best = Math.min(best, impurity(left) + impurity(right));
    }
  }
  return best;
}

describe('decision tree', () => {
  it('takes the split of least Gini impurity at every node', async () => {
    const input = generateInput({ rows: 120, classes: 3 });
    const { matrix, labels } = input;
    const { trees } = await tree(input);
    const rowsAt = new Map([[0, Array.from(labels, (_, i) => i)]]);
    let inner = 0;
    for (let node = 0; node < trees.feature.length; node++) {
      const rows = rowsAt.get(node)!;
      const column = trees.feature[node]!;
      if (column < 0) {
        assert.equal(new Set(rows.map((row) => labels[row])).size, 1, 'leaves are pure');
        continue;
      }
      inner++;
      const goesLeft = (row: number): boolean =>
        matrix.data[row * matrix.cols + column]! <= trees.threshold[node]!;
      const left = rows.filter(goesLeft);
      const right = rows.filter((row) => !goesLeft(row));
      const count = (list: number[]): number[] =>
        [0, 1, 2].map((k) => list.filter((row) => labels[row] === k).length);
      const reached = impurity(count(left)) + impurity(count(right));
      assert.ok(Math.abs(reached - bestByHand(matrix, labels, rows, 3)) < 1e-9);
      assert.equal(trees.cover[node], rows.length);
      rowsAt.set(node + 1, left);
      rowsAt.set(trees.right[node]!, right);
    }
    assert.ok(inner > 5);
  });

  it('keeps to its limits', async () => {
    const input = generateInput({ rows: 300 });
    const stump = await tree(input, { maxDepth: 1 });
    assert.equal(stump.trees.feature.length, 3);
    const leaves = (model: TreeModel): number[] =>
      [...model.trees.cover].filter((_, i) => model.trees.feature[i] === -1);
    assert.ok(Math.min(...leaves(await tree(input, { minSamplesLeaf: 20 }))) >= 20);
    const split = await tree(input, { minSamplesSplit: 100 });
    const inner = [...split.trees.cover].filter((_, i) => split.trees.feature[i]! >= 0);
    assert.ok(Math.min(...inner) >= 100);
  });

  it('gives every class the same say when balanced', async () => {
    const input = generateInput({ rows: 300 });
    const labels = input.labels.map((_, i) => (i % 10 === 0 ? 1 : 0));
    const flat = { ...input, labels, matrix: createMatrix(300, ['x']) };
    const model = await tree(flat, { classWeight: 'balanced' });
    assert.deepEqual([...model.score(createMatrix(1, ['x']))], [0.5, 0.5]);
    const plain = await tree(flat);
    const share = plain.score(createMatrix(1, ['x']))[1]!;
    assert.ok(Math.abs(share - 0.1) < 1e-6);
  });

  it('grows deep trees and wide leaves without recursion', async () => {
    const rows = 6000;
    const matrix = createMatrix(rows, ['x', 'y']);
    const random = new Random(5);
    const labels = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      matrix.data[2 * i] = random.next();
      matrix.data[2 * i + 1] = random.next();
      labels[i] = random.int(2);
    }
    const model = await tree({ matrix, labels, classes: ['a', 'b'] });
    const scores = model.score(matrix);
    let right = 0;
    for (let i = 0; i < rows; i++) if (scores[2 * i + labels[i]!]! > 0.5) right++;
    assert.ok(right / rows > 0.95, 'memorises noise up to the bins');
  });
});

describe('bins', () => {
  it('keeps distinct values apart while they suffice', () => {
    const matrix = createMatrix(6, ['x']);
    matrix.data.set([3, 1, 2, 1, 3, 10]);
    const { bins, counts, edges } = binMatrix(matrix, Int32Array.of(0), 255, undefined);
    assert.equal(counts[0], 4);
    assert.deepEqual([...edges.subarray(0, 3)], [1.5, 2.5, 6.5]);
    assert.deepEqual([...bins], [2, 0, 1, 0, 2, 3]);
  });

  it('cuts many values into bins of about equal weight', () => {
    const rows = 10_000;
    const matrix = createMatrix(rows, ['x']);
    const random = new Random(3);
    for (let i = 0; i < rows; i++) matrix.data[i] = i % 2 === 0 ? 0 : random.exponential(1);
    const { bins, counts } = binMatrix(matrix, Int32Array.of(0), 16, undefined);
    assert.equal(counts[0], 16);
    const sizes = new Array<number>(16).fill(0);
    for (const bin of bins) sizes[bin]!++;
    assert.equal(sizes[0], 5000, 'the heavy value has a bin of its own');
    for (const size of sizes.slice(1)) assert.ok(size > 200 && size < 500, `${size}`);
  });

  it('never puts a threshold at or above the value to its right', () => {
    const low = 1;
    const high = Math.fround(1 + 2 ** -23);
    const matrix = createMatrix(4, ['x']);
    matrix.data.set([low, high, -3e38, 3e38]);
    const { bins, edges, counts } = binMatrix(matrix, Int32Array.of(0), 255, undefined);
    assert.deepEqual([...bins], [1, 2, 0, 3]);
    assert.equal(lowerBound(edges, counts[0]! - 1, high), 2);
  });
});

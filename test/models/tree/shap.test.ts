import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix } from '../../../src/features/index.ts';
import type { BoostingModel } from '../../../src/models/boosting/model.ts';
import { inSet } from '../../../src/models/boosting/trees.ts';
import { modelKind, type Parameters } from '../../../src/models/index.ts';
import type { NodeColumns } from '../../../src/models/tree/ensemble.ts';
import type { TreeModel } from '../../../src/models/tree/model.ts';
import { TreeShap } from '../../../src/models/tree/shap.ts';
import { generateInput } from '../generated.ts';

type GoesLeft = (node: number) => boolean;

/** What a tree says when only the columns in `known` are: the others go both ways, by weight. */
function expectation(
  trees: NodeColumns,
  node: number,
  known: ReadonlySet<number>,
  goesLeft: GoesLeft,
  value: (node: number) => number,
): { mean: number; weight: number } {
  const column = trees.feature[node]!;
  if (column < 0) return { mean: value(node), weight: trees.cover[node]! };
  const left = expectation(trees, node + 1, known, goesLeft, value);
  const right = expectation(trees, trees.right[node]!, known, goesLeft, value);
  const weight = left.weight + right.weight;
  if (known.has(column)) return { mean: goesLeft(node) ? left.mean : right.mean, weight };
  return { mean: (left.mean * left.weight + right.mean * right.weight) / weight, weight };
}

/** Shapley values by their definition: a sum over all subsets of columns. */
function shapleyByHand(cols: number, worth: (known: ReadonlySet<number>) => number): number[] {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: cols }, (_, column) => {
    let sum = 0;
    for (let subset = 0; subset < 2 ** cols; subset++) {
      if ((subset >> column) & 1) continue;
      const known = new Set(
        Array.from({ length: cols }, (_, c) => c).filter((c) => (subset >> c) & 1),
      );
      const size = known.size;
      const weight = (factorial(size) * factorial(cols - size - 1)) / factorial(cols);
      sum += weight * (worth(new Set([...known, column])) - worth(known));
    }
    return sum;
  });
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>, within: number): void => {
  for (let i = 0; i < a.length; i++) {
    assert.ok(Math.abs(a[i]! - b[i]!) < within, `${a[i]} and ${b[i]} at ${i}`);
  }
};

async function averaged(kind: string, parameters: Parameters): Promise<TreeModel> {
  const input = generateInput({ rows: 300, classes: 3 });
  return (await modelKind(kind).create(parameters).fit(input, { seed: 2 })) as TreeModel;
}

describe('TreeSHAP', () => {
  const fresh: Matrix = generateInput({ rows: 12, classes: 3, seed: 9 }).matrix;

  it('agrees with the definition of Shapley values, summed over all subsets', async () => {
    for (const [kind, parameters] of [
      ['tree', { maxDepth: 5 }],
      ['tree', {}],
      ['forest', { trees: 3 }],
      ['extra-trees', { trees: 3, maxDepth: 6 }],
    ] as const) {
      const model = await averaged(kind, parameters);
      const { trees } = model;
      for (let row = 0; row < fresh.rows; row++) {
        const goesLeft = (node: number): boolean =>
          fresh.data[row * fresh.cols + trees.feature[node]!]! <= trees.threshold[node]!;
        const value = (node: number): number => trees.values[trees.right[node]! * 3 + 1]!;
        const expected = shapleyByHand(fresh.cols, (known) => {
          let sum = 0;
          for (let t = 0; t < trees.treeCount; t++) {
            sum += expectation(trees, trees.starts[t]!, known, goesLeft, value).mean;
          }
          return sum / trees.treeCount;
        });
        close(model.explain(fresh, row, 1), expected, 1e-9);
      }
    }
  });

  it('agrees for boosted trees that split by sets of categories', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const codes = Float32Array.from(input.matrix.data, (cell, i) =>
      i % 6 === 5 ? Math.abs(cell) : cell,
    );
    const matrix = { ...input.matrix, data: codes };
    const parameters = { iterations: 4, categories: 'level', minSamplesLeaf: 5 };
    const estimator = modelKind('boosting').create(parameters);
    const model = (await estimator.fit({ ...input, matrix }, { seed: 2 })) as BoostingModel;
    const { trees } = model;
    assert.ok(trees.sets.length > 0, 'there is a set to split by');
    for (let row = 0; row < 6; row++) {
      const goesLeft = (node: number): boolean => {
        const cell = codes[row * 6 + trees.feature[node]!]!;
        const set = trees.set[node]!;
        return set < 0 ? cell <= trees.threshold[node]! : inSet(trees.sets, set, cell);
      };
      const value = (node: number): number => trees.values[trees.right[node]!]!;
      const expected = shapleyByHand(6, (known) => {
        let sum = 0;
        for (let t = 2; t < trees.treeCount; t += 3) {
          sum += expectation(trees, trees.starts[t]!, known, goesLeft, value).mean;
        }
        return sum;
      });
      close(model.explain(matrix, row, 2), expected, 1e-9);
    }
  });

  it('adds up to the score less the baseline: probabilities, or margins for boosting', async () => {
    for (const kind of ['tree', 'forest', 'extra-trees']) {
      const model = await averaged(kind, kind === 'tree' ? {} : { trees: 20 });
      const scores = model.score(fresh);
      for (let at = 0; at < scores.length; at++) {
        const parts = model.explain(fresh, Math.floor(at / 3), at % 3);
        const sum = parts.reduce((a, b) => a + b, model.baseline(at % 3));
        assert.ok(Math.abs(sum - scores[at]!) < 1e-5, `${kind}: ${sum} and ${scores[at]}`);
      }
    }
    for (const classes of [2, 3]) {
      const input = generateInput({ rows: 400, classes });
      const estimator = modelKind('boosting').create({ iterations: 20 });
      const model = (await estimator.fit(input, { seed: 2 })) as BoostingModel;
      const { matrix } = generateInput({ rows: 30, classes, seed: 4 });
      const scores = model.score(matrix);
      for (let row = 0; row < 30; row++) {
        const margins = Array.from({ length: classes }, (_, k) => {
          return model.explain(matrix, row, k).reduce((a, b) => a + b, model.baseline(k));
        });
        // The difference of two margins is the log of the ratio of their probabilities.
        const ratio = Math.log(scores[row * classes + 1]! / scores[row * classes]!);
        const own = classes === 2 ? margins[1]! : margins[1]! - margins[0]!;
        assert.ok(Math.abs(own - ratio) < 1e-4, `${own} and ${ratio}`);
      }
    }
  });

  it('holds for paths of a hundred columns, and for very deep trees', () => {
    const depth = 100;
    const nodes = 2 * depth + 1;
    const random = new Random(3);
    const feature = new Int32Array(nodes);
    const right = new Uint32Array(nodes);
    const cover = new Float32Array(nodes);
    // A chain: each left child is a leaf, each right child splits the next column.
    for (let d = 0; d < depth; d++) {
      feature[2 * d] = d;
      right[2 * d] = 2 * d + 2;
      feature[2 * d + 1] = -1;
      right[2 * d + 1] = d;
    }
    feature[nodes - 1] = -1;
    right[nodes - 1] = depth;
    for (let i = 0; i < nodes; i++) cover[i] = 1 + random.int(50);
    const values = Float64Array.from({ length: depth + 1 }, () => random.normal());
    for (const columns of [depth, 7]) {
      const trees: NodeColumns = {
        treeCount: 1,
        featureCount: columns,
        starts: Uint32Array.of(0, nodes),
        feature: feature.map((c) => (c < 0 ? -1 : c % columns)),
        threshold: new Float32Array(nodes),
        right,
        cover,
      };
      const shap = new TreeShap(trees);
      const parts = new Float64Array(columns);
      const leaf = (node: number): number => values[right[node]!]!;
      shap.add(0, (node) => node === 2 * 61, leaf, parts);
      const sum = parts.reduce((a, b) => a + b, shap.mean(0, leaf));
      assert.ok(Math.abs(sum - values[61]!) < 1e-9, `${sum} and ${values[61]}`);
    }
  });

  it('gives a tree of one leaf no parts', async () => {
    const flat = { ...generateInput({ rows: 20 }), matrix: createMatrix(20, ['a', 'b']) };
    const model = await modelKind('tree').create({}).fit(flat, { seed: 1 });
    assert.deepEqual([...model.explain(flat.matrix, 0, 1)], [0, 0]);
  });
});

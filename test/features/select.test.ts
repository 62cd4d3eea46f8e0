import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/index.ts';
import {
  balancedWeights,
  createMatrix,
  defaultSpec,
  fitPipeline,
  keepBest,
  pipelineFromJSON,
  type SelectStep,
  selectColumns,
  smote,
} from '../../src/features/index.ts';
import { mixedSchema, mixedTable } from './tables.ts';

/** Columns of numbers as a matrix. */
function matrixOf(columns: Readonly<Record<string, readonly number[]>>) {
  const lists = Object.values(columns);
  const matrix = createMatrix(lists[0]!.length, Object.keys(columns));
  lists.forEach((list, c) => {
    list.forEach((value, i) => {
      matrix.data[i * lists.length + c] = value;
    });
  });
  return matrix;
}

const named = (matrix: { names: readonly string[] }, kept: Iterable<number>) =>
  [...kept].map((column) => matrix.names[column]).sort();

const random = new Random(5);
const noise = () => Array.from({ length: 60 }, () => random.normal());
const a = noise();
const labels = Int32Array.from(a, (value) => (value > 0 ? 1 : 0));
const columns = {
  a,
  b: a.map((value) => value + random.normal() / 20),
  c: a.map((value) => -value + random.normal() / 2),
  d: noise(),
  e: a.map(() => 3),
  f: a.map((value) => 2 * value),
};
const steps: readonly SelectStep[] = [
  { kind: 'variance' },
  { kind: 'correlation', threshold: 0.7 },
  { kind: 'mutualInformation', keep: 2 },
  { kind: 'mutualInformation', keep: 'mean', bins: 4 },
  { kind: 'mutualInformation', keep: 'median' },
];

describe('selection', () => {
  it('does not depend on the order of the columns', () => {
    const entries = Object.entries(columns);
    for (const step of steps) {
      const matrix = matrixOf(columns);
      const kept = named(matrix, selectColumns(matrix, [step], labels));
      assert.ok(kept.length > 0 && kept.length < 6, step.kind);
      fc.assert(
        fc.property(fc.shuffledSubarray(entries, { minLength: 6 }), (shuffled) => {
          const other = matrixOf(Object.fromEntries(shuffled));
          assert.deepEqual(named(other, selectColumns(other, [step], labels)), kept);
        }),
        { numRuns: 10 },
      );
    }
  });

  it('leaves no pair above the threshold, and the one that is least alike', () => {
    const matrix = matrixOf({ a: columns.a, b: columns.b, d: columns.d, f: columns.f });
    assert.equal(selectColumns(matrix, [{ kind: 'correlation', threshold: 0.7 }]).length, 2);
    // a and f are the same but for their scale, so the later name goes.
    assert.deepEqual(
      named(matrix, selectColumns(matrix, [{ kind: 'correlation', threshold: 0.9999 }])),
      ['a', 'b', 'd'],
    );
    assert.equal(selectColumns(matrix, [{ kind: 'correlation', threshold: 1 }]).length, 4);
  });

  it('runs step after step, each on what is left', () => {
    const matrix = matrixOf(columns);
    const kept = selectColumns(matrix, [
      { kind: 'variance' },
      { kind: 'importance', importances: [5, 1, 4, 2, 3], keep: 'median' },
    ]);
    assert.deepEqual(named(matrix, kept), ['a', 'c', 'f']);
  });

  it('keeps the median, the mean or the best, ties by name', () => {
    assert.deepEqual(keepBest([1, 2, 3, 10], 'median', ['a', 'b', 'c', 'd']), [2, 3]);
    assert.deepEqual(keepBest([1, 2, 3, 10], 'mean', ['a', 'b', 'c', 'd']), [3]);
    assert.deepEqual(keepBest([2, 2, 2], 2, ['z', 'y', 'x']), [1, 2]);
    assert.deepEqual(keepBest([0.1, 0.1, 0.1], 'mean', ['a', 'b', 'c']), [0, 1, 2]);
  });

  it('refuses what it cannot judge', () => {
    const matrix = matrixOf(columns);
    const code = { code: 'FEATURE_SELECT' };
    const wrong: SelectStep[] = [
      { kind: 'chiSquared', keep: 2 },
      { kind: 'mutualInformation', keep: 0 },
      { kind: 'mutualInformation', keep: 1, bins: 1 },
      { kind: 'importance', importances: [1], keep: 1 },
      { kind: 'correlation', threshold: 2 },
      { kind: 'variance', threshold: 1e9 },
    ];
    for (const step of wrong) {
      assert.throws(() => selectColumns(matrix, [step], labels), code, JSON.stringify(step));
    }
    assert.throws(() => selectColumns(matrix, [{ kind: 'mutualInformation', keep: 1 }]), code);
    matrix.data[7] = Number.NaN;
    assert.throws(() => selectColumns(matrix, [{ kind: 'variance' }]), code);
  });
});

describe('a pipeline with a selection', () => {
  const table = mixedTable(a.map((value, i) => [value, ['tcp', 'udp', 'arp'][i % 3]]));
  const rows = Int32Array.from({ length: 40 }, (_, i) => i);
  const plain = defaultSpec(mixedSchema);
  const spec = { ...plain, select: [{ kind: 'mutualInformation', keep: 2 } as const] };
  const whole = fitPipeline(plain, table, rows);
  const pipeline = fitPipeline(spec, table, rows, labels);

  it('yields the kept columns as the whole one does', () => {
    assert.equal(pipeline.names.length, 2);
    assert.ok(pipeline.names.includes('size'));
    for (const some of [undefined, rows.subarray(3, 20)]) {
      const all = whole.transform(table, some);
      const kept = pipeline.transform(table, some);
      pipeline.names.forEach((name, c) => {
        const from = whole.names.indexOf(name);
        assert.deepEqual(pipeline.origin(c), whole.origin(from));
        for (let i = 0; i < kept.rows; i++) {
          assert.equal(kept.data[i * 2 + c], all.data[i * all.cols + from]);
        }
      });
    }
  });

  it('learns from the training rows alone', () => {
    const other = labels.slice();
    for (let i = 40; i < other.length; i++) other[i] = 1 - other[i]!;
    assert.equal(fitPipeline(spec, table, rows, other).hash(), pipeline.hash());
    assert.notEqual(pipeline.hash(), whole.hash());
  });

  it('comes back from JSON, and refuses damaged columns', () => {
    const text = JSON.stringify(pipeline);
    const back = pipelineFromJSON(JSON.parse(text));
    assert.equal(back.hash(), pipeline.hash());
    assert.deepEqual(back.transform(table).data, pipeline.transform(table).data);
    assert.equal(Object.hasOwn(JSON.parse(JSON.stringify(whole)), 'kept'), false);
    for (const kept of [[], [1, 1], [2, 1], [99], [-1], [0.5], ['a'], null, 'all']) {
      const json = { ...JSON.parse(text), kept };
      assert.throws(() => pipelineFromJSON(json), /FEATURE_(PIPELINE|SELECT)/);
    }
  });

  it('keeps columns of what it kept', () => {
    const one = pipeline.keep([1]);
    assert.deepEqual(one.names, [pipeline.names[1]]);
    assert.deepEqual(one.origin(0), pipeline.origin(1));
    for (const wrong of [[], [2], [0, 0], [-1]]) {
      assert.throws(() => pipeline.keep(wrong), { code: 'FEATURE_SELECT' });
    }
  });

  it('serves tables longer than a block', () => {
    const long = mixedTable(Array.from({ length: 5000 }, (_, i) => [i, i % 2 ? 'tcp' : 'udp']));
    const cells = pipeline.transform(long);
    const all = whole.transform(long);
    const from = whole.names.indexOf('size');
    const c = pipeline.names.indexOf('size');
    for (let i = 0; i < 5000; i++)
      assert.equal(cells.data[i * 2 + c], all.data[i * all.cols + from]);
  });
});

describe('smote and weights', () => {
  it('makes rows on the line between neighbours, after the rows given', () => {
    const matrix = matrixOf({ x: [0, 1, 2, 50, 60, 70, 80], y: [0, 2, 4, 1, 1, 1, 1] });
    const known = Int32Array.from([1, 1, 1, 0, 0, 0, -1]);
    const made = smote(matrix, known, { seed: 3, target: 20, neighbours: 2 });
    assert.deepEqual(made.matrix.data.subarray(0, 14), matrix.data);
    assert.equal(made.labels.filter((label) => label === 1).length, 20);
    assert.equal(made.labels.filter((label) => label === -1).length, 1);
    made.synthetic.forEach((flag, i) => {
      assert.equal(flag, i < 7 ? 0 : 1);
      const [x, y] = [made.matrix.data[2 * i]!, made.matrix.data[2 * i + 1]!];
      if (made.labels[i] === 1) assert.ok(Math.abs(y - 2 * x) < 1e-6 && x >= 0 && x <= 2);
      else assert.ok(x >= 50);
    });
    assert.deepEqual(smote(matrix, known, { seed: 3, target: 20, neighbours: 2 }), made);
    assert.throws(() => smote(matrix, new Int32Array(2), { seed: 1 }), { code: 'FEATURE_ROWS' });
    matrix.data[0] = Number.NaN;
    assert.throws(() => smote(matrix, known, { seed: 1 }), { code: 'FEATURE_EMPTY' });
  });

  it('gives each class the same weight in sum', () => {
    const weights = balancedWeights(Int32Array.from([0, 0, 0, 2, -1]));
    assert.deepEqual([...weights], [2 / 3, 2 / 3, 2 / 3, 2, 0].map(Math.fround));
  });
});

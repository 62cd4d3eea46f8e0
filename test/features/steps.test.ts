import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import { hashColumn } from '../../src/features/encode.ts';
import { fitPipeline, pipelineFromJSON, type Step } from '../../src/features/index.ts';
import { normalQuantile } from '../../src/features/scale.ts';
import { type Cell, mixedSchema, mixedTable } from './tables.ts';

const cells = fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 1 });
const spec = (from: string, ...steps: Step[]) => ({
  schema: mixedSchema,
  plans: [{ from, steps }],
});
const sizes = (values: readonly Cell[]) => mixedTable(values.map((size) => [size, 'a']));
const kinds = (words: readonly Cell[]) => mixedTable(words.map((word) => [1, word]));

const scales: readonly Step[] = [
  { kind: 'robust' },
  { kind: 'minMax' },
  { kind: 'minMax', clip: true },
  { kind: 'quantile' },
  { kind: 'quantile', output: 'normal', quantiles: 7 },
];

describe('scaling steps', () => {
  for (const step of scales) {
    it(`keep order, learn from the rows named alone and come back from JSON: ${step.kind}`, () => {
      fc.assert(
        fc.property(cells, cells, (train, other) => {
          const rows = Int32Array.from(train, (_, i) => i);
          const table = sizes([...train, ...other]);
          const pipeline = fitPipeline(spec('size', step), table, rows);
          assert.equal(fitPipeline(spec('size', step), sizes(train)).hash(), pipeline.hash());
          const { data } = pipeline.transform(table);
          const back = pipelineFromJSON(JSON.parse(JSON.stringify(pipeline)));
          assert.deepEqual(back.transform(table).data, data);
          const all = [...train, ...other];
          const order = [...all.keys()].sort((a, b) => all[a]! - all[b]!);
          for (let i = 1; i < order.length; i++) {
            assert.ok(data[order[i - 1]!]! <= data[order[i]!]!);
          }
          assert.equal(pipeline.origin(0).step, step.kind);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('bring training rows where they promise', () => {
    const table = sizes([4, 1, 3, 2, 5, undefined]);
    const all = (step: Step) => [...fitPipeline(spec('size', step), table).transform(table).data];
    assert.deepEqual(all({ kind: 'minMax' }), [0.75, 0, 0.5, 0.25, 1, Number.NaN]);
    assert.deepEqual(all({ kind: 'robust' }), [0.5, -1, 0, -0.5, 1, Number.NaN]);
    assert.deepEqual(all({ kind: 'quantile' }), [0.75, 0, 0.5, 0.25, 1, Number.NaN]);
    const normal = all({ kind: 'quantile', output: 'normal' });
    assert.ok(Math.abs(normal[1]! + 5.199337582) < 1e-6 && normal[2] === 0);
  });

  it('take constant and empty columns', () => {
    for (const step of scales) {
      for (const table of [sizes([7, 7]), sizes([undefined, undefined])]) {
        const { data } = fitPipeline(
          spec('size', { kind: 'impute', with: 'median' }, step),
          table,
        ).transform(table);
        assert.ok(data[0] === data[1] && Number.isFinite(data[0]));
      }
    }
  });

  it('inverts the normal distribution as its tables say', () => {
    const table: [number, number][] = [
      [0.5, 0],
      [0.975, 1.959963984540054],
      [0.001, -3.090232306167813],
      [0.8, 0.8416212335729143],
      [1e-7, -5.199337582192817],
    ];
    for (const [p, z] of table) assert.ok(Math.abs(normalQuantile(p) - z) < 1e-13, `${p}`);
  });
});

describe('ordinal and hashing', () => {
  it('numbers words in order and gives others the value for unseen', () => {
    const pipeline = fitPipeline(spec('kind', { kind: 'ordinal' }), kinds(['udp', 'arp', 'udp']));
    const asked = kinds(['udp', 'arp', 'tcp', undefined]);
    assert.deepEqual([...pipeline.transform(asked).data], [1, 0, -1, -1]);
    assert.deepEqual(pipeline.names, ['kind']);
    assert.equal(pipeline.origin(0).step, 'ordinal');
    const steps: Step[] = [
      { kind: 'impute', with: 'constant', value: 'none', indicator: true },
      { kind: 'ordinal', unseen: 99 },
    ];
    const filled = fitPipeline(spec('kind', ...steps), kinds(['udp', undefined]));
    assert.deepEqual([...filled.transform(asked).data], [1, 0, 99, 0, 99, 0, 0, 1]);
    assert.deepEqual(filled.names, ['kind', 'kind=<missing>']);
  });

  it('numbers numbers, too', () => {
    const pipeline = fitPipeline(spec('size', { kind: 'ordinal' }), sizes([80, 22, 80, 443]));
    assert.deepEqual([...pipeline.transform(sizes([443, 22, 5, undefined])).data], [2, 0, -1, -1]);
  });

  it('hashes any word into one of n columns, the same for the same seed', () => {
    const step = { kind: 'hashing', columns: 5, seed: 3 } as const;
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (words) => {
        const pipeline = fitPipeline(spec('kind', step), kinds(['x']));
        const back = pipelineFromJSON(JSON.parse(JSON.stringify(pipeline)));
        const { data, cols } = back.transform(kinds(words));
        assert.equal(cols, 5);
        words.forEach((word, i) => {
          const row = data.subarray(i * 5, i * 5 + 5);
          assert.equal(row.indexOf(1), hashColumn(word, 5, 3));
          assert.equal(
            row.reduce((sum, cell) => sum + cell, 0),
            1,
          );
        });
      }),
      { numRuns: 50 },
    );
    const pipeline = fitPipeline(spec('kind', step), kinds(['x']));
    assert.deepEqual([...pipeline.transform(kinds([undefined])).data], [0, 0, 0, 0, 0]);
    assert.deepEqual([pipeline.names[4], pipeline.origin(4).category], ['kind#4', '#4']);
  });

  it('spreads words evenly, and otherwise for another seed', () => {
    const counts = new Uint32Array(16);
    let moved = 0;
    for (let i = 0; i < 16_000; i++) {
      counts[hashColumn(`host${i}`, 16, 1)]!++;
      if (hashColumn(`host${i}`, 16, 1) !== hashColumn(`host${i}`, 16, 2)) moved++;
    }
    assert.ok(
      counts.every((count) => count > 850 && count < 1150),
      `${counts}`,
    );
    assert.ok(moved > 14_500, `${moved}`);
  });
});

describe('options of the steps', () => {
  it('are checked in a spec and in a file', () => {
    const table = kinds(['a']);
    const wrong: [string, Step][] = [
      ['size', { kind: 'quantile', quantiles: 1001 }],
      ['size', { kind: 'quantile', quantiles: 1 }],
      ['size', { kind: 'hashing', columns: 4 }],
      ['kind', { kind: 'hashing', columns: 0 }],
      ['kind', { kind: 'hashing', columns: 4, seed: -1 }],
      ['kind', { kind: 'ordinal', unseen: Number.NaN }],
      ['kind', { kind: 'robust' }],
    ];
    for (const [from, step] of wrong) {
      assert.throws(() => fitPipeline(spec(from, step), table), { code: 'FEATURE_STEP' });
    }
    const edits: [string, Step, Record<string, unknown>][] = [
      ['size', { kind: 'robust' }, { scale: 0 }],
      ['size', { kind: 'minMax' }, { clip: 1 }],
      ['size', { kind: 'minMax' }, { min: null }],
      ['size', { kind: 'quantile' }, { values: [] }],
      ['size', { kind: 'quantile' }, { values: [2, 1] }],
      ['size', { kind: 'quantile' }, { output: 'toString' }],
      ['size', { kind: 'quantile' }, { values: new Array(1001).fill(0) }],
      ['kind', { kind: 'ordinal' }, { categories: ['a', 'a'] }],
      ['kind', { kind: 'ordinal' }, { categories: [1] }],
      ['kind', { kind: 'hashing', columns: 4 }, { columns: 4097 }],
      ['kind', { kind: 'hashing', columns: 4 }, { seed: 0.5 }],
    ];
    for (const [from, step, edit] of edits) {
      const json = JSON.parse(JSON.stringify(fitPipeline(spec(from, step), table)));
      pipelineFromJSON(json);
      Object.assign(json.plans[0].steps[0], edit);
      assert.throws(
        () => pipelineFromJSON(json),
        (error) => error instanceof WiresiftError && error.code === 'FEATURE_PIPELINE',
        JSON.stringify(edit),
      );
    }
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  balancedWeights,
  chiSquared,
  columnVariances,
  correlations,
  createMatrix,
  fitPipeline,
  mutualInformation,
  type Step,
} from '../../src/features/index.ts';
import { mixedSchema, mixedTable } from './tables.ts';

/** Made by bench/scikit/prepare.py. */
interface Fixture {
  readonly scale: {
    readonly train: number[];
    readonly new: number[];
    readonly scaled: Readonly<Record<string, number[]>>;
  };
  readonly ordinal: { readonly seen: string[]; readonly asked: string[]; readonly coded: number[] };
  readonly select: Readonly<Record<string, number[]>>;
}
const path = new URL('fixtures/scikit-learn.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

/** Equal within `tolerance`, absolute for small numbers and relative for large ones. */
function near(saw: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(saw.length, expected.length);
  expected.forEach((value, i) => {
    const off = Math.abs(saw[i]! - value);
    assert.ok(off <= tolerance * Math.max(1, Math.abs(value)), `${i}: ${saw[i]} is not ${value}`);
  });
}

describe('agreement with scikit-learn', () => {
  const { train, scaled } = fixture.scale;
  const steps: Readonly<Record<string, Step>> = {
    robust: { kind: 'robust' },
    minMax: { kind: 'minMax' },
    clipped: { kind: 'minMax', clip: true },
    uniform: { kind: 'quantile' },
    normal: { kind: 'quantile', output: 'normal', quantiles: 25 },
  };
  for (const [name, step] of Object.entries(steps)) {
    it(`scales alike: ${name}`, () => {
      const plans = [{ from: 'size', steps: [step] }];
      const learned = mixedTable(train.map((size) => [size, 'a']));
      const pipeline = fitPipeline({ schema: mixedSchema, plans }, learned);
      const asked = mixedTable(fixture.scale.new.map((size) => [size, 'a']));
      // The matrix holds 32-bit floats.
      near(pipeline.transform(asked).data, scaled[name]!, 3e-7);
    });
  }

  it('numbers categories alike', () => {
    const plans = [{ from: 'kind', steps: [{ kind: 'ordinal' } as const] }];
    const table = (words: readonly string[]) => mixedTable(words.map((word) => [1, word]));
    const pipeline = fitPipeline({ schema: mixedSchema, plans }, table(fixture.ordinal.seen));
    near(pipeline.transform(table(fixture.ordinal.asked)).data, fixture.ordinal.coded, 0);
  });

  it('scores columns and weighs rows alike', () => {
    const { x, y, variances, balanced } = fixture.select;
    const matrix = createMatrix(y!.length, ['a', 'b', 'c', 'd', 'e']);
    matrix.data.set(x!);
    const labels = Int32Array.from(y!);
    near(columnVariances(matrix), variances!, 1e-12);
    near(chiSquared(matrix, labels), fixture.select['chiSquared']!, 1e-11);
    near(mutualInformation(matrix, labels), fixture.select['mutualInformation']!, 1e-12);
    near(balancedWeights(labels), balanced!, 1e-7);
    const r = correlations(matrix);
    // Of a constant column scikit-learn has no r; here it is 0, with itself, too.
    near(r, fixture.select['correlations']!, 1e-12);
  });
});

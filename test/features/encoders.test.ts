import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  fitPipeline,
  type ImputeStep,
  type OneHotStep,
  type Step,
} from '../../src/features/index.ts';
import { type Cell, mixedSchema, mixedTable } from './tables.ts';

/** Made by bench/scikit/encoders.py. */
interface Fixture {
  readonly numbers: {
    readonly train: (number | null)[];
    readonly new: (number | null)[];
    readonly imputed: Readonly<Record<ImputeStep['with'], number[]>>;
    readonly standard: number[];
  };
  readonly words: {
    readonly seen: string[];
    readonly asked: string[];
    readonly oneHot: Readonly<
      Record<string, { options: Partial<OneHotStep>; columns: number; cells: number[] }>
    >;
  };
}
const path = new URL('fixtures/encoders.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

/** The matrix holds 32-bit floats. */
const TOLERANCE = 3e-7;

function near(saw: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(saw.length, expected.length);
  expected.forEach((value, i) => {
    const off = Math.abs(saw[i]! - value) / Math.max(1, Math.abs(value));
    assert.ok(off <= TOLERANCE, `${i}: ${saw[i]} is not ${value}`);
  });
}

describe('agreement with scikit-learn', () => {
  const { numbers, words } = fixture;
  const run = (from: 'size' | 'kind', steps: readonly Step[], train: Cell[], asked: Cell[]) => {
    const table = (cells: readonly Cell[]) =>
      mixedTable(cells.map((cell) => (from === 'size' ? [cell, 'a'] : [1, cell])));
    const plans = [{ from, steps }];
    return fitPipeline({ schema: mixedSchema, plans }, table(train)).transform(table(asked));
  };
  const cells = (list: readonly (number | null)[]): Cell[] => list.map((each) => each ?? undefined);

  it('fills empty numbers alike, and scales them', () => {
    for (const [how, expected] of Object.entries(numbers.imputed)) {
      const step = { kind: 'impute', with: how as ImputeStep['with'] } as const;
      const full = how === 'constant' ? { ...step, value: -1 } : step;
      near(run('size', [full], cells(numbers.train), cells(numbers.new)).data, expected);
    }
    const steps = [{ kind: 'impute', with: 'median' }, { kind: 'standard' }] as const;
    near(run('size', steps, cells(numbers.train), cells(numbers.new)).data, numbers.standard);
  });

  for (const [name, { options, columns, cells: expected }] of Object.entries(words.oneHot)) {
    it(`makes the same columns of categories: ${name}`, () => {
      const matrix = run('kind', [{ kind: 'oneHot', ...options }], words.seen, words.asked);
      assert.equal(matrix.cols, columns);
      near(matrix.data, expected);
    });
  }
});

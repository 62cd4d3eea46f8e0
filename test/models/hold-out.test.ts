import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMatrix, takeMatrixRows } from '../../src/features/index.ts';
import { partRows } from '../../src/models/hold-out.ts';
import type { FitInput } from '../../src/models/index.ts';

/** Rows of one column; `copies` of the first value. */
function rowsOf(rows: number, copies: number): FitInput {
  const matrix = createMatrix(rows, ['x']);
  for (let i = 0; i < rows; i++) matrix.data[i] = i < copies ? 0 : i;
  return { matrix, labels: Int32Array.from(matrix.data, (_, i) => i % 2), classes: ['a', 'b'] };
}
const sum = (values: Float32Array): number => values.reduce((total, each) => total + each, 0);

test('a vector that is much of the data is on both sides, class by class; others on one', () => {
  const input = rowsOf(4000, 1000);
  const { learned, kept } = partRows(input, 0.2, 7);
  for (const label of [0, 1]) {
    const own = (side: Float32Array) => side.filter((_, i) => i < 1000 && i % 2 === label);
    assert.equal(sum(own(kept)), 100);
    assert.equal(sum(own(learned)), 400);
  }
  const rest = kept.subarray(1000);
  assert.ok(rest.every((each) => each === 0 || each === 1));
  assert.ok(Math.abs(sum(rest) - 600) < 80, `${sum(rest)} of 3000`);
  learned.forEach((each, i) => {
    assert.equal(each + kept[i]!, 1);
  });
});

test('rows that stand a few times stay together', () => {
  const input = rowsOf(4000, 15);
  for (let seed = 1; seed < 10; seed++) {
    assert.equal(new Set(partRows(input, 0.2, seed).kept.subarray(0, 15)).size, 1);
  }
});

test('weight 3 is the row three times, in any order of the rows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: fc.nat(6), weight: fc.nat(3), label: fc.nat(1) }), { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      (rows, seed) => {
        const whole: FitInput = {
          matrix: createMatrix(rows.length, ['x']),
          labels: Int32Array.from(rows, ({ label }) => label),
          classes: ['a', 'b'],
          weights: Float32Array.from(rows, ({ weight }) => weight),
        };
        rows.forEach(({ x }, i) => {
          whole.matrix.data[i] = x;
        });
        const copies = rows.flatMap(({ weight }, i) => new Array<number>(weight).fill(i)).reverse();
        const taken = Int32Array.from(copies);
        const single: FitInput = {
          matrix: takeMatrixRows(whole.matrix, taken),
          labels: taken.map((row) => whole.labels[row]!),
          classes: whole.classes,
        };
        const sums = (input: FitInput, side: Float32Array): Map<string, number> => {
          const found = new Map<string, number>();
          side.forEach((each, i) => {
            const key = `${input.matrix.data[i]} ${input.labels[i]}`;
            if (each > 0) found.set(key, (found.get(key) ?? 0) + each);
          });
          return new Map([...found].sort());
        };
        const a = partRows(whole, 0.3, seed);
        const b = partRows(single, 0.3, seed);
        assert.deepEqual(sums(whole, a.kept), sums(single, b.kept));
        assert.deepEqual(sums(whole, a.learned), sums(single, b.learned));
      },
    ),
  );
});

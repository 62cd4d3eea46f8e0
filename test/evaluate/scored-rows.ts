import assert from 'node:assert/strict';
import fc from 'fast-check';

/** Rows with few distinct scores, so that ties are common. */
export const scoredRows: fc.Arbitrary<{ scores: Float32Array; truth: Uint8Array }> = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 8 }), hostile: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows) => ({
    scores: Float32Array.from(rows, ({ score }) => score / 8),
    truth: Uint8Array.from(rows, ({ hostile }) => (hostile ? 1 : 0)),
  }));

/** Equal within rounding; NaN equals NaN. */
export function close(actual: number, expected: number): void {
  if (Number.isNaN(expected)) assert.ok(Number.isNaN(actual), `${actual} is not NaN`);
  else assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

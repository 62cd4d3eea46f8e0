import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endOrder } from '../../../src/flow/windows/end-order.ts';

test('rows by their ends, ties as they stand, whatever order they came in', () => {
  const nearly = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 });
  fc.assert(
    fc.property(nearly, fc.boolean(), fc.integer({ min: 0, max: 20 }), (ends, sorted, more) => {
      if (sorted) ends.sort((a, b) => a - b);
      // Arrays have room for more rows than a batch holds.
      const end = Float64Array.from([...ends, ...new Array<number>(more).fill(-1)]);
      const expected = ends.map((_, i) => i).sort((a, b) => ends[a]! - ends[b]! || a - b);
      assert.deepEqual([...endOrder({ end, length: ends.length })], expected);
    }),
    { numRuns: 300, seed: 4 },
  );
});

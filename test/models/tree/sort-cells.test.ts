import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { CellSorter } from '../../../src/models/tree/sort-cells.ts';

describe('CellSorter', () => {
  it('sorts as comparing does, few cells or many, bit by bit', () => {
    const random = new Random(2);
    const makers: (() => number)[] = [
      () => random.normal() * 10 ** (random.int(70) - 35),
      () => random.int(5) - 2,
      () => (random.next() < 0.5 ? -0 : 0),
      () => 1,
      () => (random.next() < 0.5 ? 3.4e38 : -3.4e38),
      () => random.next() * 1e-44,
    ];
    for (const rows of [1, 100, 4095, 4096, 20_000]) {
      const sorter = new CellSorter(rows);
      for (const make of makers) {
        const cells = Float32Array.from({ length: rows }, make);
        const before = cells.slice();
        const wanted = new Int32Array(cells.slice().sort().buffer);
        const sorted = sorter.sorted(cells);
        const bits = new Int32Array(sorted.buffer, sorted.byteOffset, sorted.length);
        assert.ok(Buffer.from(bits.buffer, 0, rows * 4).equals(Buffer.from(wanted.buffer)));
        assert.deepEqual(cells, before, 'what was given stays');
      }
    }
  });
});

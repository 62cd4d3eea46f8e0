import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { MemoryLayout } from '../../../src/models/kernels/layout.ts';
import { plainScoreKernels } from '../../../src/models/kernels/plain-score.ts';
import { loadScoreKernels, type ScoreKernels } from '../../../src/models/kernels/score.ts';

const ROWS = 77;

/** Two memories with the same numbers: one for the compiled kernels, one for the plain ones. */
function twins(sizes: readonly number[]) {
  const layout = new MemoryLayout('test');
  const at = sizes.map((bytes) => layout.take(bytes));
  const memories = [layout.allocate(), layout.allocate()] as const;
  const kernels = [
    loadScoreKernels(memories[0]),
    plainScoreKernels(memories[1].buffer),
  ] as readonly ScoreKernels[];
  const buffers = memories.map(({ buffer }) => buffer);
  return { at, kernels, buffers };
}

function equalBytes([a, b]: readonly SharedArrayBuffer[]): void {
  assert.ok(Buffer.from(a!).equals(Buffer.from(b!)), 'the same bytes');
}

/** Cells of many sizes, most of them 0, and numbers of slopes. */
function fillFloats(buffers: readonly SharedArrayBuffer[], at: number, count: number): void {
  const random = new Random(count);
  const cells = Float32Array.from({ length: count }, () =>
    random.int(3) === 0 ? 0 : random.normal() * 10 ** (random.int(9) - 4),
  );
  for (const buffer of buffers) new Float32Array(buffer, at, count).set(cells);
}

function fillDoubles(buffers: readonly SharedArrayBuffer[], at: number, list: number[]): void {
  for (const buffer of buffers) new Float64Array(buffer, at, list.length).set(list);
}

describe('kernels of scoring', () => {
  it('find a cell that is not finite, wherever it stands', () => {
    const { at, kernels, buffers } = twins([64 * 4]);
    for (const count of [1, 7, 8, 9, 31]) {
      for (let bad = -1; bad < count; bad++) {
        for (const cell of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const found = kernels.map((each, i) => {
            const cells = new Float32Array(buffers[i]!, at[0]!, 64).fill(3.4e38, 0, count);
            // What stands behind the cells does not count.
            cells.fill(Number.NaN, count);
            if (bad >= 0) cells[bad] = cell;
            return each.notFinite(at[0]!, count) !== 0;
          });
          assert.deepEqual(found, [bad >= 0, bad >= 0]);
        }
      }
    }
  });

  it('give linear, near and dense scores, sigmoids and softmaxes as the plain ones do', () => {
    for (const [cols, outputs] of [
      [1, 1],
      [4, 2],
      [7, 3],
      [24, 10],
    ] as const) {
      const padded = (cols + 3) & ~3;
      const width = outputs + (outputs & 1);
      const count = 5;
      const { at, kernels, buffers } = twins([
        ...[ROWS * cols * 4, cols * 4, padded * 8, outputs * padded * 8, outputs * padded * 8],
        ...[outputs * 8, (ROWS * width + 2) * 8, (ROWS + 2) * Math.max(2, outputs) * 4],
        ...[count * padded * 8, 64, outputs * 64],
      ]);
      const [cells, order, terms, slopes, halves, constants, out, shares, marks, near, weights] =
        at as [number, ...number[]];
      const random = new Random(cols);
      fillFloats(buffers, cells, ROWS * cols);
      const rowsOf = (length: number, own: () => number): number[] =>
        Array.from({ length }, (_, i) => (i % padded < cols ? own() : 0));
      fillDoubles(
        buffers,
        slopes!,
        rowsOf(outputs * padded, () => random.normal()),
      );
      fillDoubles(
        buffers,
        halves!,
        rowsOf(outputs * padded, () => random.next() + 0.01),
      );
      fillDoubles(
        buffers,
        marks!,
        rowsOf(count * padded, () => random.normal()),
      );
      fillDoubles(
        buffers,
        constants!,
        rowsOf(outputs, () => random.normal()),
      );
      const own = Array.from({ length: outputs * 8 }, (_, i) =>
        i % 8 < count ? random.normal() : 0,
      );
      fillDoubles(buffers, weights!, own);
      for (const buffer of buffers) {
        const places = new Uint32Array(buffer, order, cols);
        places.forEach((_, c) => {
          places[c] = 4 * (cols - 1 - c);
        });
      }
      const both = (run: (each: ScoreKernels) => unknown): void => {
        const [fast, plain] = kernels.map(run);
        assert.equal(fast, plain);
        equalBytes(buffers);
      };
      both((each) => each.linearOne(cells, ROWS, cols, slopes!, 0.3, out!));
      both((each) => each.sigmoids(out!, ROWS & ~1, shares!));
      const row = [cells, ROWS, cols, order!, terms!] as const;
      const sums = [slopes!, constants!, outputs, out!, width] as const;
      both((each) => each.linearMany(...row, ...sums));
      both((each) => each.softmaxes(out!, ROWS, width, outputs, shares!));
      const dense = [slopes!, halves!, constants!, outputs, out!, width, 0] as const;
      both((each) => each.densities(...row, ...dense));
      both((each) => each.softmaxes(out!, ROWS, width, outputs, shares!));
      for (const gamma of [1e-8, 0.3, 1e9]) {
        const over = [weights!, constants!, outputs, out!, width] as const;
        both((each) => each.nearnessMany(...row, marks!, count, gamma, near!, ...over));
      }
      for (const buffer of buffers) new Float32Array(buffer, cells, 1)[0] = Number.NaN;
      const doubts = kernels.map((each) => each.linearMany(...row, ...sums));
      assert.deepEqual(doubts, [1, 1]);
    }
  });

  it('keep equal rows once, in their order, however their hashes fall', () => {
    const stride = 16;
    for (const kinds of [1, 5, ROWS]) {
      // Few slots: most rows meet full ones and count as new.
      for (const mask of [7, 255]) {
        const { at, kernels, buffers } = twins([ROWS * stride, 256 * 4, ROWS * 4]);
        const [bins, table, places] = at as [number, number, number];
        const random = new Random(kinds);
        const rows = Array.from({ length: ROWS }, () => random.int(kinds));
        for (const buffer of buffers) {
          const bytes = new Uint8Array(buffer, bins, ROWS * stride);
          rows.forEach((kind, i) => {
            bytes[i * stride + 9] = kind;
          });
        }
        const kept = kernels.map((each) => each.foldBins(bins, stride, ROWS, table, mask, places));
        assert.equal(kept[0], kept[1]);
        equalBytes(buffers);
        const place = new Uint32Array(buffers[0]!, places, ROWS);
        const bytes = new Uint8Array(buffers[0]!, bins, ROWS * stride);
        rows.forEach((kind, i) => {
          assert.ok(place[i]! <= i && place[i]! < kept[0]!);
          assert.equal(bytes[place[i]! * stride + 9], kind);
        });
        if (mask === 255) assert.equal(kept[0], new Set(rows).size);
      }
    }
  });

  it('bin cells and walk them as the plain ones do', () => {
    const cols = 3;
    const { at, kernels, buffers } = twins([ROWS * cols * 4, 40, 1025, ROWS * 8, 16 * 4, ROWS * 4]);
    const [cells, edges, firstBin, bins, nodes, found] = at as [number, ...number[]];
    fillFloats(buffers, cells, ROWS * cols);
    for (const buffer of buffers) {
      new Float32Array(buffer, edges, 10).set([-9, -1, -0.5, 0, 0.1, 0.2, 3, 40, 500, 6000]);
      // The widest search: every bucket may hold any bin.
      new Uint8Array(buffer, firstBin, 1025).fill(0).fill(10, 1);
      const node = (place: number, numbers: readonly number[]): void => {
        new Float32Array(buffer, nodes! + 16 * place, 1)[0] = numbers[0]!;
        new Uint32Array(buffer, nodes! + 16 * place + 4, 3).set(numbers.slice(1));
      };
      node(0, [0.1, 4, 2, 0]);
      node(2, [Number.POSITIVE_INFINITY, 0, 2, 70]);
      node(3, [Number.POSITIVE_INFINITY, 0, 3, 80]);
    }
    kernels.forEach((each) => {
      for (const count of [1, 10]) {
        const tables = [edges!, count, firstBin!, -9, 0.5, bins! + count, 8] as const;
        each.binColumn(cells + 4, 4 * cols, ROWS, ...tables);
      }
      each.walkCells(nodes!, cells, 4 * cols, ROWS, found!);
    });
    equalBytes(buffers);
    const leaves = new Uint32Array(buffers[0]!, found, ROWS);
    const row = new Float32Array(buffers[0]!, cells, ROWS * cols);
    leaves.forEach((leaf, i) => {
      assert.equal(leaf, row[cols * i + 1]! > Math.fround(0.1) ? 80 : 70);
    });
  });

  it('walk binned rows to the same leaves and add them up as the plain ones do', () => {
    const stride = 16;
    for (const width of [1, 2, 3, 8]) {
      const { at, kernels, buffers } = twins([
        ...[ROWS * stride, 6 * 4, 6 * 4, ROWS * 4, 3 * width * 4, (ROWS + 1) * width * 8],
      ]);
      const [bins, nodes, values, found, leaves, sums] = at as [number, ...number[]];
      const random = new Random(width);
      const own = Uint8Array.from({ length: ROWS * stride }, (_, i) =>
        (i + 1) % stride === 0 ? 1 : random.int(4),
      );
      // Place 0 tests column 2, its right child column 1; a leaf leads to itself.
      const always = (stride - 1) << 8;
      const words = [
        (2 << 15) | (2 << 8) | 2,
        0,
        (2 << 15) | 255,
        (4 << 15) | (1 << 8) | 1,
        (4 << 15) | 255,
        (4 << 15) | always,
      ];
      for (const buffer of buffers) {
        new Uint8Array(buffer, bins, own.length).set(own);
        new Uint32Array(buffer, nodes, 6).set(words);
        new Uint32Array(buffer, values, 6).set([0, 0, 0, 0, width, 2 * width]);
        new Float32Array(buffer, leaves, 3 * width).set(
          Float32Array.from({ length: 3 * width }, (_, i) => i / 7),
        );
      }
      fillDoubles(
        buffers,
        sums!,
        Array.from({ length: ROWS * width }, () => random.normal()),
      );
      for (const each of kernels) {
        each.walk(nodes!, values!, bins, stride, ROWS, found!);
        each.addLeaves(found!, ROWS, leaves!, width, sums!);
      }
      equalBytes(buffers);
      const reached = new Uint32Array(buffers[0]!, found, ROWS);
      reached.forEach((leaf, i) => {
        const row = own.subarray(i * stride);
        assert.equal(leaf, row[2]! <= 2 ? 0 : row[1]! <= 1 ? width : 2 * width);
      });
      assert.equal(new Set(reached).size, 3, 'all leaves are reached');
    }
  });
});

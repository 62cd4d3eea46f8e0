import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { MemoryLayout } from '../../../src/models/kernels/layout.ts';
import { loadTreeKernels, type TreeKernels } from '../../../src/models/kernels/load.ts';
import { exp, plainTreeKernels } from '../../../src/models/kernels/plain.ts';

const ROWS = 700;
const STRIDE = 16;
const CLASSES = 3;

/** One memory for the compiled kernels and one, filled with the same numbers, for the plain ones. */
function twins() {
  const layout = new MemoryLayout('test');
  const at = {
    rows: layout.take(ROWS * 4),
    items: layout.take(ROWS * 8),
    moved: layout.take(ROWS * 8),
    copies: layout.take(ROWS * STRIDE),
    sums: layout.take(CLASSES * 4),
    bins: layout.take(ROWS * STRIDE),
    pairs: layout.take(CLASSES * ROWS * 8),
    weights: layout.take(ROWS * 4),
    labels: layout.take(ROWS * 4),
    scores: layout.take(CLASSES * ROWS * 8),
    factors: layout.take(CLASSES * 8),
    totals: layout.take(CLASSES * 8),
    work: layout.take(64 * 8),
    table: layout.take(256),
    offsets: layout.take(STRIDE * 4),
    histograms: layout.take(STRIDE * 4096),
    counts: layout.take(4 * 256 * CLASSES * 4),
    seen: layout.take(128),
    scratch: layout.take(256 * (16 + STRIDE)),
  };
  const make = (): SharedArrayBuffer & ArrayBufferLike => {
    const { buffer } = layout.allocate();
    const random = new Random(3);
    const view = (from: number, length: number): Uint32Array =>
      new Uint32Array(buffer, from, length);
    const rows = random.shuffle(Int32Array.from({ length: ROWS }, (_, i) => i));
    view(at.rows, ROWS).set(rows);
    new Uint8Array(buffer, at.bins, ROWS * STRIDE).forEach((_, i, bins) => {
      bins[i] = random.int(i % 3 === 0 ? 255 : 4);
    });
    const pairs = new Int32Array(buffer, at.pairs, CLASSES * ROWS * 2);
    pairs.forEach((_, i) => {
      pairs[i] = i % 2 === 0 ? random.uint32() >> 2 : random.uint32() >>> 3;
    });
    const labels = view(at.labels, ROWS);
    const weights = view(at.weights, ROWS);
    const items = view(at.items, ROWS * 2);
    const scores = new Float64Array(buffer, at.scores, CLASSES * ROWS);
    for (let i = 0; i < ROWS; i++) {
      labels[i] = random.int(CLASSES);
      weights[i] = random.int(4);
      items[2 * i] = rows[i]!;
      items[2 * i + 1] = labels[rows[i]!]! | ((1 + random.int(65_535)) << 16);
    }
    scores.forEach((_, i) => {
      scores[i] = i % 50 === 0 ? 2000 * (random.next() - 0.5) : 5 * random.normal();
    });
    new Float64Array(buffer, at.factors, CLASSES).set([1, 0.5, 2]);
    new Uint8Array(buffer, at.table, 256).forEach((_, i, table) => {
      table[i] = random.int(2);
    });
    view(at.offsets, STRIDE).forEach((_, i, offsets) => {
      offsets[i] = at.histograms + i * 4096;
    });
    return buffer;
  };
  const memory = layout.allocate();
  const first = make();
  new Uint8Array(memory.buffer).set(new Uint8Array(first));
  return {
    at,
    fast: { ...loadTreeKernels(memory), buffer: memory.buffer },
    plain: Object.assign(plainTreeKernels(first), { buffer: first }),
    a: memory.buffer,
    b: first,
  };
}

/** Runs the same on both and compares what they return and every byte but scratch. */
function both(
  run: (
    kernels: TreeKernels & { buffer: SharedArrayBuffer },
    at: ReturnType<typeof twins>['at'],
  ) => unknown,
) {
  const { at, fast, plain, a, b } = twins();
  assert.equal(run(fast, at), run(plain, at));
  for (const buffer of [a, b]) {
    new Uint8Array(buffer, at.moved, ROWS * 8).fill(0);
    new Uint8Array(buffer, at.scratch, 256 * (16 + STRIDE)).fill(0);
  }
  return { at, a, b };
}

function same(
  run: (
    kernels: TreeKernels & { buffer: SharedArrayBuffer },
    at: ReturnType<typeof twins>['at'],
  ) => unknown,
) {
  const { a, b } = both(run);
  assert.ok(Buffer.from(a).equals(Buffer.from(b)), 'every byte is the same');
}

describe('kernels', () => {
  it('sum rows into histograms as the plain version does, weighted or not', () => {
    for (const weighted of [false, true]) {
      for (const count of [1, 255, 256, 257, ROWS]) {
        same((kernels, at) => {
          const { rows, bins, pairs, offsets, scratch, histograms } = at;
          const weights = weighted ? at.weights : 0;
          kernels.histogram(rows, count, bins, STRIDE, 2, pairs, weights, 40, offsets, scratch);
          kernels.histogram(rows, 9, bins + 8, STRIDE, 1, pairs, weights, 40, offsets, scratch);
          kernels.subtract(histograms, histograms + 4096, 4096);
        });
      }
    }
  });

  it('divide rows in order', () => {
    same((kernels, at) =>
      kernels.partition(at.rows, ROWS, at.bins + 1, STRIDE, at.table, at.moved),
    );
    same((kernels, at) => kernels.partitionItems(at.items, ROWS, at.bins, STRIDE, 90, at.moved));
    same((kernels, at) => kernels.partitionItems(at.items, ROWS, at.bins, STRIDE, 255, at.moved));
  });

  it('take gradients to the same whole numbers', () => {
    for (const outputs of [1, 3]) {
      for (const weighted of [false, true]) {
        same((kernels, at) => {
          const { scores, labels, factors, pairs, scratch } = at;
          const weights = weighted ? at.weights : 0;
          const scale = 2 ** 26;
          kernels.gradients(
            scores,
            ROWS,
            outputs,
            0,
            ROWS,
            labels,
            weights,
            factors,
            pairs,
            scratch,
            scale,
            scale * 4,
          );
          kernels.addTo(at.rows, 300, scores, 0.125);
        });
      }
    }
  });

  it('count classes, one column or four, and mark bins with rows during or after', () => {
    for (const late of [false, true]) {
      same((kernels, at) => {
        const { items, bins, counts, seen, sums } = at;
        kernels.sumClasses(items, ROWS, CLASSES, sums);
        const size = 256 * CLASSES * 4;
        const marks = late ? 0 : seen;
        const columns = [bins, bins + 1, bins + 3, bins + 7] as const;
        kernels.countClasses4(items, ROWS, STRIDE, CLASSES, counts, size, marks, ...columns);
        if (late) kernels.markBins(counts, 255, CLASSES, seen);
        kernels.countClasses(items, 20, bins + 5, STRIDE, CLASSES, counts, marks);
      });
    }
  });

  it('mark the same bins during and after, whatever the number of classes', () => {
    for (const classes of [3, 4, 5]) {
      const { at, fast } = twins();
      const { items, bins, seen, histograms } = at;
      const marks = new Uint32Array(fast.buffer, seen, 8);
      fast.countClasses(items, ROWS, bins, STRIDE, classes, histograms, seen);
      const during = marks.slice();
      marks.fill(0);
      fast.markBins(histograms, 255, classes, seen);
      assert.deepEqual(marks, during);
      assert.ok(during.some((word) => word > 0));
    }
  });

  it('copy rows side by side and tell whether a column is constant', () => {
    same((kernels, at) => {
      const { items, bins, copies } = at;
      kernels.gatherItems(items, 300, bins, STRIDE, copies);
      const found = [1, 2, 300].map((count) => {
        return kernels.isConstant(items, count, copies + 1, STRIDE);
      });
      assert.equal(found[0], 1);
      assert.equal(found[2], 0);
      new Uint8Array(kernels.buffer, copies, 300 * STRIDE).forEach((_, i, cells) => {
        if (i % STRIDE === 1 && i < 299 * STRIDE) cells[i] = 7;
      });
      assert.equal(kernels.isConstant(items, 299, copies + 1, STRIDE), 1);
      assert.equal(kernels.isConstant(items, 300, copies + 1, STRIDE), 0);
      return found[1];
    });
  });

  it('find the same cut, the best or a given one, and leave zeros', () => {
    for (const only of [-1, 0, 3, 100, 253]) {
      for (const least of [0, 1, 40]) {
        const { at, a, b } = both((kernels, at) => {
          const { items, bins, counts, seen, sums, totals, factors, work } = at;
          kernels.sumClasses(items, ROWS, CLASSES, sums);
          const rows = new Uint32Array(kernels.buffer, sums, CLASSES);
          new Float64Array(kernels.buffer, totals, CLASSES).set(rows);
          kernels.countClasses(items, ROWS, bins, STRIDE, CLASSES, counts, seen);
          return kernels.bestCut(counts, seen, CLASSES, totals, factors, work, least, only);
        });
        const score = (buffer: SharedArrayBuffer): number =>
          new Float64Array(buffer, at.work + 16 * CLASSES, 1)[0]!;
        assert.ok(score(a) === score(b) || Math.abs(score(a) / score(b) - 1) < 1e-12);
        for (const buffer of [a, b]) {
          assert.ok(new Uint8Array(buffer, at.counts, 256 * CLASSES * 4).every((x) => x === 0));
          assert.ok(new Uint8Array(buffer, at.seen, 32).every((x) => x === 0));
        }
      }
    }
  });

  it('have an exponential within two units of the last place', () => {
    for (let x = -700; x <= 700; x += 0.37) {
      assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 1e-15 * 2, `exp(${x})`);
    }
  });
});

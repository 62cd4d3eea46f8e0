import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { after, builds, FLOATS } from './neural-builds.ts';

const START = after('plain', () => {});
const near = (found: number, wanted: number, within = 1e-4): void => {
  assert.ok(Math.abs(found - wanted) <= within * (1 + Math.abs(wanted)), `${found} ${wanted}`);
};

/** Addresses of gates, each with room of its own. */
const places = (at: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => at + i * 1024);

describe('neural kernels by number and by row', () => {
  it('equal the plain ones in activation functions and cells', () => {
    for (const n of [1, 4, 30, 129]) {
      builds((k, [a, b, c]) => k.tanhBack(a, b, c, n));
      builds((k, [a, b, c]) => k.sigmoidBack(a, b, c, n));
      builds((k, [a, b]) => k.gelu(a, b, n));
      builds((k, [a, b, c]) => k.geluBack(a, b, c, n));
      builds((k, [a, b, c]) => k.multiply(a, b, c, n));
      for (const seed of [0, 7, 0xfedcba98]) {
        builds((k, [a, b, c]) => k.dropout(a, b, c, n, seed, 0.3 * 2 ** 32, 1 / 0.7));
      }
      for (const kernel of ['gruStep', 'gruBack'] as const) {
        builds((k, [a]) => {
          const [r, z, own, inner, before, out, carried] = places(a, 7) as Seven;
          if (kernel === 'gruStep') k.gruStep(r, z, own, inner, before, out, n);
          else k.gruBack(r, z, own, inner, before, out, carried, n);
        }, 0.1);
      }
      for (const kernel of ['lstmStep', 'lstmBack'] as const) {
        builds((k, [a]) => {
          const [i, f, g, o, before, bent, carried] = places(a, 7) as Seven;
          if (kernel === 'lstmStep') k.lstmStep(i, f, g, o, before, bent, carried, a + 9000, n);
          else k.lstmBack(i, f, g, o, before, bent, carried, a + 9000, n);
        }, 0.1);
      }
    }
  });

  it('equal the plain ones in rows of any width, and write nothing past them', () => {
    for (const n of [1, 3, 4, 7, 46]) {
      builds((k, [a, b, c]) => k.add(a, b, c, n));
      builds((k, [a, b]) => k.addRows(a, 400, b, 240, 5, n));
      builds((k, [a, b]) => k.copyRows(a, 400, b, 240, 5, n));
      builds((k, [a, b]) => k.transpose(a, b, 240, 5, n));
      builds((k, [a, b, c]) => k.sumProducts(a, b, c, 200, 9, n));
      builds((k, [a, b]) => k.softmax(a, b, 200, 5, n, 0.3));
      builds((k, [a, b, c]) => k.softmaxBack(a, b, c, 200, 5, n, 0.3));
      builds((k, [a, b, c, d]) => k.layerNorm(a, b, c, d, a + 8000, b + 8000, 5, n, 1e-5));
      builds((k, [a, b, c, d]) => k.layerNormBack(a, b, c, d, d + 400, 5, n), 0.1);
    }
  });

  it('equal the plain ones in columns', () => {
    for (const n of [1, 4, 7, 46]) {
      builds((k, [a, b, c]) => k.sumSquares(a, b, c, 200, 9, n), 0.01);
      builds((k, [a, b, c, d]) => {
        k.batchNorm(a, b, c, d, d + 400, d + 800, d + 1200, 9, n);
      }, 0.01);
      builds((k, [a, b, c, d]) => k.batchNormBack(a, b, c, d, d + 400, d + 800, 9, n), 0.01);
    }
  });

  it('equal the plain ones in pools of any width and stride', () => {
    for (const [channels, width, step] of [
      [1, 2, 8],
      [6, 3, 72],
      [8, 1, 32],
      [5, 4, 40],
    ] as const) {
      const windows = [800, step, 3, 4, channels, width] as const;
      builds((k, [a, b, c]) => k.maxPool(a, b, c, ...windows));
      builds((k, [a, b, c, d]) => {
        k.maxPool(a, b, c, ...windows);
        k.maxPoolBack(c, b, d, ...windows);
      });
      builds((k, [a, b]) => k.averagePool(a, b, ...windows));
      builds((k, [a, b]) => k.averagePoolBack(a, b, ...windows));
    }
  });

  it('equal the plain ones in attention, with steps that none heeds', () => {
    for (const [steps, channels, heads, hidden] of [
      [5, 8, 2, 0],
      [7, 6, 3, 2],
      [4, 4, 1, 3],
    ] as const) {
      const shape = [steps, channels, heads] as const;
      builds((k, [a, b, c, d]) => k.attend(a, b, c, d, ...shape, hidden, 0.01), 0.05);
      builds((k, [a, b, c, d]) => {
        k.attend(a, b, c, d, ...shape, hidden, 0.01);
        k.attendBack(a + 4000, b, c, d + 4000, a + 8000, d, ...shape, 0.01);
      }, 0.05);
    }
  });

  it('give the softmax, the largest numbers and the normal rows that definitions ask for', () => {
    const own = START.subarray(FLOATS, FLOATS + 7);
    const most = Math.max(...own);
    const shares = [...own].map((x) => Math.exp(0.5 * (x - most)));
    const sum = shares.reduce((total, each) => total + each);
    const soft = after('relaxed', (k, [a, b]) => k.softmax(a, b, 28, 1, 7, 0.5));
    for (const [i, share] of shares.entries()) near(soft[i]!, share / sum);

    const pooled = after('relaxed', (k, [a, b, c]) => k.maxPool(a, c, b, 64, 8, 1, 3, 2, 2));
    for (let w = 0; w < 3; w++) {
      const [x, y] = [START[FLOATS + 2 * w]!, START[FLOATS + 2 * w + 2]!];
      assert.equal(pooled[2 * w], Math.max(x, y));
    }

    const normal = after('relaxed', (k, [a, b, c, d]) => {
      k.layerNorm(a, c, d, b, b + 400, b + 600, 1, 7, 0);
    }).subarray(2 * FLOATS, 2 * FLOATS + 7);
    near(
      normal.reduce((total, x) => total + x, 0),
      0,
    );
    near(
      normal.reduce((total, x) => total + x * x, 0),
      7,
    );
  });

  it('drop the share that is asked for, elsewhere with another seed', () => {
    for (const share of [0, 0.1, 0.5]) {
      const [one, other] = [1, 2].map((seed) => {
        const all = after('relaxed', (k, [a, b, c]) => {
          k.dropout(a, b, c, FLOATS, seed, share * 2 ** 32, 1 / (1 - share));
        });
        return all.subarray(FLOATS, 2 * FLOATS);
      });
      const dropped = one!.filter((factor) => factor === 0).length / FLOATS;
      assert.ok(Math.abs(dropped - share) < 0.03, `${dropped}`);
      assert.ok(one!.every((factor) => factor === 0 || factor === Math.fround(1 / (1 - share))));
      const both = one!.filter((factor, i) => factor === 0 && other![i] === 0).length / FLOATS;
      assert.ok(Math.abs(both - share * share) < 0.03, `${both}`);
      // Neighbours are dropped independently too.
      const pairs = one!.filter((factor, i) => factor === 0 && one![i + 1] === 0).length / FLOATS;
      assert.ok(Math.abs(pairs - share * share) < 0.03, `${pairs}`);
    }
  });

  it('heed no hidden step, and let a row see all others', () => {
    const [steps, channels, hidden] = [5, 4, 2];
    const shares = after('relaxed', (k, [a, b, c, d]) => {
      k.attend(a, b, c, d, steps, channels, 1, hidden, 0.001);
    }).subarray(2 * FLOATS, 2 * FLOATS + steps * steps);
    for (let t = 0; t < steps; t++) {
      const row = shares.subarray(t * steps, (t + 1) * steps);
      assert.deepEqual([...row.subarray(0, hidden)], [0, 0]);
      near(
        row.reduce((sum, x) => sum + x, 0),
        1,
      );
    }
  });
});

type Seven = [number, number, number, number, number, number, number];

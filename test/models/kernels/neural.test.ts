import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bestNeuralBuild } from '../../../src/models/kernels/neural.ts';
import { exp32 } from '../../../src/models/kernels/plain-neural-vectors.ts';
import { after, builds, FLOATS } from './neural-builds.ts';

describe('neural kernels', () => {
  it('multiply matrices of any size, transposed or overlapping, as the plain ones do', () => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [4, 8, 3],
      [5, 13, 9],
      [7, 20, 17],
      [9, 9, 32],
      [3, 7, 0],
    ]) {
      const [M, N, K] = [m!, n!, k!];
      builds((kernels, [a, b, c]) => kernels.gemm(c!, N * 4, a!, K * 4, 4, b!, N * 4, M, N, K));
      builds((kernels, [a, b, c]) => kernels.gemm(c!, 128, a!, 4, M * 4, b!, 96, M, N, K));
      // Rows of A that overlap, as windows of a convolution do.
      builds((kernels, [a, b, c]) => kernels.gemm(c!, N * 4, a!, 8, 4, b!, N * 4, M, N, K));
    }
  });

  it('give the products that definitions ask for', () => {
    const [m, n, k] = [6, 11, 10];
    const before = after('plain', () => {});
    const found = after('relaxed', (kernels, [a, b, c]) => {
      kernels.gemm(c!, n * 4, a!, 4, m * 4, b!, n * 4, m, n, k);
    });
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = before[2 * FLOATS + i * n + j]!;
        for (let p = 0; p < k; p++) sum += before[p * m + i]! * before[FLOATS + p * n + j]!;
        assert.ok(Math.abs(found[2 * FLOATS + i * n + j]! - sum) < 1e-3 * (1 + Math.abs(sum)));
      }
    }
  });

  it('equal the plain ones in everything else', () => {
    for (const n of [1, 4, 30, 129]) {
      builds((kernels, [a, b]) => kernels.fillRows(a!, 600, b!, 5, n));
      builds((kernels, [a, b]) => kernels.sumRows(a!, b!, 600, 7, n));
      builds((kernels, [a, b]) => kernels.relu(a!, b!, n));
      builds((kernels, [a, b, c]) => kernels.reluBack(a!, b!, c!, n));
      builds((kernels, [a, b]) => kernels.exp(a!, b!, n));
      builds((kernels, [a, b]) => kernels.sigmoid(a!, b!, n));
      builds((kernels, [a, b]) => kernels.tanh(a!, b!, n));
      builds((kernels, [a, b, c, d]) => {
        kernels.relu(d!, d!, n);
        kernels.adam(a!, b!, c!, d!, n, 0.9, 0.999, 0.01, 1.5, 1e-8, 0.99);
      });
    }
  });

  it('take exponentials within a few units of the last place', () => {
    for (let x = -86; x < 88; x += 0.0371) {
      const own = exp32(Math.fround(x));
      assert.ok(Math.abs(own / Math.exp(Math.fround(x)) - 1) < 5e-7, `${x}`);
    }
    assert.equal(exp32(-1000), exp32(-87));
    assert.equal(exp32(1000), exp32(88));
  });

  it('run in the fused build here', () => {
    assert.equal(bestNeuralBuild(), 'relaxed');
  });
});

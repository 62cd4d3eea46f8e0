import type { NeuralKernels } from './neural.ts';
import { plainAttention } from './plain-neural-attention.ts';
import { plainCells } from './plain-neural-cells.ts';
import { plainColumns } from './plain-neural-columns.ts';
import { plainPools } from './plain-neural-pools.ts';
import { plainRows } from './plain-neural-rows.ts';
import { exp32, sigmoid32, tanh32 } from './plain-neural-vectors.ts';

const { fround, sqrt } = Math;

type Own = Pick<
  NeuralKernels,
  'gemm' | 'fillRows' | 'sumRows' | 'relu' | 'reluBack' | 'exp' | 'sigmoid' | 'tanh' | 'adam'
>;

/**
 * The kernels in TypeScript: the clear version of `assembly/neural.ts`, equal bit by bit to its
 * exact build, and what runs where WebAssembly is switched off.
 */
export function plainNeuralKernels(buffer: SharedArrayBuffer): NeuralKernels {
  const f = new Float32Array(buffer);
  /** Whole vectors, as the compiled kernels take them. */
  const each = (to: number, n: number, value: (i: number) => number): void => {
    const end = (n + 3) & ~3;
    for (let i = 0; i < end; i++) f[(to >>> 2) + i] = value(i);
  };
  const own: Own = {
    gemm(c, ldc, a, ra, ka, b, ldb, m, n, k) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          const at = ((c + i * ldc) >>> 2) + j;
          let sum = f[at]!;
          for (let p = 0; p < k; p++) {
            const product = f[(a + i * ra + p * ka) >>> 2]! * f[((b + p * ldb) >>> 2) + j]!;
            sum = fround(sum + fround(product));
          }
          f[at] = sum;
        }
      }
    },
    fillRows(to, stride, row, m, n) {
      for (let i = 0; i < m; i++) {
        f.copyWithin((to + i * stride) >>> 2, row >>> 2, (row >>> 2) + n);
      }
    },
    sumRows(sums, from, stride, m, n) {
      for (let j = 0; j < n; j++) {
        let sum = f[(sums >>> 2) + j]!;
        for (let i = 0; i < m; i++) sum = fround(sum + f[((from + i * stride) >>> 2) + j]!);
        f[(sums >>> 2) + j] = sum;
      }
    },
    relu(to, from, n) {
      each(to, n, (i) => {
        const x = f[(from >>> 2) + i]!;
        return x > 0 ? x : 0;
      });
    },
    reluBack(to, slope, output, n) {
      each(to, n, (i) => (f[(output >>> 2) + i]! > 0 ? f[(slope >>> 2) + i]! : 0));
    },
    exp(to, from, n) {
      each(to, n, (i) => exp32(f[(from >>> 2) + i]!));
    },
    sigmoid(to, from, n) {
      each(to, n, (i) => sigmoid32(f[(from >>> 2) + i]!));
    },
    tanh(to, from, n) {
      each(to, n, (i) => tanh32(f[(from >>> 2) + i]!));
    },
    adam(weights, slopes, first, second, n, beta1, beta2, rate, root, epsilon, keep) {
      const [b1, b2, step] = [fround(beta1), fround(beta2), fround(rate)];
      const [scale, least, rest] = [fround(root), fround(epsilon), fround(keep)];
      const r1 = fround(1 - b1);
      const r2 = fround(1 - b2);
      each(weights, n, (i) => {
        const g = f[(slopes >>> 2) + i]!;
        const u = fround(fround(b1 * f[(first >>> 2) + i]!) + fround(r1 * g));
        const v = fround(fround(b2 * f[(second >>> 2) + i]!) + fround(r2 * fround(g * g)));
        f[(first >>> 2) + i] = u;
        f[(second >>> 2) + i] = v;
        const size = fround(fround(fround(sqrt(v)) * scale) + least);
        const w = fround(rest * f[(weights >>> 2) + i]!);
        return fround(w - fround(fround(step * u) / size));
      });
    },
  };
  const rows = plainRows(f);
  const all = { ...own, ...plainCells(f), ...plainColumns(f), ...plainPools(buffer), ...rows };
  return { ...all, ...plainAttention(f, all) };
}

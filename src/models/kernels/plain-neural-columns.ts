import type { NeuralKernels } from './neural.ts';
import { mulAdd32 } from './plain-neural-vectors.ts';

const { fround } = Math;

/** The clear version of `assembly/neural-columns.ts`, equal bit by bit to its exact build. */
export function plainColumns(
  f: Float32Array,
): Pick<NeuralKernels, 'sumSquares' | 'batchNorm' | 'batchNormBack'> {
  return {
    sumSquares(...[sums, from, mean, stride, m, n]) {
      for (let i = 0; i < n; i++) {
        let sum = f[(sums >>> 2) + i]!;
        for (let r = 0; r < m; r++) {
          const gap = fround(f[((from + r * stride) >>> 2) + i]! - f[(mean >>> 2) + i]!);
          sum = mulAdd32(sum, gap, gap);
        }
        f[(sums >>> 2) + i] = sum;
      }
    },
    batchNorm(...[to, normal, from, mean, inverse, scale, offset, m, n]) {
      const column = (at: number, i: number): number => f[(at >>> 2) + (i % n)]!;
      for (let i = 0; i < m * n; i++) {
        const gap = fround(f[(from >>> 2) + i]! - column(mean, i));
        const own = fround(gap * column(inverse, i));
        f[(normal >>> 2) + i] = own;
        f[(to >>> 2) + i] = mulAdd32(column(offset, i), own, column(scale, i));
      }
    },
    batchNormBack(...[to, given, normal, mean, lean, factor, m, n]) {
      const column = (at: number, i: number): number => f[(at >>> 2) + (i % n)]!;
      for (let i = 0; i < m * n; i++) {
        const shared = mulAdd32(column(mean, i), column(lean, i), f[(normal >>> 2) + i]!);
        f[(to >>> 2) + i] = fround(f[(given >>> 2) + i]! - shared) * column(factor, i);
      }
    },
  };
}

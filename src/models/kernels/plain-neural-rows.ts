import type { NeuralKernels } from './neural.ts';
import { exp32, mulAdd32, sumByFours } from './plain-neural-vectors.ts';

const { fround, sqrt } = Math;

type Rows = Pick<
  NeuralKernels,
  | 'add'
  | 'addRows'
  | 'copyRows'
  | 'transpose'
  | 'sumProducts'
  | 'softmax'
  | 'softmaxBack'
  | 'layerNorm'
  | 'layerNormBack'
>;

/** The clear version of `assembly/neural-rows.ts`, equal bit by bit to its exact build. */
export function plainRows(f: Float32Array): Rows {
  return {
    add(...[to, a, b, n]) {
      const end = (n + 3) & ~3;
      for (let i = 0; i < end; i++) f[(to >>> 2) + i] = f[(a >>> 2) + i]! + f[(b >>> 2) + i]!;
    },
    addRows(...[to, stride, from, step, m, n]) {
      for (let r = 0; r < m; r++) {
        const [t, s] = [(to + r * stride) >>> 2, (from + r * step) >>> 2];
        for (let i = 0; i < n; i++) f[t + i] = f[t + i]! + f[s + i]!;
      }
    },
    copyRows(...[to, stride, from, step, m, n]) {
      for (let r = 0; r < m; r++) {
        const at = (from + r * step) >>> 2;
        f.copyWithin((to + r * stride) >>> 2, at, at + n);
      }
    },
    transpose(...[to, from, stride, m, n]) {
      for (let r = 0; r < m; r++) {
        for (let i = 0; i < n; i++) f[(to >>> 2) + i * m + r] = f[((from + r * stride) >>> 2) + i]!;
      }
    },
    sumProducts(...[sums, a, b, stride, m, n]) {
      for (let i = 0; i < n; i++) {
        let sum = f[(sums >>> 2) + i]!;
        for (let r = 0; r < m; r++) {
          const at = (r * stride) >>> 2;
          sum = mulAdd32(sum, f[(a >>> 2) + at + i]!, f[(b >>> 2) + at + i]!);
        }
        f[(sums >>> 2) + i] = sum;
      }
    },
    softmax(...[to, from, stride, m, n, scale]) {
      const factor = fround(scale);
      for (let r = 0; r < m; r++) {
        const [t, s] = [(to + r * stride) >>> 2, (from + r * stride) >>> 2];
        let most = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < n; i++) if (f[s + i]! > most) most = f[s + i]!;
        const sum = sumByFours(n, (before, i) => {
          f[t + i] = exp32(fround(factor * fround(f[s + i]! - most)));
          return fround(before + f[t + i]!);
        });
        const share = fround(1 / sum);
        for (let i = 0; i < n; i++) f[t + i] = share * f[t + i]!;
      }
    },
    softmaxBack(...[to, given, out, stride, m, n, scale]) {
      const factor = fround(scale);
      for (let r = 0; r < m; r++) {
        const [t, g, o] = [to, given, out].map((at) => (at + r * stride) >>> 2) as Three;
        const dot = sumByFours(n, (before, i) => mulAdd32(before, f[g + i]!, f[o + i]!));
        for (let i = 0; i < n; i++) {
          f[t + i] = fround(factor * f[o + i]!) * fround(f[g + i]! - dot);
        }
      }
    },
    layerNorm(...[to, normal, inverse, from, scale, offset, m, n, least]) {
      for (let r = 0; r < m; r++) {
        const [t, k, s] = [to, normal, from].map((at) => (at >>> 2) + r * n) as Three;
        const mean = fround(sumByFours(n, (before, i) => fround(before + f[s + i]!)) / n);
        const squares = sumByFours(n, (before, i) => {
          const gap = fround(f[s + i]! - mean);
          return mulAdd32(before, gap, gap);
        });
        const one = fround(1 / fround(sqrt(fround(fround(squares / n) + fround(least)))));
        f[(inverse >>> 2) + r] = one;
        for (let i = 0; i < n; i++) {
          f[k + i] = fround(f[s + i]! - mean) * one;
          f[t + i] = mulAdd32(f[(offset >>> 2) + i]!, f[k + i]!, f[(scale >>> 2) + i]!);
        }
      }
    },
    layerNormBack(...[to, given, normal, inverse, scale, m, n]) {
      for (let r = 0; r < m; r++) {
        const [t, g, k] = [to, given, normal].map((at) => (at >>> 2) + r * n) as Three;
        const own = (i: number): number => fround(f[g + i]! * f[(scale >>> 2) + i]!);
        const mean = fround(sumByFours(n, (before, i) => fround(before + own(i))) / n);
        const dots = sumByFours(n, (before, i) => mulAdd32(before, own(i), f[k + i]!));
        const lean = fround(dots / n);
        for (let i = 0; i < n; i++) {
          const gap = fround(own(i) - mulAdd32(mean, f[k + i]!, lean));
          f[t + i] = gap * f[(inverse >>> 2) + r]!;
        }
      }
    },
  };
}

type Three = [number, number, number];

import type { NeuralKernels } from './neural.ts';

const { fround } = Math;

type Pools = Pick<NeuralKernels, 'maxPool' | 'maxPoolBack' | 'averagePool' | 'averagePoolBack'>;

/** Rows, and windows in them, as `assembly/neural-pools.ts` takes them. */
interface Windows {
  readonly stride: number;
  readonly step: number;
  readonly m: number;
  readonly windows: number;
  readonly n: number;
}

/** The clear version of `assembly/neural-pools.ts`, equal bit by bit to its exact build. */
export function plainPools(buffer: SharedArrayBuffer): Pools {
  const f = new Float32Array(buffer);
  const ints = new Int32Array(buffer);
  /** Each channel of each window: its first index, and what comes out counted. */
  const each = (at: number, plan: Windows, visit: (from: number, out: number) => void): void => {
    const { stride, step, m, windows, n } = plan;
    for (let r = 0, out = 0; r < m; r++) {
      for (let w = 0; w < windows; w++) {
        for (let i = 0; i < n; i++) visit(((at + r * stride + w * step) >>> 2) + i, out++);
      }
    }
  };
  return {
    maxPool(...[to, marks, at, stride, step, m, windows, n, width]) {
      each(at, { stride, step, m, windows, n }, (from, out) => {
        let best = 0;
        for (let k = 1; k < width; k++) if (f[from + k * n]! > f[from + best * n]!) best = k;
        ints[(marks >>> 2) + out] = best;
        f[(to >>> 2) + out] = f[from + best * n]!;
      });
    },
    maxPoolBack(...[slope, marks, given, stride, step, m, windows, n, width]) {
      each(slope, { stride, step, m, windows, n }, (from, out) => {
        const mark = ints[(marks >>> 2) + out]!;
        for (let k = 0; k < width; k++) {
          f[from + k * n]! += k === mark ? f[(given >>> 2) + out]! : 0;
        }
      });
    },
    averagePool(...[to, at, stride, step, m, windows, n, width]) {
      each(at, { stride, step, m, windows, n }, (from, out) => {
        let sum = f[from]!;
        for (let k = 1; k < width; k++) sum = fround(sum + f[from + k * n]!);
        f[(to >>> 2) + out] = fround(1 / width) * sum;
      });
    },
    averagePoolBack(...[slope, given, stride, step, m, windows, n, width]) {
      each(slope, { stride, step, m, windows, n }, (from, out) => {
        const own = fround(fround(1 / width) * f[(given >>> 2) + out]!);
        for (let k = 0; k < width; k++) f[from + k * n]! += own;
      });
    },
  };
}

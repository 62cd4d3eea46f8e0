import type { NeuralKernels } from './neural.ts';
import { mulAdd32, sigmoid32, tanh32 } from './plain-neural-vectors.ts';

const { fround } = Math;
const GELU_SCALE = fround(0.7978845608028654);
const GELU_CUBE = fround(0.044715);
const GELU_SLOPE = fround(0.134145);

type Cells = Pick<
  NeuralKernels,
  | 'tanhBack'
  | 'sigmoidBack'
  | 'gelu'
  | 'geluBack'
  | 'gruStep'
  | 'gruBack'
  | 'lstmStep'
  | 'lstmBack'
  | 'dropout'
  | 'multiply'
>;

const rest = (x: number): number => fround(1 - x);
const times = (a: number, b: number): number => fround(a * b);

function geluInner(x: number): number {
  return times(GELU_SCALE, mulAdd32(x, GELU_CUBE, times(times(x, x), x)));
}

/** 2^32 over the golden ratio. */
const GOLDEN = 0x9e3779b9;

/** The hash of `assembly/neural-cells.ts`, 0 to 2^32 - 1. */
function mixed(place: number): number {
  let x = place ^ (place >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The clear version of `assembly/neural-cells.ts`, equal bit by bit to its exact build. */
export function plainCells(f: Float32Array): Cells {
  const each = (n: number, places: readonly number[], set: (...at: number[]) => void): void => {
    const end = (n + 3) & ~3;
    for (let i = 0; i < end; i++) set(...places.map((place) => (place >>> 2) + i));
  };
  return {
    tanhBack(...[to, slope, output, n]) {
      each(n, [to, slope, output], (t, s, o) => {
        f[t!] = times(f[s!]!, rest(times(f[o!]!, f[o!]!)));
      });
    },
    sigmoidBack(...[to, slope, output, n]) {
      each(n, [to, slope, output], (t, s, o) => {
        f[t!] = times(f[s!]!, times(f[o!]!, rest(f[o!]!)));
      });
    },
    gelu(to, from, n) {
      each(n, [to, from], (t, at) => {
        const half = times(0.5, f[at!]!);
        f[t!] = mulAdd32(half, half, tanh32(geluInner(f[at!]!)));
      });
    },
    geluBack(...[to, slope, from, n]) {
      each(n, [to, slope, from], (t, s, at) => {
        const x = f[at!]!;
        const y = tanh32(geluInner(x));
        const inner = times(GELU_SCALE, mulAdd32(1, GELU_SLOPE, times(x, x)));
        const bend = times(times(x, rest(times(y, y))), inner);
        f[t!] = times(f[s!]!, times(0.5, fround(fround(1 + y) + bend)));
      });
    },
    gruStep(...[r, z, n, inner, before, after, count]) {
      each(count, [r, z, n, inner, before, after], (ri, zi, ni, ii, bi, ai) => {
        f[ri!] = sigmoid32(f[ri!]!);
        f[zi!] = sigmoid32(f[zi!]!);
        const own = tanh32(mulAdd32(f[ni!]!, f[ri!]!, f[ii!]!));
        f[ni!] = own;
        f[ai!] = mulAdd32(own, f[zi!]!, fround(f[bi!]! - own));
      });
    },
    gruBack(...[r, z, n, inner, before, innerSlope, carried, count]) {
      const places = [r, z, n, inner, before, innerSlope, carried];
      each(count, places, (ri, zi, ni, ii, bi, si, ci) => {
        const [reset, update, own] = [f[ri!]!, f[zi!]!, f[ni!]!];
        const past = times(f[ci!]!, update);
        const slope = times(fround(f[ci!]! - past), rest(times(own, own)));
        f[ni!] = slope;
        f[zi!] = times(times(past, fround(f[bi!]! - own)), rest(update));
        const inside = times(slope, reset);
        f[si!] = inside;
        f[ri!] = times(inside, times(f[ii!]!, rest(reset)));
        f[ci!] = past;
      });
    },
    lstmStep(...[input, forget, fresh, out, before, cell, bent, state, count]) {
      const places = [input, forget, fresh, out, before, cell, bent, state];
      each(count, places, (i, k, g, o, b, c, y, s) => {
        f[i!] = sigmoid32(f[i!]!);
        f[k!] = sigmoid32(f[k!]!);
        f[g!] = tanh32(f[g!]!);
        f[o!] = sigmoid32(f[o!]!);
        f[c!] = mulAdd32(times(f[k!]!, f[b!]!), f[i!]!, f[g!]!);
        f[y!] = tanh32(f[c!]!);
        f[s!] = times(f[o!]!, f[y!]!);
      });
    },
    lstmBack(...[input, forget, fresh, out, before, bent, carried, cellSlope, count]) {
      const places = [input, forget, fresh, out, before, bent, carried, cellSlope];
      each(count, places, (ii, fi, gi, oi, bi, yi, ci, si) => {
        const [i, k, g, o, y] = [f[ii!]!, f[fi!]!, f[gi!]!, f[oi!]!, f[yi!]!];
        const held = times(f[ci!]!, o);
        const slope = mulAdd32(f[si!]!, held, rest(times(y, y)));
        f[oi!] = times(times(held, y), rest(o));
        const taken = times(slope, i);
        f[ii!] = times(times(taken, g), rest(i));
        f[gi!] = times(taken, rest(times(g, g)));
        const kept = times(slope, k);
        f[fi!] = times(times(kept, f[bi!]!), rest(k));
        f[si!] = kept;
        f[ci!] = 0;
      });
    },
    dropout(...[to, factors, from, n, seed, limit, kept]) {
      const end = (n + 3) & ~3;
      for (let i = 0; i < end; i++) {
        const hash = mixed((Math.imul(i, GOLDEN) + seed) | 0);
        const factor = hash < limit ? 0 : fround(kept);
        f[(factors >>> 2) + i] = factor;
        f[(to >>> 2) + i] = f[(from >>> 2) + i]! * factor;
      }
    },
    multiply(...[to, a, b, n]) {
      each(n, [to, a, b], (t, i, k) => {
        f[t!] = times(f[i!]!, f[k!]!);
      });
    },
  };
}

// Batch normalisation, column by column over m rows side by side, for neural.ts.
import { mulAdd, storePart } from './neural-vectors';

/** sums += the squares of what numbers of m rows are above `mean`, one a column. */
export function sumSquares(sums: usize, from: usize, mean: usize, stride: usize, m: u32, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    let s: v128 = v128.load(sums + at);
    const middle: v128 = v128.load(mean + at);
    let place: usize = from + at;
    for (let r: u32 = 0; r < m; r++) {
      const gap: v128 = f32x4.sub(v128.load(place), middle);
      s = mulAdd(s, gap, gap);
      place += stride;
    }
    storePart(sums + at, s, n - i);
  }
}

/** normal = (from - mean) · inverse, to = normal · scale + offset: one of these a column, m rows. */
export function batchNorm(
  to: usize, normal: usize, from: usize, mean: usize, inverse: usize, scale: usize, offset: usize,
  m: u32, n: u32,
): void {
  const stride: usize = <usize>n << 2;
  for (let i: u32 = 0; i < n; i += 4) {
    let at: usize = <usize>i << 2;
    const middle: v128 = v128.load(mean + at), factor: v128 = v128.load(inverse + at);
    const raise: v128 = v128.load(scale + at), shift: v128 = v128.load(offset + at);
    for (let r: u32 = 0; r < m; r++) {
      const own: v128 = f32x4.mul(f32x4.sub(v128.load(from + at), middle), factor);
      storePart(normal + at, own, n - i);
      storePart(to + at, mulAdd(shift, own, raise), n - i);
      at += stride;
    }
  }
}

/** to = (given - mean - lean · normal) · factor: one of these a column, m rows. */
export function batchNormBack(
  to: usize, given: usize, normal: usize, mean: usize, lean: usize, factor: usize, m: u32, n: u32,
): void {
  const stride: usize = <usize>n << 2;
  for (let i: u32 = 0; i < n; i += 4) {
    let at: usize = <usize>i << 2;
    const middle: v128 = v128.load(mean + at), slant: v128 = v128.load(lean + at);
    const raise: v128 = v128.load(factor + at);
    for (let r: u32 = 0; r < m; r++) {
      const shared: v128 = mulAdd(middle, slant, v128.load(normal + at));
      const own: v128 = f32x4.sub(v128.load(given + at), shared);
      storePart(to + at, f32x4.mul(own, raise), n - i);
      at += stride;
    }
  }
}

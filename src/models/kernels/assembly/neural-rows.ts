// What is done row by row, for neural.ts. Rows of n numbers, `stride` bytes apart; nothing past
// their ends is written. Sums over a row are four, of every fourth number, added at the end.
import { exp4, maskOf, mulAdd, storePart, sumOf } from './neural-vectors';

/** to = a + b; whole vectors. */
export function add(to: usize, a: usize, b: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
}

/** Adds m rows to m rows. */
export function addRows(to: usize, stride: usize, from: usize, step: usize, m: u32, n: u32): void {
  for (let r: u32 = 0; r < m; r++) {
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      storePart(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)), n - i);
    }
    to += stride;
    from += step;
  }
}

/** Copies m rows. */
export function copyRows(to: usize, stride: usize, from: usize, step: usize, m: u32, n: u32): void {
  for (let r: u32 = 0; r < m; r++) {
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      storePart(to + at, v128.load(from + at), n - i);
    }
    to += stride;
    from += step;
  }
}

/** Writes the transpose of m rows of n numbers: n rows of m, side by side. */
export function transpose(to: usize, from: usize, stride: usize, m: u32, n: u32): void {
  const wide: usize = <usize>m << 2;
  for (let r: u32 = 0; r < m; r++) {
    let at: usize = to + (<usize>r << 2);
    for (let i: u32 = 0; i < n; i++) {
      store<f32>(at, load<f32>(from + (<usize>i << 2)));
      at += wide;
    }
    from += stride;
  }
}

/** sums += the products of numbers at the same place of m rows: n sums. */
export function sumProducts(
  sums: usize, a: usize, b: usize, stride: usize, m: u32, n: u32,
): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    let s: v128 = v128.load(sums + at);
    let place: usize = at;
    for (let r: u32 = 0; r < m; r++) {
      s = mulAdd(s, v128.load(a + place), v128.load(b + place));
      place += stride;
    }
    storePart(sums + at, s, n - i);
  }
}

/** Shares that sum to 1, in proportion to exp(scale · from), scale above 0. */
export function softmax(
  to: usize, from: usize, stride: usize, m: u32, n: u32, scale: f32,
): void {
  const least: v128 = f32x4.splat(-Infinity), factor: v128 = f32x4.splat(scale);
  for (let r: u32 = 0; r < m; r++) {
    let most: v128 = least;
    for (let i: u32 = 0; i < n; i += 4) {
      const x: v128 = v128.load(from + (<usize>i << 2));
      most = f32x4.pmax(most, v128.bitselect(x, least, maskOf(n - i)));
    }
    most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
    most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
    let sums: v128 = f32x4.splat(0);
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const e: v128 = exp4(f32x4.mul(factor, f32x4.sub(v128.load(from + at), most)));
      sums = f32x4.add(sums, v128.and(e, maskOf(n - i)));
      storePart(to + at, e, n - i);
    }
    const share: v128 = f32x4.splat(1 / sumOf(sums));
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      storePart(to + at, f32x4.mul(share, v128.load(to + at)), n - i);
    }
    to += stride;
    from += stride;
  }
}

/** Slopes through {@link softmax}; `to` may be `given`. */
export function softmaxBack(
  to: usize, given: usize, out: usize, stride: usize, m: u32, n: u32, scale: f32,
): void {
  const factor: v128 = f32x4.splat(scale);
  for (let r: u32 = 0; r < m; r++) {
    let sums: v128 = f32x4.splat(0);
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const share: v128 = v128.and(v128.load(out + at), maskOf(n - i));
      const slope: v128 = v128.and(v128.load(given + at), maskOf(n - i));
      sums = mulAdd(sums, slope, share);
    }
    const dot: v128 = f32x4.splat(sumOf(sums));
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const gap: v128 = f32x4.sub(v128.load(given + at), dot);
      const slope: v128 = f32x4.mul(f32x4.mul(factor, v128.load(out + at)), gap);
      storePart(to + at, slope, n - i);
    }
    to += stride;
    given += stride;
    out += stride;
  }
}

/**
 * m rows of n numbers to mean 0 and variance 1 in `normal`, scaled and moved in `to`; `inverse` gets
 * one over each row's deviation, `least` being added to its square.
 */
export function layerNorm(
  to: usize, normal: usize, inverse: usize, from: usize, scale: usize, offset: usize,
  m: u32, n: u32, least: f32,
): void {
  const stride: usize = <usize>n << 2;
  for (let r: u32 = 0; r < m; r++) {
    let sums: v128 = f32x4.splat(0);
    for (let i: u32 = 0; i < n; i += 4) {
      sums = f32x4.add(sums, v128.and(v128.load(from + (<usize>i << 2)), maskOf(n - i)));
    }
    const mean: v128 = f32x4.splat(sumOf(sums) / <f32>n);
    sums = f32x4.splat(0);
    for (let i: u32 = 0; i < n; i += 4) {
      const gap: v128 = f32x4.sub(v128.load(from + (<usize>i << 2)), mean);
      const own: v128 = v128.and(gap, maskOf(n - i));
      sums = mulAdd(sums, own, own);
    }
    const one: f32 = 1 / sqrt<f32>(sumOf(sums) / <f32>n + least);
    store<f32>(inverse + (<usize>r << 2), one);
    const factor: v128 = f32x4.splat(one);
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const own: v128 = f32x4.mul(f32x4.sub(v128.load(from + at), mean), factor);
      storePart(normal + at, own, n - i);
      storePart(to + at, mulAdd(v128.load(offset + at), own, v128.load(scale + at)), n - i);
    }
    from += stride;
    normal += stride;
    to += stride;
  }
}

/** Slopes by what went into {@link layerNorm}. */
export function layerNormBack(
  to: usize, given: usize, normal: usize, inverse: usize, scale: usize, m: u32, n: u32,
): void {
  const stride: usize = <usize>n << 2;
  for (let r: u32 = 0; r < m; r++) {
    let sums: v128 = f32x4.splat(0), dots: v128 = f32x4.splat(0);
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const raised: v128 = f32x4.mul(v128.load(given + at), v128.load(scale + at));
      const own: v128 = v128.and(raised, maskOf(n - i));
      sums = f32x4.add(sums, own);
      dots = mulAdd(dots, own, v128.and(v128.load(normal + at), maskOf(n - i)));
    }
    const mean: v128 = f32x4.splat(sumOf(sums) / <f32>n);
    const lean: v128 = f32x4.splat(sumOf(dots) / <f32>n);
    const factor: v128 = v128.load32_splat(inverse + (<usize>r << 2));
    for (let i: u32 = 0; i < n; i += 4) {
      const at: usize = <usize>i << 2;
      const own: v128 = f32x4.mul(v128.load(given + at), v128.load(scale + at));
      const shared: v128 = mulAdd(mean, v128.load(normal + at), lean);
      storePart(to + at, f32x4.mul(f32x4.sub(own, shared), factor), n - i);
    }
    to += stride;
    given += stride;
    normal += stride;
  }
}

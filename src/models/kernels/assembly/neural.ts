// Kernels of neural networks, compiled to ../neural-binary.ts. Addresses and strides are in bytes,
// numbers are 32-bit floats.
//
// Every sum runs over its terms one after the other, so a row's result does not depend on the rows
// beside it, and `plain-neural.ts` equals these kernels bit by bit. The relaxed build fuses the
// product into the sum, with one rounding instead of two.

import { exp4, mulAdd, sigmoid4, tanh4 } from './neural-vectors';

export { attend, attendBack } from './neural-attention';
export { batchNorm, batchNormBack, sumSquares } from './neural-columns';
export {
  dropout, gelu, geluBack, gruBack, gruStep, lstmBack, lstmStep, multiply, sigmoidBack, tanhBack,
} from './neural-cells';
export {
  averagePool, averagePoolBack, maxPool, maxPoolBack,
} from './neural-pools';
export {
  add, addRows, copyRows, layerNorm, layerNormBack, softmax, softmaxBack, sumProducts, transpose,
} from './neural-rows';

@inline
function rows4(c: usize, ldc: usize, a: usize, ra: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  let c00: v128 = v128.load(c), c01: v128 = v128.load(c, 16);
  const c1: usize = c + ldc, c2: usize = c1 + ldc, c3: usize = c2 + ldc;
  let c10: v128 = v128.load(c1), c11: v128 = v128.load(c1, 16);
  let c20: v128 = v128.load(c2), c21: v128 = v128.load(c2, 16);
  let c30: v128 = v128.load(c3), c31: v128 = v128.load(c3, 16);
  const ra2: usize = ra + ra, ra3: usize = ra2 + ra;
  for (let p: u32 = 0; p < k; p++) {
    const b0: v128 = v128.load(b), b1: v128 = v128.load(b, 16);
    let x: v128 = v128.load32_splat(a);
    c00 = mulAdd(c00, x, b0);
    c01 = mulAdd(c01, x, b1);
    x = v128.load32_splat(a + ra);
    c10 = mulAdd(c10, x, b0);
    c11 = mulAdd(c11, x, b1);
    x = v128.load32_splat(a + ra2);
    c20 = mulAdd(c20, x, b0);
    c21 = mulAdd(c21, x, b1);
    x = v128.load32_splat(a + ra3);
    c30 = mulAdd(c30, x, b0);
    c31 = mulAdd(c31, x, b1);
    a += ka;
    b += ldb;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
}

@inline
function narrow4(c: usize, ldc: usize, a: usize, ra: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  const c1: usize = c + ldc, c2: usize = c1 + ldc, c3: usize = c2 + ldc;
  let s0: v128 = v128.load(c), s1: v128 = v128.load(c1);
  let s2: v128 = v128.load(c2), s3: v128 = v128.load(c3);
  const ra2: usize = ra + ra, ra3: usize = ra2 + ra;
  for (let p: u32 = 0; p < k; p++) {
    const y: v128 = v128.load(b);
    s0 = mulAdd(s0, v128.load32_splat(a), y);
    s1 = mulAdd(s1, v128.load32_splat(a + ra), y);
    s2 = mulAdd(s2, v128.load32_splat(a + ra2), y);
    s3 = mulAdd(s3, v128.load32_splat(a + ra3), y);
    a += ka;
    b += ldb;
  }
  v128.store(c, s0);
  v128.store(c1, s1);
  v128.store(c2, s2);
  v128.store(c3, s3);
}

@inline
function row1(c: usize, a: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  let s: v128 = v128.load(c), t: v128 = v128.load(c, 16);
  for (let p: u32 = 0; p < k; p++) {
    const x: v128 = v128.load32_splat(a);
    s = mulAdd(s, x, v128.load(b));
    t = mulAdd(t, x, v128.load(b, 16));
    a += ka;
    b += ldb;
  }
  v128.store(c, s);
  v128.store(c, t, 16);
}

@inline
function narrow1(c: usize, a: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  let s: v128 = v128.load(c);
  for (let p: u32 = 0; p < k; p++) {
    s = mulAdd(s, v128.load32_splat(a), v128.load(b));
    a += ka;
    b += ldb;
  }
  v128.store(c, s);
}

@inline
/** One column of four rows: their sums lie side by side in one vector. */
function column4(c: usize, ldc: usize, a: usize, ra: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  const c1: usize = c + ldc, c2: usize = c1 + ldc, c3: usize = c2 + ldc;
  let s: v128 = v128.load32_zero(c);
  s = v128.load_lane<f32>(c1, s, 1);
  s = v128.load_lane<f32>(c2, s, 2);
  s = v128.load_lane<f32>(c3, s, 3);
  const ra2: usize = ra + ra, ra3: usize = ra2 + ra;
  for (let p: u32 = 0; p < k; p++) {
    let x: v128 = v128.load32_zero(a);
    x = v128.load_lane<f32>(a + ra, x, 1);
    x = v128.load_lane<f32>(a + ra2, x, 2);
    x = v128.load_lane<f32>(a + ra3, x, 3);
    s = mulAdd(s, x, v128.load32_splat(b));
    a += ka;
    b += ldb;
  }
  store<f32>(c, f32x4.extract_lane(s, 0));
  store<f32>(c1, f32x4.extract_lane(s, 1));
  store<f32>(c2, f32x4.extract_lane(s, 2));
  store<f32>(c3, f32x4.extract_lane(s, 3));
}

@inline
function column1(c: usize, a: usize, ka: usize, b: usize, ldb: usize, k: u32): void {
  let s: v128 = v128.load32_zero(c);
  for (let p: u32 = 0; p < k; p++) {
    s = mulAdd(s, v128.load32_zero(a), v128.load32_zero(b));
    a += ka;
    b += ldb;
  }
  store<f32>(c, f32x4.extract_lane(s, 0));
}

/**
 * C += A · B: C is m × n, rows `ldc` apart; A is m × k, rows `ra` and columns `ka` apart, so a
 * transpose is a swap; B is k × n, rows `ldb` apart. C may not overlap the others.
 */
export function gemm(
  c: usize, ldc: usize, a: usize, ra: usize, ka: usize, b: usize, ldb: usize,
  m: u32, n: u32, k: u32,
): void {
  const wide: u32 = n & ~7;
  for (let j: u32 = 0; j < wide; j += 8) {
    const bj: usize = b + (<usize>j << 2);
    let cj: usize = c + (<usize>j << 2);
    let ai: usize = a;
    let i: u32 = 0;
    for (; i + 4 <= m; i += 4) {
      rows4(cj, ldc, ai, ra, ka, bj, ldb, k);
      cj += ldc << 2;
      ai += ra << 2;
    }
    for (; i < m; i++) {
      row1(cj, ai, ka, bj, ldb, k);
      cj += ldc;
      ai += ra;
    }
  }
  let j: u32 = wide;
  if (j + 4 <= n) {
    const bj: usize = b + (<usize>j << 2);
    let cj: usize = c + (<usize>j << 2);
    let ai: usize = a;
    let i: u32 = 0;
    for (; i + 4 <= m; i += 4) {
      narrow4(cj, ldc, ai, ra, ka, bj, ldb, k);
      cj += ldc << 2;
      ai += ra << 2;
    }
    for (; i < m; i++) {
      narrow1(cj, ai, ka, bj, ldb, k);
      cj += ldc;
      ai += ra;
    }
    j += 4;
  }
  for (; j < n; j++) {
    const bj: usize = b + (<usize>j << 2);
    let cj: usize = c + (<usize>j << 2);
    let ai: usize = a;
    let i: u32 = 0;
    for (; i + 4 <= m; i += 4) {
      column4(cj, ldc, ai, ra, ka, bj, ldb, k);
      cj += ldc << 2;
      ai += ra << 2;
    }
    for (; i < m; i++) {
      column1(cj, ai, ka, bj, ldb, k);
      cj += ldc;
      ai += ra;
    }
  }
}

/** Copies `row` of n numbers into each of m rows that lie `stride` apart. */
export function fillRows(to: usize, stride: usize, row: usize, m: u32, n: u32): void {
  const bytes: usize = <usize>n << 2;
  for (let i: u32 = 0; i < m; i++) {
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(row + at));
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(row + at));
    to += stride;
  }
}

/** Adds each of m rows, `stride` apart, to `sums`: n numbers. */
export function sumRows(sums: usize, from: usize, stride: usize, m: u32, n: u32): void {
  const bytes: usize = <usize>n << 2;
  let at: usize = 0;
  // Four sums side by side: an addition takes several turns, and a row's line is read once.
  for (; at + 64 <= bytes; at += 64) {
    const to: usize = sums + at;
    let s0: v128 = v128.load(to), s1: v128 = v128.load(to, 16);
    let s2: v128 = v128.load(to, 32), s3: v128 = v128.load(to, 48);
    let row: usize = from + at;
    for (let i: u32 = 0; i < m; i++) {
      s0 = f32x4.add(s0, v128.load(row));
      s1 = f32x4.add(s1, v128.load(row, 16));
      s2 = f32x4.add(s2, v128.load(row, 32));
      s3 = f32x4.add(s3, v128.load(row, 48));
      row += stride;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; at + 16 <= bytes; at += 16) {
    let s: v128 = v128.load(sums + at);
    let row: usize = from + at;
    for (let i: u32 = 0; i < m; i++) {
      s = f32x4.add(s, v128.load(row));
      row += stride;
    }
    v128.store(sums + at, s);
  }
  for (; at < bytes; at += 4) {
    let s: f32 = load<f32>(sums + at);
    let row: usize = from + at;
    for (let i: u32 = 0; i < m; i++) {
      s += load<f32>(row);
      row += stride;
    }
    store<f32>(sums + at, s);
  }
}

// Element-wise kernels take whole vectors: buffers end on a cache line, so the last may overrun n.

/** to = max(from, 0). */
export function relu(to: usize, from: usize, n: u32): void {
  const zero: v128 = f32x4.splat(0);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, f32x4.pmax(zero, v128.load(from + at)));
  }
}

/** to = slope where the output is above 0, else 0. */
export function reluBack(to: usize, slope: usize, output: usize, n: u32): void {
  const zero: v128 = f32x4.splat(0);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const live: v128 = f32x4.gt(v128.load(output + at), zero);
    v128.store(to + at, v128.and(v128.load(slope + at), live));
  }
}

/** to = exp(from), cut to exp(-87) and exp(88). */
export function exp(to: usize, from: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, exp4(v128.load(from + at)));
  }
}

/** to = 1 / (1 + exp(-from)). */
export function sigmoid(to: usize, from: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, sigmoid4(v128.load(from + at)));
  }
}

/** to = tanh(from). */
export function tanh(to: usize, from: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, tanh4(v128.load(from + at)));
  }
}

/**
 * One step of Adam (Kingma and Ba 2015) over n weights: `rate` is the learning rate over the first
 * moment's correction, `root` one over the square root of the second's; `keep` is what decoupled
 * decay leaves of a weight (Loshchilov and Hutter 2019).
 */
export function adam(
  weights: usize, slopes: usize, first: usize, second: usize, n: u32,
  beta1: f32, beta2: f32, rate: f32, root: f32, epsilon: f32, keep: f32,
): void {
  const b1: v128 = f32x4.splat(beta1), b2: v128 = f32x4.splat(beta2);
  const r1: v128 = f32x4.splat(1 - beta1), r2: v128 = f32x4.splat(1 - beta2);
  const step: v128 = f32x4.splat(rate), scale: v128 = f32x4.splat(root);
  const least: v128 = f32x4.splat(epsilon), rest: v128 = f32x4.splat(keep);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const g: v128 = v128.load(slopes + at);
    const u: v128 = f32x4.add(f32x4.mul(b1, v128.load(first + at)), f32x4.mul(r1, g));
    const gg: v128 = f32x4.mul(g, g);
    const v: v128 = f32x4.add(f32x4.mul(b2, v128.load(second + at)), f32x4.mul(r2, gg));
    v128.store(first + at, u);
    v128.store(second + at, v);
    const size: v128 = f32x4.add(f32x4.mul(f32x4.sqrt(v), scale), least);
    const w: v128 = f32x4.mul(rest, v128.load(weights + at));
    v128.store(weights + at, f32x4.sub(w, f32x4.div(f32x4.mul(step, u), size)));
  }
}

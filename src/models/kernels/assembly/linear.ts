// Kernels of logistic regression: see trees.ts, which the compiler begins with.
//
// `head` is the address of eleven 32-bit numbers, most of them addresses:
//   0 starts        first entry of each point, 32 bits, one more than points
//   4 entries       column (32 bits) and cell (32-bit float) of what differs from the shift
//   8 shift         64-bit float a column, taken from its cells
//  12 slopes        (columns + 1) × width 64-bit floats, the intercepts last
//  16 targetStart   first target of each point, 32 bits
//  20 targetClass   32 bits a target
//  24 targetWeight  64-bit float a target
//  28 columns
//  32 width         outputs, made even unless there is one
//  36 sample        points to take second derivatives at, 32 bits each
//  40 sampleWeight  64-bit float each
// `scratch` has room for 2 × width + width × (width + 1) / 2 + 2 × (columns + 2) 64-bit floats.

import { exp2, log } from './exponential';

@inline
function cellOf(entry: usize, shift: usize): f64 {
  return <f64>load<f32>(entry, 4) - load<f64>(shift + (<usize>load<u32>(entry) << 3));
}

/** Adds `v × from` to `to`, 64-bit floats, an even number of them. */
@inline
function addScaled(to: usize, from: usize, v: v128, bytes: usize): void {
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    const a: v128 = f64x2.add(v128.load(to + at), f64x2.mul(v, v128.load(from + at)));
    const b: v128 = f64x2.add(v128.load(to + at, 16), f64x2.mul(v, v128.load(from + at, 16)));
    const c: v128 = f64x2.add(v128.load(to + at, 32), f64x2.mul(v, v128.load(from + at, 32)));
    const d: v128 = f64x2.add(v128.load(to + at, 48), f64x2.mul(v, v128.load(from + at, 48)));
    v128.store(to + at, a);
    v128.store(to + at, b, 16);
    v128.store(to + at, c, 32);
    v128.store(to + at, d, 48);
  }
  for (; at < bytes; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(v, v128.load(from + at))));
  }
}

/**
 * Scores of one point into `z`, then exp(score - the largest) into `e`.
 * @returns the sum of `e`; the largest score stands behind it, at `e` + width × 8
 */
@inline
function softmax(
  from: usize, to: usize, shift: usize, slopes: usize, intercepts: usize, bytes: usize,
  z: usize, e: usize,
): f64 {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(z + at, v128.load(intercepts + at));
  for (let entry: usize = from; entry < to; entry += 8) {
    const v: v128 = f64x2.splat(cellOf(entry, shift));
    addScaled(z, slopes + <usize>load<u32>(entry) * bytes, v, bytes);
  }
  let most: v128 = v128.load(z);
  for (let at: usize = 16; at < bytes; at += 16) most = f64x2.pmax(most, v128.load(z + at));
  const a: f64 = f64x2.extract_lane(most, 0);
  const b: f64 = f64x2.extract_lane(most, 1);
  const top: f64 = a < b ? b : a;
  most = f64x2.splat(top);
  let sum: v128 = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x: v128 = f64x2.pmax(f64x2.splat(-700.0), f64x2.sub(v128.load(z + at), most));
    const own: v128 = exp2(x);
    v128.store(e + at, own);
    sum = f64x2.add(sum, own);
  }
  store<f64>(e + bytes, top);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** exp(x) of one number, cut off at ±700. */
@inline
function exp1(x: f64): f64 {
  return f64x2.extract_lane(exp2(f64x2.splat(min(700.0, max(-700.0, x)))), 0);
}

/** Score of one point for a single output. */
@inline
function scoreOf(from: usize, to: usize, shift: usize, slopes: usize, columns: usize): f64 {
  let z: f64 = load<f64>(slopes + (columns << 3));
  for (let entry: usize = from; entry < to; entry += 8) {
    z += cellOf(entry, shift) * load<f64>(slopes + (<usize>load<u32>(entry) << 3));
  }
  return z;
}

function gradientOfOne(head: usize, first: u32, end: u32, out: usize): f64 {
  const starts: usize = load<u32>(head);
  const entries: usize = load<u32>(head, 4);
  const shift: usize = load<u32>(head, 8);
  const slopes: usize = load<u32>(head, 12);
  const targetStart: usize = load<u32>(head, 16);
  const targetClass: usize = load<u32>(head, 20);
  const targetWeight: usize = load<u32>(head, 24);
  const columns: usize = load<u32>(head, 28);
  let loss: f64 = 0;
  let drift: f64 = 0;
  for (let i: u32 = first; i < end; i++) {
    const from: usize = entries + (<usize>load<u32>(starts + (<usize>i << 2)) << 3);
    const to: usize = entries + (<usize>load<u32>(starts + (<usize>i << 2), 4) << 3);
    const z: f64 = scoreOf(from, to, shift, slopes, columns);
    let weight: f64 = 0;
    let positive: f64 = 0;
    const last: u32 = load<u32>(targetStart + (<usize>i << 2), 4);
    for (let t: u32 = load<u32>(targetStart + (<usize>i << 2)); t < last; t++) {
      const own: f64 = load<f64>(targetWeight + (<usize>t << 3));
      weight += own;
      if (load<u32>(targetClass + (<usize>t << 2)) == 1) positive += own;
    }
    const small: f64 = exp1(-abs(z));
    const share: f64 = (z > 0 ? 1.0 : small) / (1 + small);
    loss += weight * (max(z, 0.0) + log(1 + small)) - positive * z;
    const error: f64 = weight * share - positive;
    drift += error;
    for (let entry: usize = from; entry < to; entry += 8) {
      const cell: usize = out + (<usize>load<u32>(entry) << 3);
      store<f64>(cell, load<f64>(cell) + error * cellOf(entry, shift));
    }
  }
  store<f64>(out + (columns << 3), load<f64>(out + (columns << 3)) + drift);
  return loss;
}

/**
 * Adds the gradient of the weighted log-loss of points `first` to `end` to `out`, laid out as the
 * slopes. @returns the loss
 */
export function gradient(head: usize, first: u32, end: u32, scratch: usize, out: usize): f64 {
  const width: u32 = load<u32>(head, 32);
  if (width == 1) return gradientOfOne(head, first, end, out);
  const starts: usize = load<u32>(head);
  const entries: usize = load<u32>(head, 4);
  const shift: usize = load<u32>(head, 8);
  const slopes: usize = load<u32>(head, 12);
  const targetStart: usize = load<u32>(head, 16);
  const targetClass: usize = load<u32>(head, 20);
  const targetWeight: usize = load<u32>(head, 24);
  const bytes: usize = <usize>width << 3;
  const last: usize = <usize>load<u32>(head, 28) * bytes;
  const z: usize = scratch;
  const e: usize = scratch + bytes;
  let loss: f64 = 0;
  for (let i: u32 = first; i < end; i++) {
    const from: usize = entries + (<usize>load<u32>(starts + (<usize>i << 2)) << 3);
    const to: usize = entries + (<usize>load<u32>(starts + (<usize>i << 2), 4) << 3);
    const sum: f64 = softmax(from, to, shift, slopes, slopes + last, bytes, z, e);
    const norm: f64 = load<f64>(e + bytes) + log(sum);
    const begin: u32 = load<u32>(targetStart + (<usize>i << 2));
    const stop: u32 = load<u32>(targetStart + (<usize>i << 2), 4);
    let weight: f64 = 0;
    for (let t: u32 = begin; t < stop; t++) {
      const own: f64 = load<f64>(targetWeight + (<usize>t << 3));
      const k: usize = <usize>load<u32>(targetClass + (<usize>t << 2)) << 3;
      weight += own;
      loss += own * (norm - load<f64>(z + k));
    }
    const factor: v128 = f64x2.splat(weight / sum);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(e + at, f64x2.mul(factor, v128.load(e + at)));
    }
    for (let t: u32 = begin; t < stop; t++) {
      const k: usize = <usize>load<u32>(targetClass + (<usize>t << 2)) << 3;
      store<f64>(e + k, load<f64>(e + k) - load<f64>(targetWeight + (<usize>t << 3)));
    }
    for (let entry: usize = from; entry < to; entry += 8) {
      const v: v128 = f64x2.splat(cellOf(entry, shift));
      addScaled(out + <usize>load<u32>(entry) * bytes, e, v, bytes);
    }
    addScaled(out + last, e, f64x2.splat(1.0), bytes);
  }
  return loss;
}

/**
 * Adds the second derivatives at sampled points `first` to `end` to `out`: for each pair of columns
 * a >= b, intercepts last, at a (a + 1) / 2 + b, the lower triangle over the outputs, row by row,
 * made an even number of 64-bit floats (one for one output).
 */
export function curvature(head: usize, first: u32, end: u32, scratch: usize, out: usize): void {
  const starts: usize = load<u32>(head);
  const entries: usize = load<u32>(head, 4);
  const shift: usize = load<u32>(head, 8);
  const slopes: usize = load<u32>(head, 12);
  const columns: usize = load<u32>(head, 28);
  const width: u32 = load<u32>(head, 32);
  const sample: usize = load<u32>(head, 36);
  const sampleWeight: usize = load<u32>(head, 40);
  const bytes: usize = <usize>width << 3;
  const z: usize = scratch;
  const e: usize = z + bytes;
  // The largest score stands right behind `e`.
  const block: usize = e + bytes + 16;
  const size: usize = width == 1 ? 8 : ((<usize>width * (<usize>width + 1)) / 2) << 3;
  const even: usize = width == 1 ? 8 : (size + 15) & ~15;
  const cells: usize = block + even;
  const places: usize = cells + ((columns + 1) << 3);
  for (let s: u32 = first; s < end; s++) {
    const i: usize = load<u32>(sample + (<usize>s << 2));
    const weight: f64 = load<f64>(sampleWeight + (<usize>s << 3));
    const from: usize = entries + (<usize>load<u32>(starts + (i << 2)) << 3);
    const to: usize = entries + (<usize>load<u32>(starts + (i << 2), 4) << 3);
    let count: usize = 0;
    for (let entry: usize = from; entry < to; entry += 8) {
      store<f64>(cells + (count << 3), cellOf(entry, shift));
      store<u32>(places + (count << 2), load<u32>(entry));
      count++;
    }
    store<f64>(cells + (count << 3), 1);
    store<u32>(places + (count << 2), <u32>columns);
    count++;
    if (width == 1) {
      const small: f64 = exp1(-abs(scoreOf(from, to, shift, slopes, columns)));
      const own: f64 = (weight * small) / ((1 + small) * (1 + small));
      for (let a: usize = 0; a < count; a++) {
        const row: usize = load<u32>(places + (a << 2));
        const base: usize = out + (((row * (row + 1)) / 2) << 3);
        const f: f64 = own * load<f64>(cells + (a << 3));
        for (let b: usize = 0; b <= a; b++) {
          const cell: usize = base + (<usize>load<u32>(places + (b << 2)) << 3);
          store<f64>(cell, load<f64>(cell) + f * load<f64>(cells + (b << 3)));
        }
      }
      continue;
    }
    const sum: f64 = softmax(from, to, shift, slopes, slopes + columns * bytes, bytes, z, e);
    let at: usize = block;
    for (let k: usize = 0; k < bytes; k += 8) {
      const share: f64 = load<f64>(e + k) / sum;
      const own: f64 = weight * share;
      for (let l: usize = 0; l < k; l += 8) {
        store<f64>(at, -own * (load<f64>(e + l) / sum));
        at += 8;
      }
      store<f64>(at, own * (1 - share));
      at += 8;
    }
    if (even > size) store<f64>(at, 0);
    for (let a: usize = 0; a < count; a++) {
      const row: usize = load<u32>(places + (a << 2));
      const base: usize = out + ((row * (row + 1)) / 2) * even;
      const f: f64 = load<f64>(cells + (a << 3));
      for (let b: usize = 0; b <= a; b++) {
        const v: v128 = f64x2.splat(f * load<f64>(cells + (b << 3)));
        addScaled(base + <usize>load<u32>(places + (b << 2)) * even, block, v, even);
      }
    }
  }
}

/**
 * Cholesky factor of a symmetric matrix in place: lower triangle, rows of `stride` 64-bit floats
 * (even), zeros above. @returns 0 when the matrix is not positive definite
 */
export function factorise(matrix: usize, size: u32, stride: u32): u32 {
  const step: usize = <usize>stride << 3;
  for (let i: u32 = 0; i < size; i++) {
    const row: usize = matrix + <usize>i * step;
    for (let j: u32 = 0; j <= i; j++) {
      const other: usize = matrix + <usize>j * step;
      const bytes: usize = (<usize>j << 3) & ~15;
      let p: v128 = f64x2.splat(0);
      let q: v128 = f64x2.splat(0);
      let at: usize = 0;
      for (; at + 32 <= bytes; at += 32) {
        p = f64x2.add(p, f64x2.mul(v128.load(row + at), v128.load(other + at)));
        q = f64x2.add(q, f64x2.mul(v128.load(row + at, 16), v128.load(other + at, 16)));
      }
      if (at < bytes) {
        p = f64x2.add(p, f64x2.mul(v128.load(row + at), v128.load(other + at)));
        at += 16;
      }
      p = f64x2.add(p, q);
      let dot: f64 = f64x2.extract_lane(p, 0) + f64x2.extract_lane(p, 1);
      if (j & 1) dot += load<f64>(row + at) * load<f64>(other + at);
      const left: f64 = load<f64>(row + (<usize>j << 3)) - dot;
      if (i != j) {
        store<f64>(row + (<usize>j << 3), left / load<f64>(other + (<usize>j << 3)));
      } else {
        if (!(left > 0 && left < Infinity)) return 0;
        store<f64>(row + (<usize>j << 3), sqrt(left));
      }
    }
  }
  return 1;
}

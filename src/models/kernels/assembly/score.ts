/*
 * Kernels of scoring in AssemblyScript, over one imported memory that the caller lays out; addresses
 * are in bytes, nothing is allocated here. `plain-score.ts` beside this folder holds the same
 * functions in TypeScript, and a test holds both equal bit by bit.
 * Built into `../score-binary.ts` by `node src/models/kernels/assembly/build.ts`.
 */

import { exp2 } from './exponential';

export { addLeaves, walk, walkCells } from './walk';

/** Bits of the exponent of a 32-bit float, and the lowest of them. */
const EXPONENT: i32 = 0x7f800000;
const EXPONENT_UNIT: i32 = 0x00800000;
/** Buckets of the table that narrows the search for a cell's bin. */
const BUCKETS: f64 = 1024;
/** Slots looked at before a row counts as new: equal hashes of hostile rows cannot slow it down. */
const PROBES: u32 = 8;

/** @returns other than 0 when one of `count` cells is NaN or infinite */
export function notFinite(cells: usize, count: u32): u32 {
  const mask: v128 = i32x4.splat(EXPONENT);
  const unit: v128 = i32x4.splat(EXPONENT_UNIT);
  let bad: v128 = i32x4.splat(0);
  let other: v128 = i32x4.splat(0);
  const end: usize = cells + (<usize>count << 2);
  let at: usize = cells;
  for (; at + 32 <= end; at += 32) {
    // An exponent of ones only overflows into the sign.
    bad = v128.or(bad, i32x4.add(v128.and(v128.load(at), mask), unit));
    other = v128.or(other, i32x4.add(v128.and(v128.load(at, 16), mask), unit));
  }
  let rest: i32 = 0;
  for (; at < end; at += 4) rest |= (load<i32>(at) & EXPONENT) + EXPONENT_UNIT;
  return <u32>i32x4.bitmask(v128.or(bad, other)) | (<u32>rest >>> 31);
}

/**
 * Bins of one column between its `edgeCount` edges: `cells` and `out` are the first row's, the next
 * row's lie `stride` and `outStride` bytes on. `firstBin` as `row-binner.ts` makes it.
 */
export function binColumn(
  cells: usize, stride: u32, count: u32, edges: usize, edgeCount: u32, firstBin: usize,
  origin: f64, scale: f64, out: usize, outStride: u32,
): void {
  let from: usize = cells;
  let to: usize = out;
  if (edgeCount == 1) {
    const edge: f32 = load<f32>(edges);
    for (let i: u32 = 0; i < count; i++) {
      store<u8>(to, load<f32>(from) > edge ? 1 : 0);
      from += stride;
      to += outStride;
    }
    return;
  }
  for (let i: u32 = 0; i < count; i++) {
    const cell: f32 = load<f32>(from);
    const place: f64 = (<f64>cell - origin) * scale;
    const bucket: usize = place > 0 ? (place < BUCKETS - 1 ? <u32>place : <u32>(BUCKETS - 1)) : 0;
    let low: u32 = load<u8>(firstBin + bucket);
    let high: u32 = load<u8>(firstBin + bucket, 1);
    while (low < high) {
      const middle: u32 = (low + high) >>> 1;
      if (cell <= load<f32>(edges + (<usize>middle << 2))) high = middle;
      else low = middle + 1;
    }
    store<u8>(to, low);
    from += stride;
    to += outStride;
  }
}

@inline
function equalRows(a: usize, b: usize, stride: u32): bool {
  for (let at: usize = 0; at < stride; at += 8) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false;
  }
  return true;
}

/**
 * Keeps equal rows of `stride` bytes (a multiple of 8) once, moved to the front in their order, and
 * writes the place of each row among them. `table` holds `mask` + 1 numbers of 32 bits, all 0.
 * @returns rows kept
 */
export function foldBins(
  bins: usize, stride: u32, count: u32, table: usize, mask: u32, places: usize,
): u32 {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row: usize = bins + <usize>(i * stride);
    let hash: u64 = 0;
    for (let at: usize = 0; at < stride; at += 8) {
      hash = (hash ^ load<u64>(row + at)) * 0x9e3779b97f4a7c15;
      hash ^= hash >>> 32;
    }
    let slot: u32 = <u32>hash & mask;
    let place: u32 = kept;
    for (let probe: u32 = 0; probe < PROBES; probe++) {
      const at: usize = table + (<usize>slot << 2);
      const other: u32 = load<u32>(at);
      if (other == 0) {
        store<u32>(at, kept + 1);
        break;
      }
      if (equalRows(row, bins + <usize>((other - 1) * stride), stride)) {
        place = other - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
    store<u32>(places + (<usize>i << 2), place);
    if (place == kept) {
      const to: usize = bins + <usize>(kept * stride);
      for (let at: usize = 0; at < stride; at += 8) store<u64>(to + at, load<u64>(row + at));
      kept++;
    }
  }
  return kept;
}

/** Cells of one row as 64-bit floats, in the order of `order` (32 bits each, four times a column). */
@inline
function widen(row: usize, order: usize, cols: u32, to: usize): void {
  let at: usize = to;
  for (let c: u32 = 0; c < cols; c++) {
    store<f64>(at, <f64>load<f32>(row + load<u32>(order + (<usize>c << 2))));
    at += 8;
  }
}

/** Sum of products of `bytes` of 64-bit floats, a multiple of 32. */
@inline
function dot(a: usize, b: usize, bytes: usize): f64 {
  let even: v128 = f64x2.splat(0);
  let odd: v128 = f64x2.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    even = f64x2.add(even, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    odd = f64x2.add(odd, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  even = f64x2.add(even, odd);
  return f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
}

/**
 * One linear function of the cells in their own order: an intercept, then four lanes of products.
 * `slopes` are 64-bit floats. @returns other than 0 when a sum is not finite
 */
export function linearOne(
  cells: usize, rows: u32, cols: u32, slopes: usize, intercept: f64, out: usize,
): u32 {
  const whole: usize = <usize>(cols & ~3) << 2;
  const bytes: usize = <usize>cols << 2;
  let doubt: f64 = 0;
  let row: usize = cells;
  for (let i: u32 = 0; i < rows; i++) {
    let even: v128 = f64x2.splat(0);
    let odd: v128 = f64x2.splat(0);
    let at: usize = 0;
    for (; at < whole; at += 16) {
      const four: v128 = v128.load(row + at);
      const high: v128 = i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
      const slope: usize = slopes + (at << 1);
      even = f64x2.add(even, f64x2.mul(f64x2.promote_low_f32x4(four), v128.load(slope)));
      odd = f64x2.add(odd, f64x2.mul(f64x2.promote_low_f32x4(high), v128.load(slope, 16)));
    }
    even = f64x2.add(even, odd);
    let z: f64 = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1) + intercept;
    for (; at < bytes; at += 4) z += <f64>load<f32>(row + at) * load<f64>(slopes + (at << 1));
    doubt += z * 0;
    store<f64>(out + (<usize>i << 3), z);
    row += bytes;
  }
  return doubt == 0 ? 0 : 1;
}

/** Scores behind the last output lose against it in a softmax. */
@inline
function lose(to: usize, outputs: u32, width: u32): void {
  for (let k: usize = outputs; k < width; k++) store<f64>(to + (k << 3), -1e300);
}

/**
 * Linear functions of each row: `terms` is scratch for the row, padded with 0 to a multiple of 4;
 * `slopes` outputs × padded terms; sums go to `out`, `width` a row.
 * @returns other than 0 when a sum of the first output is not finite
 */
export function linearMany(
  cells: usize, rows: u32, cols: u32, order: usize, terms: usize,
  slopes: usize, intercepts: usize, outputs: u32, out: usize, width: u32,
): u32 {
  const bytes: usize = <usize>((cols + 3) & ~3) << 3;
  let doubt: f64 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    widen(cells + <usize>(i * cols) * 4, order, cols, terms);
    const to: usize = out + <usize>(i * width) * 8;
    for (let k: usize = 0; k < outputs; k++) {
      store<f64>(to + (k << 3), load<f64>(intercepts + (k << 3)) + dot(terms, slopes + k * bytes, bytes));
    }
    lose(to, outputs, width);
    doubt += load<f64>(to) * 0;
  }
  return doubt == 0 ? 0 : 1;
}

/**
 * As {@link linearMany} over `exp(-gamma |a - b|²)` to each of `count` landmarks, whose cells stand in
 * `landmarks`, padded as the row; `near` is scratch for `count` of them, padded with 0.
 */
export function nearnessMany(
  cells: usize, rows: u32, cols: u32, order: usize, terms: usize, landmarks: usize, count: u32,
  gamma: f64, near: usize, slopes: usize, intercepts: usize, outputs: u32, out: usize, width: u32,
): void {
  const bytes: usize = <usize>((cols + 3) & ~3) << 3;
  const nearBytes: usize = <usize>((count + 3) & ~3) << 3;
  const factor: v128 = f64x2.splat(-gamma);
  for (let i: u32 = 0; i < rows; i++) {
    widen(cells + <usize>(i * cols) * 4, order, cols, terms);
    for (let j: usize = 0; j < count; j++) {
      const other: usize = landmarks + j * bytes;
      let even: v128 = f64x2.splat(0);
      let odd: v128 = f64x2.splat(0);
      for (let at: usize = 0; at < bytes; at += 32) {
        const a: v128 = f64x2.sub(v128.load(terms + at), v128.load(other + at));
        const b: v128 = f64x2.sub(v128.load(terms + at, 16), v128.load(other + at, 16));
        even = f64x2.add(even, f64x2.mul(a, a));
        odd = f64x2.add(odd, f64x2.mul(b, b));
      }
      even = f64x2.add(even, odd);
      store<f64>(near + (j << 3), f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1));
    }
    for (let at: usize = 0; at < <usize>count << 3; at += 16) {
      const x: v128 = f64x2.pmax(f64x2.splat(-700), f64x2.mul(factor, v128.load(near + at)));
      v128.store(near + at, exp2(x));
    }
    // What stands behind the last landmark meets slopes of 0.
    const to: usize = out + <usize>(i * width) * 8;
    for (let k: usize = 0; k < outputs; k++) {
      const sum: f64 = dot(near, slopes + k * nearBytes, nearBytes);
      store<f64>(to + (k << 3), load<f64>(intercepts + (k << 3)) + sum);
    }
  }
}

/**
 * Log-densities of each class, `constant - sum of half × (cell - mean)²`; `means` and `halves` are
 * classes × terms, padded with 0 as the row. @returns other than 0 when a sum of the class `sure` is
 * not finite
 */
export function densities(
  cells: usize, rows: u32, cols: u32, order: usize, terms: usize, means: usize, halves: usize,
  constants: usize, classes: u32, out: usize, width: u32, sure: u32,
): u32 {
  const bytes: usize = <usize>((cols + 3) & ~3) << 3;
  let doubt: f64 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    widen(cells + <usize>(i * cols) * 4, order, cols, terms);
    const to: usize = out + <usize>(i * width) * 8;
    for (let k: usize = 0; k < classes; k++) {
      const mean: usize = means + k * bytes;
      const half: usize = halves + k * bytes;
      let even: v128 = f64x2.splat(0);
      let odd: v128 = f64x2.splat(0);
      for (let at: usize = 0; at < bytes; at += 32) {
        const a: v128 = f64x2.sub(v128.load(terms + at), v128.load(mean + at));
        const b: v128 = f64x2.sub(v128.load(terms + at, 16), v128.load(mean + at, 16));
        even = f64x2.add(even, f64x2.mul(f64x2.mul(a, a), v128.load(half + at)));
        odd = f64x2.add(odd, f64x2.mul(f64x2.mul(b, b), v128.load(half + at, 16)));
      }
      even = f64x2.add(even, odd);
      const sum: f64 = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
      store<f64>(to + (k << 3), load<f64>(constants + (k << 3)) - sum);
    }
    lose(to, classes, width);
    doubt += load<f64>(to + (<usize>sure << 3)) * 0;
  }
  return doubt == 0 ? 0 : 1;
}

/** Shares of two classes from log-odds of the second, 32-bit floats; the last pair may overrun. */
export function sigmoids(z: usize, rows: u32, out: usize): void {
  const one: v128 = f64x2.splat(1);
  for (let i: u32 = 0; i < rows; i += 2) {
    let x: v128 = f64x2.neg(v128.load(z + (<usize>i << 3)));
    x = f64x2.pmax(f64x2.splat(-700), f64x2.pmin(f64x2.splat(700), x));
    const share: v128 = f64x2.div(one, f64x2.add(one, exp2(x)));
    const second: v128 = f32x4.demote_f64x2_zero(share);
    const first: v128 = f32x4.demote_f64x2_zero(f64x2.sub(one, share));
    v128.store(out + (<usize>i << 3), v128.shuffle<f32>(first, second, 0, 4, 1, 5));
  }
}

/** Shares of `classes` classes from scores, `width` a row (even, padded with scores that lose). */
export function softmaxes(z: usize, rows: u32, width: u32, classes: u32, out: usize): void {
  const bytes: usize = <usize>width << 3;
  let to: usize = out;
  for (let i: u32 = 0; i < rows; i++) {
    const row: usize = z + <usize>i * bytes;
    let most: v128 = v128.load(row);
    for (let at: usize = 16; at < bytes; at += 16) most = f64x2.pmax(most, v128.load(row + at));
    const a: f64 = f64x2.extract_lane(most, 0);
    const b: f64 = f64x2.extract_lane(most, 1);
    most = f64x2.splat(a < b ? b : a);
    let sum: v128 = f64x2.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const own: v128 = exp2(f64x2.pmax(f64x2.splat(-700), f64x2.sub(v128.load(row + at), most)));
      v128.store(row + at, own);
      sum = f64x2.add(sum, own);
    }
    const total: f64 = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    for (let k: usize = 0; k < classes; k++) {
      store<f32>(to, <f32>(load<f64>(row + (k << 3)) / total));
      to += 4;
    }
  }
}

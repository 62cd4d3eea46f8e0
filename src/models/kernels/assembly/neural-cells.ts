// What cells and activation functions do number by number, for neural.ts. As there, whole vectors.
import { mulAdd, sigmoid4, tanh4 } from './neural-vectors';

/** to = slope · (1 - output²). */
export function tanhBack(to: usize, slope: usize, output: usize, n: u32): void {
  const one: v128 = f32x4.splat(1);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const y: v128 = v128.load(output + at);
    const bend: v128 = f32x4.sub(one, f32x4.mul(y, y));
    v128.store(to + at, f32x4.mul(v128.load(slope + at), bend));
  }
}

/** to = slope · output · (1 - output). */
export function sigmoidBack(to: usize, slope: usize, output: usize, n: u32): void {
  const one: v128 = f32x4.splat(1);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const y: v128 = v128.load(output + at);
    v128.store(to + at, f32x4.mul(v128.load(slope + at), f32x4.mul(y, f32x4.sub(one, y))));
  }
}

@inline
/** √(2 / π) · (x + 0.044715 x³). */
function geluInner(x: v128): v128 {
  const cube: v128 = f32x4.mul(f32x4.mul(x, x), x);
  const sum: v128 = mulAdd(x, f32x4.splat(0.044715), cube);
  return f32x4.mul(f32x4.splat(0.7978845608028654), sum);
}

/** to = from / 2 · (1 + tanh(√(2 / π) · (from + 0.044715 from³))). */
export function gelu(to: usize, from: usize, n: u32): void {
  const half: v128 = f32x4.splat(0.5);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const x: v128 = f32x4.mul(half, v128.load(from + at));
    v128.store(to + at, mulAdd(x, x, tanh4(geluInner(v128.load(from + at)))));
  }
}

/** to = slope through {@link gelu} of `from`. */
export function geluBack(to: usize, slope: usize, from: usize, n: u32): void {
  const half: v128 = f32x4.splat(0.5), one: v128 = f32x4.splat(1);
  const scale: v128 = f32x4.splat(0.7978845608028654), cube: v128 = f32x4.splat(0.134145);
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const x: v128 = v128.load(from + at);
    const t: v128 = tanh4(geluInner(x));
    const inner: v128 = f32x4.mul(scale, mulAdd(one, cube, f32x4.mul(x, x)));
    const bend: v128 = f32x4.mul(f32x4.mul(x, f32x4.sub(one, f32x4.mul(t, t))), inner);
    const rise: v128 = f32x4.mul(half, f32x4.add(f32x4.add(one, t), bend));
    v128.store(to + at, f32x4.mul(v128.load(slope + at), rise));
  }
}

/**
 * States after a step of a gated recurrent unit: r, z and n hold what goes into the gates reset,
 * update and new, and get the gates; `inner` is the product with the state before that r scales.
 */
export function gruStep(
  r: usize, z: usize, n: usize, inner: usize, before: usize, after: usize, count: u32,
): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const at: usize = <usize>i << 2;
    const reset: v128 = sigmoid4(v128.load(r + at));
    v128.store(r + at, reset);
    const update: v128 = sigmoid4(v128.load(z + at));
    v128.store(z + at, update);
    const own: v128 = tanh4(mulAdd(v128.load(n + at), reset, v128.load(inner + at)));
    v128.store(n + at, own);
    v128.store(after + at, mulAdd(own, update, f32x4.sub(v128.load(before + at), own)));
  }
}

/**
 * From the slopes by the state after to those by what went into the gates, in their place, by the
 * inner product, and, in `carried`, by the state before past the gates.
 */
export function gruBack(
  r: usize, z: usize, n: usize, inner: usize, before: usize,
  innerSlope: usize, carried: usize, count: u32,
): void {
  const one: v128 = f32x4.splat(1);
  for (let i: u32 = 0; i < count; i += 4) {
    const at: usize = <usize>i << 2;
    const given: v128 = v128.load(carried + at), reset: v128 = v128.load(r + at);
    const update: v128 = v128.load(z + at), own: v128 = v128.load(n + at);
    const past: v128 = f32x4.mul(given, update);
    const slope: v128 = f32x4.mul(f32x4.sub(given, past), f32x4.sub(one, f32x4.mul(own, own)));
    v128.store(n + at, slope);
    const gap: v128 = f32x4.sub(v128.load(before + at), own);
    v128.store(z + at, f32x4.mul(f32x4.mul(past, gap), f32x4.sub(one, update)));
    const inside: v128 = f32x4.mul(slope, reset);
    v128.store(innerSlope + at, inside);
    const bend: v128 = f32x4.mul(v128.load(inner + at), f32x4.sub(one, reset));
    v128.store(r + at, f32x4.mul(inside, bend));
    v128.store(carried + at, past);
  }
}

/**
 * States after a step of long short-term memory: the gates input, forget, fresh and out hold what
 * goes into them, and get the gates; `bent` gets tanh of the cell.
 */
export function lstmStep(
  input: usize, forget: usize, fresh: usize, out: usize,
  before: usize, cell: usize, bent: usize, state: usize, count: u32,
): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const at: usize = <usize>i << 2;
    const taken: v128 = sigmoid4(v128.load(input + at));
    v128.store(input + at, taken);
    const kept: v128 = sigmoid4(v128.load(forget + at));
    v128.store(forget + at, kept);
    const own: v128 = tanh4(v128.load(fresh + at));
    v128.store(fresh + at, own);
    const given: v128 = sigmoid4(v128.load(out + at));
    v128.store(out + at, given);
    const now: v128 = mulAdd(f32x4.mul(kept, v128.load(before + at)), taken, own);
    v128.store(cell + at, now);
    const y: v128 = tanh4(now);
    v128.store(bent + at, y);
    v128.store(state + at, f32x4.mul(given, y));
  }
}

/** Back through {@link lstmStep} as {@link gruBack} does; `cellSlope` is carried too. */
export function lstmBack(
  input: usize, forget: usize, fresh: usize, out: usize,
  before: usize, bent: usize, carried: usize, cellSlope: usize, count: u32,
): void {
  const one: v128 = f32x4.splat(1), zero: v128 = f32x4.splat(0);
  for (let k: u32 = 0; k < count; k += 4) {
    const at: usize = <usize>k << 2;
    const given: v128 = v128.load(carried + at), y: v128 = v128.load(bent + at);
    const i: v128 = v128.load(input + at), f: v128 = v128.load(forget + at);
    const g: v128 = v128.load(fresh + at), o: v128 = v128.load(out + at);
    const held: v128 = f32x4.mul(given, o);
    const bend: v128 = f32x4.sub(one, f32x4.mul(y, y));
    const slope: v128 = mulAdd(v128.load(cellSlope + at), held, bend);
    v128.store(out + at, f32x4.mul(f32x4.mul(held, y), f32x4.sub(one, o)));
    const taken: v128 = f32x4.mul(slope, i);
    v128.store(input + at, f32x4.mul(f32x4.mul(taken, g), f32x4.sub(one, i)));
    v128.store(fresh + at, f32x4.mul(taken, f32x4.sub(one, f32x4.mul(g, g))));
    const kept: v128 = f32x4.mul(slope, f);
    const past: v128 = f32x4.mul(kept, v128.load(before + at));
    v128.store(forget + at, f32x4.mul(past, f32x4.sub(one, f)));
    v128.store(cellSlope + at, kept);
    v128.store(carried + at, zero);
  }
}

@inline
/** Bits of each number mixed into all of it: the last steps of MurmurHash3 (Appleby). */
function mixed(x: v128): v128 {
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x85ebca6b));
  x = v128.xor(x, i32x4.shr_u(x, 13));
  x = i32x4.mul(x, i32x4.splat(0xc2b2ae35));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/**
 * to = from · factors, which become 0 where the hash of place and seed is below `limit`, else
 * `kept`. Places are spread by the golden ratio.
 */
export function dropout(
  to: usize, factors: usize, from: usize, n: u32, seed: u32, limit: u32, kept: f32,
): void {
  const factor: v128 = f32x4.splat(kept), least: v128 = i32x4.splat(limit);
  const step: v128 = i32x4.splat(4 * 0x9e3779b9);
  let place: v128 = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(0x9e3779b9));
  place = i32x4.add(place, i32x4.splat(seed));
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    const own: v128 = v128.andnot(factor, i32x4.lt_u(mixed(place), least));
    v128.store(factors + at, own);
    v128.store(to + at, f32x4.mul(v128.load(from + at), own));
    place = i32x4.add(place, step);
  }
}

/** to = a · b. */
export function multiply(to: usize, a: usize, b: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i += 4) {
    const at: usize = <usize>i << 2;
    v128.store(to + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
}

// Four 32-bit floats at a time: products fused where the build has it, exponentials, parts of rows.

@inline
/** sum + a · b, in one rounding where the build fuses. */
export function mulAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

// Numbers of exp4 four times each, read from memory: as constants in the code an engine builds each
// of them anew in every turn of a loop, which takes longer than the exponential itself.
const TABLE: usize = memory.data<f32>([
  88, 88, 88, 88, -87, -87, -87, -87,
  1.4426950408889634, 1.4426950408889634, 1.4426950408889634, 1.4426950408889634,
  12582912, 12582912, 12582912, 12582912,
  -0.693359375, -0.693359375, -0.693359375, -0.693359375,
  0.00021219444170128554, 0.00021219444170128554, 0.00021219444170128554, 0.00021219444170128554,
  0.0013814540026580288, 0.0013814540026580288, 0.0013814540026580288, 0.0013814540026580288,
  0.008368745112582029, 0.008368745112582029, 0.008368745112582029, 0.008368745112582029,
  0.04166839078656956, 0.04166839078656956, 0.04166839078656956, 0.04166839078656956,
  0.1666652039900302, 0.1666652039900302, 0.1666652039900302, 0.1666652039900302,
  0.4999999343211463, 0.4999999343211463, 0.4999999343211463, 0.4999999343211463,
  1, 1, 1, 1, 2, 2, 2, 2,
], 16);

@inline
function number(i: usize): v128 {
  return v128.load(TABLE + (i << 4));
}

@inline
/**
 * exp(x) for x cut to [-87, 88]: reduction to |r| <= ln 2 / 2, then the polynomial of sixth degree
 * with the least relative error (3e-9).
 */
export function exp4(x: v128): v128 {
  x = f32x4.pmin(number(0), f32x4.pmax(number(1), x));
  // Adding 1.5 · 2^23 rounds to whole numbers and leaves them in the low bits.
  const bits: v128 = mulAdd(number(3), x, number(2));
  const k: v128 = f32x4.sub(bits, number(3));
  let r: v128 = mulAdd(x, k, number(4));
  r = mulAdd(r, k, number(5));
  let p: v128 = mulAdd(number(7), number(6), r);
  p = mulAdd(number(8), p, r);
  p = mulAdd(number(9), p, r);
  p = mulAdd(number(10), p, r);
  p = mulAdd(number(11), p, r);
  p = mulAdd(number(11), p, r);
  return i32x4.add(p, i32x4.shl(bits, 23));
}

@inline
/** 1 / (1 + exp(-x)). */
export function sigmoid4(x: v128): v128 {
  const one: v128 = number(11);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

@inline
/** tanh(x) = 2 / (1 + exp(-2 x)) - 1, within 1e-7. */
export function tanh4(x: v128): v128 {
  const one: v128 = number(11), two: v128 = number(12);
  const e: v128 = exp4(f32x4.neg(f32x4.mul(two, x)));
  return f32x4.sub(f32x4.div(two, f32x4.add(one, e)), one);
}

const MASKS: usize = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0, 0], 16);

@inline
/** All bits of the first `left` numbers of a vector, none of the rest. */
export function maskOf(left: u32): v128 {
  const first: usize = left < 4 ? <usize>left : 4;
  return v128.load(MASKS + 16 - (first << 2));
}

@inline
/** Stores the first `left` numbers of a vector. */
export function storePart(at: usize, value: v128, left: u32): void {
  if (left >= 4) {
    v128.store(at, value);
    return;
  }
  store<f32>(at, f32x4.extract_lane(value, 0));
  if (left > 1) store<f32>(at + 4, f32x4.extract_lane(value, 1));
  if (left > 2) store<f32>(at + 8, f32x4.extract_lane(value, 2));
}

@inline
/** (0 + 1) + (2 + 3). */
export function sumOf(value: v128): f32 {
  const low: f32 = f32x4.extract_lane(value, 0) + f32x4.extract_lane(value, 1);
  return low + (f32x4.extract_lane(value, 2) + f32x4.extract_lane(value, 3));
}

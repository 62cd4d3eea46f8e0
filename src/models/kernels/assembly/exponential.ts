// Exponential and logarithm that `plain.ts` repeats bit by bit.

@inline
/** exp(x) for |x| <= 708 by reduction to |r| <= ln 2 / 2 and the Taylor series to r^13 / 13!. */
export function exp2(x: v128): v128 {
  const k: v128 = f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)));
  let r: v128 = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(k, f64x2.splat(1.9082149292705877e-10)));
  let p: v128 = f64x2.splat(1.0 / 479001600.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 39916800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 3628800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 362880.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  // 2^k through the exponent bits: k + 1.5 * 2^52 holds k in its low bits.
  const bits: v128 = f64x2.add(k, f64x2.splat(6755399441055744.0));
  const power: v128 = i64x2.shl(i64x2.add(bits, i64x2.splat(1023)), 52);
  return f64x2.mul(p, power);
}

@inline
/** log(x) for finite x >= 1: the series of the inverse hyperbolic tangent, |s| <= 0.172. */
export function log(x: f64): f64 {
  const bits: i64 = reinterpret<i64>(x);
  let e: f64 = <f64>((bits >> 52) - 1023);
  let m: f64 = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1;
  }
  const s: f64 = (m - 1) / (m + 1);
  const q: f64 = s * s;
  let p: f64 = 1.0 / 23.0;
  p = p * q + 1.0 / 21.0;
  p = p * q + 1.0 / 19.0;
  p = p * q + 1.0 / 17.0;
  p = p * q + 1.0 / 15.0;
  p = p * q + 1.0 / 13.0;
  p = p * q + 1.0 / 11.0;
  p = p * q + 1.0 / 9.0;
  p = p * q + 1.0 / 7.0;
  p = p * q + 1.0 / 5.0;
  p = p * q + 1.0 / 3.0;
  p = p * q + 1.0;
  return e * 0.6931471803691238 + (e * 1.9082149292705877e-10 + 2 * s * p);
}

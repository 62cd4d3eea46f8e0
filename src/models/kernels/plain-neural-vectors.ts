const { fround } = Math;
const word = new Int32Array(1);
const float = new Float32Array(word.buffer);
const LOG2E = fround(Math.LOG2E);
const LN2_LOW = fround(0.00021219444170128554);
/** 1.5 · 2^23: adding it rounds to whole numbers. */
const ROUNDS = 12_582_912;
/** The polynomial of `assembly/neural-vectors.ts`, from the sixth power down. */
const POWERS = [
  0.0013814540026580288, 0.008368745112582029, 0.04166839078656956, 0.1666652039900302,
  0.4999999343211463, 1, 1,
].map(fround);

/** exp(x) as a 32-bit float for x cut to [-87, 88], bit for bit as the compiled kernel has it. */
export function exp32(value: number): number {
  const x = value > 88 ? 88 : value > -87 ? value : -87;
  const k = fround(fround(x * LOG2E) + ROUNDS) - ROUNDS;
  let r = fround(x - fround(k * 0.693359375));
  r = fround(r + fround(k * LN2_LOW));
  let p = POWERS[0]!;
  for (let i = 1; i < POWERS.length; i++) p = fround(fround(p * r) + POWERS[i]!);
  float[0] = p;
  word[0] = word[0]! + (k << 23);
  return float[0]!;
}

/** 1 / (1 + exp(-x)). */
export function sigmoid32(x: number): number {
  return fround(1 / fround(1 + exp32(-x)));
}

/** tanh(x). */
export function tanh32(x: number): number {
  return fround(fround(2 / fround(1 + exp32(-2 * x))) - 1);
}

/** sum + a · b, rounded twice. */
export function mulAdd32(sum: number, a: number, b: number): number {
  return fround(sum + fround(a * b));
}

/** Sums of every fourth number, added as the compiled kernels do. */
export function sumByFours(n: number, sum: (before: number, i: number) => number): number {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) sums[i & 3] = sum(sums[i & 3]!, i);
  return fround(fround(sums[0]! + sums[1]!) + fround(sums[2]! + sums[3]!));
}

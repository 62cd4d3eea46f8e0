/** Non-negative sizes as shares that sum to 1, or all 0. */
export function normalised(sizes: Float64Array): Float64Array {
  let sum = 0;
  for (let i = 0; i < sizes.length; i++) sum += sizes[i]!;
  return sum > 0 ? sizes.map((size) => size / sum) : sizes.map(() => 0);
}

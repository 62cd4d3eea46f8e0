// Self-attention of one sequence, for neural.ts. `qkv` holds `steps` rows of 3 · channels numbers:
// queries, keys and values, in each head by head.
import { gemm } from './neural';
import { softmax, softmaxBack, transpose } from './neural-rows';

/**
 * joined = softmax(scale · Q Kᵀ) V of each head. `shares` gets the softmax, heads · steps · steps
 * numbers; the first `hidden` steps are heeded by none. `turned` has room for a head's steps.
 */
export function attend(
  joined: usize, qkv: usize, shares: usize, turned: usize,
  steps: u32, channels: u32, heads: u32, hidden: u32, scale: f32,
): void {
  const size: u32 = channels / heads;
  const row: usize = <usize>channels << 2, wide: usize = row * 3, line: usize = <usize>steps << 2;
  memory.fill(joined, 0, row * steps);
  memory.fill(shares, 0, line * steps * heads);
  const seen: usize = <usize>hidden << 2;
  for (let head: u32 = 0; head < heads; head++) {
    const own: usize = <usize>(head * size) << 2;
    const q: usize = qkv + own, k: usize = q + row, v: usize = k + row;
    transpose(turned, k, wide, steps, size);
    gemm(shares + seen, line, q, wide, 4, turned + seen, line, steps, steps - hidden, size);
    softmax(shares + seen, shares + seen, line, steps, steps - hidden, scale);
    gemm(joined + own, row, shares, line, 4, v, wide, steps, size, steps);
    shares += line * steps;
  }
}

/** Back through {@link attend}: `slopes` of `qkv`; `spare` has room for a head's shares. */
export function attendBack(
  slopes: usize, qkv: usize, shares: usize, given: usize, spare: usize, turned: usize,
  steps: u32, channels: u32, heads: u32, scale: f32,
): void {
  const size: u32 = channels / heads;
  const row: usize = <usize>channels << 2, wide: usize = row * 3, line: usize = <usize>steps << 2;
  memory.fill(slopes, 0, wide * steps);
  for (let head: u32 = 0; head < heads; head++) {
    const own: usize = <usize>(head * size) << 2;
    const q: usize = qkv + own, k: usize = q + row, v: usize = k + row;
    const to: usize = slopes + own;
    gemm(to + row + row, wide, shares, 4, line, given + own, row, steps, size, steps);
    transpose(turned, v, wide, steps, size);
    memory.fill(spare, 0, line * steps);
    gemm(spare, line, given + own, row, 4, turned, line, steps, steps, size);
    softmaxBack(spare, spare, shares, line, steps, steps, scale);
    gemm(to, wide, spare, line, 4, k, wide, steps, size, steps);
    gemm(to + row, wide, spare, 4, line, q, wide, steps, size, steps);
    shares += line * steps;
  }
}

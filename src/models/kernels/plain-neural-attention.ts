import type { NeuralKernels } from './neural.ts';

type Parts = Pick<NeuralKernels, 'gemm' | 'transpose' | 'softmax' | 'softmaxBack'>;

/** The clear version of `assembly/neural-attention.ts`, equal bit by bit to its exact build. */
export function plainAttention(
  f: Float32Array,
  { gemm, transpose, softmax, softmaxBack }: Parts,
): Pick<NeuralKernels, 'attend' | 'attendBack'> {
  const clear = (at: number, floats: number) => f.fill(0, at >>> 2, (at >>> 2) + floats);
  return {
    attend(...[joined, qkv, shares, turned, steps, channels, heads, hidden, scale]) {
      const size = channels / heads;
      const [row, wide, line] = [4 * channels, 12 * channels, 4 * steps];
      clear(joined, steps * channels);
      clear(shares, heads * steps * steps);
      for (let head = 0; head < heads; head++) {
        const own = 4 * head * size;
        const q = qkv + own;
        const [first, seen] = [shares + head * line * steps + 4 * hidden, steps - hidden];
        transpose(turned, q + row, wide, steps, size);
        gemm(first, line, q, wide, 4, turned + 4 * hidden, line, steps, seen, size);
        softmax(first, first, line, steps, seen, scale);
        const all = shares + head * line * steps;
        gemm(joined + own, row, all, line, 4, q + 2 * row, wide, steps, size, steps);
      }
    },
    attendBack(...[slopes, qkv, shares, given, spare, turned, steps, channels, heads, scale]) {
      const size = channels / heads;
      const [row, wide, line] = [4 * channels, 12 * channels, 4 * steps];
      clear(slopes, 3 * steps * channels);
      for (let head = 0; head < heads; head++) {
        const own = 4 * head * size;
        const [q, to] = [qkv + own, slopes + own];
        const all = shares + head * line * steps;
        gemm(to + 2 * row, wide, all, 4, line, given + own, row, steps, size, steps);
        transpose(turned, q + 2 * row, wide, steps, size);
        clear(spare, steps * steps);
        gemm(spare, line, given + own, row, 4, turned, line, steps, steps, size);
        softmaxBack(spare, spare, all, line, steps, steps, scale);
        gemm(to, wide, spare, line, 4, q + row, wide, steps, size, steps);
        gemm(to + row, wide, spare, 4, line, q, wide, steps, size, steps);
      }
    },
  };
}

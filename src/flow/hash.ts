import { mixWord } from '../base/index.ts';

/** Seeded hash of some words: multiply and fold each, then mix; signed. */
export function hashWords(words: Int32Array, start: number, end: number, seed: number): number {
  let h = seed | 0;
  for (let i = start; i < end; i++) {
    h = Math.imul(h ^ words[i]!, 0x9e3779b1);
    h ^= h >>> 15;
  }
  return mixWord(h);
}

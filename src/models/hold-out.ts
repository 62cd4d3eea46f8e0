import { mixWord } from '../base/index.ts';
import type { Matrix } from '../features/index.ts';
import { nameOrder } from './input.ts';

/**
 * Marks about `share` of the rows with 1, to be held out of fitting. A row's mark follows from its
 * cells and the seed alone: equal rows stay on one side, and neither their order nor that of the
 * columns matters.
 */
export function holdOut({ rows, cols, names, data }: Matrix, share: number, seed: number) {
  const marks = new Uint8Array(rows);
  const order = nameOrder(names);
  const cells = new Float32Array(1);
  const words = new Uint32Array(cells.buffer);
  const limit = share * 0x1_0000_0000;
  for (let i = 0; i < rows; i++) {
    let hash = seed ^ 0x9e3779b9;
    for (let c = 0; c < cols; c++) {
      // Adding 0 makes -0 and 0 one cell.
      cells[0] = data[i * cols + order[c]!]! + 0;
      hash = mix(hash ^ words[0]!, c);
    }
    if (mix(hash, cols) >>> 0 < limit) marks[i] = 1;
  }
  return marks;
}

/** Mixes a word with its place. */
function mix(word: number, place: number): number {
  return mixWord(word + Math.imul(place + 1, 0x9e3779b1));
}

import type { Network } from './network.ts';
import type { Rows } from './prepare.ts';
import { gatherWindow } from './windows.ts';

/** Rows of a batch: `order[from]` to `order[to - 1]`, or those numbers themselves without an order. */
export interface Span {
  readonly order?: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Numbers in a line of the cache. */
const LINE = 16;

/**
 * Reads a number of each line that the rows lie on. Rows drawn at random are far apart: read so,
 * many lines are on their way at once, while a copy waits for each row in turn, four times as long.
 * @returns what the numbers sum to, so that no compiler leaves them out
 */
function touchRows({ cells, point }: Rows, { order, from, to }: Span, size: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    const start = point[order ? order[i]! : i]! * size;
    const last = start + size - 1;
    for (let at = start; at < last; at += LINE) sum += cells[at]!;
    sum += cells[last]!;
  }
  return sum;
}

/** Copies rows to the input of a network, each with the rows before it where it is fed windows. */
export function feedRows(network: Network, rows: Rows, span: Span): void {
  const { order, from, to } = span;
  const { space, input } = network;
  const { cells, point, windows } = rows;
  const size = input.shape.steps * input.shape.channels;
  const all = space.floats;
  let at = input.at / 4;
  // The first row's copy goes over it.
  if (!windows && to > from) all[at] = touchRows(rows, span, size);
  for (let i = from; i < to; i++, at += size) {
    const own = point[order ? order[i]! : i]!;
    if (windows) {
      const window = all.subarray(at, at + size);
      space.lengths![i - from] = gatherWindow(window, { cells, past: windows }, own, windows);
      continue;
    }
    const cell = own * size;
    for (let c = 0; c < size; c++) all[at + c] = cells[cell + c]!;
  }
}

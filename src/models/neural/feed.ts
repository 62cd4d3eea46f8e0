import type { Network } from './network.ts';
import type { Rows } from './prepare.ts';
import { gatherWindow } from './windows.ts';

/** Rows of a batch: `order[from]` to `order[to - 1]`, or those numbers themselves without an order. */
export interface Span {
  readonly order?: Int32Array;
  readonly from: number;
  readonly to: number;
}

/** Copies rows to the input of a network, each with the rows before it where it is fed windows. */
export function feedRows(network: Network, rows: Rows, { order, from, to }: Span): void {
  const { space, input } = network;
  const { cells, point, windows } = rows;
  const size = input.shape.steps * input.shape.channels;
  const all = space.floats;
  let at = input.at / 4;
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

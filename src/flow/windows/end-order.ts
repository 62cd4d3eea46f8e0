import type { WindowFlows } from './row-endpoints.ts';

/** The row numbers of a batch, or of a whole file, by the time the rows ended; ties as they stand. */
export function endOrder(flows: Pick<WindowFlows, 'length' | 'end'>): Uint32Array {
  const { end, length } = flows;
  const order = new Uint32Array(length);
  for (let row = 0; row < length; row++) order[row] = row;
  return order.sort((a, b) => end[a]! - end[b]! || a - b);
}

import type { WindowFlows } from './row-endpoints.ts';

/** The row numbers of a batch, or of a whole file, by the time the rows ended; ties as they stand. */
export function endOrder(flows: Pick<WindowFlows, 'length' | 'end'>): Uint32Array {
  const { end, length } = flows;
  let order = new Uint32Array(length);
  for (let row = 0; row < length; row++) order[row] = row;
  let merged = new Uint32Array(length);
  // Merging pairs of runs, each twice as long as before: rows come nearly sorted, in long runs.
  for (let width = 1; width < length; width *= 2) {
    for (let from = 0; from < length; from += 2 * width) {
      merge(end, order, merged, from, width);
    }
    [order, merged] = [merged, order];
  }
  return order;
}

// Five arguments: an object a pair of runs would be made some hundred thousand times a file.
function merge(
  end: Float64Array,
  order: Uint32Array,
  into: Uint32Array,
  from: number,
  width: number,
): void {
  const middle = Math.min(from + width, into.length);
  const last = Math.min(middle + width, into.length);
  let left = from;
  let right = middle;
  let to = from;
  if (right < last && end[order[middle - 1]!]! > end[order[middle]!]!) {
    while (left < middle && right < last) {
      const a = order[left]!;
      const b = order[right]!;
      if (end[a]! <= end[b]!) {
        into[to++] = a;
        left++;
      } else {
        into[to++] = b;
        right++;
      }
    }
  }
  while (left < middle) into[to++] = order[left++]!;
  while (right < last) into[to++] = order[right++]!;
}

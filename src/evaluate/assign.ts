import type { Random } from '../base/index.ts';

/** Ascending rows whose part is `part`; `parts[i]` belongs to `rows[i]`. */
export function rowsOfPart(rows: Int32Array, parts: Uint8Array, part: number): Int32Array {
  return rows.filter((_row, i) => parts[i] === part).sort();
}

/** Positions in `rows` by the value that `keys` gives the row, in order of the key. */
function positionsByKey(rows: Int32Array, keys: Int32Array): Map<number, number[]> {
  const byKey = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const key = keys[rows[i]!]!;
    const list = byKey.get(key);
    if (list) list.push(i);
    else byKey.set(key, [i]);
  }
  return new Map([...byKey].sort((a, b) => a[0] - b[0]));
}

/**
 * Deals the rows of every class among parts in the given shares, at random.
 * @param shares summing to 1, at most 256. @returns a part for every position of `rows`; each
 * part's count of a class is within one row of its share
 */
export function assignStratified(
  rows: Int32Array,
  labels: Int32Array,
  shares: readonly number[],
  random: Random,
): Uint8Array {
  const parts = new Uint8Array(rows.length);
  for (const positions of positionsByKey(rows, labels).values()) {
    random.shuffle(positions);
    let done = 0;
    let edge = 0;
    for (let part = 0; part < shares.length; part++) {
      edge += shares[part]!;
      const end =
        part === shares.length - 1 ? positions.length : Math.round(edge * positions.length);
      for (; done < end; done++) parts[positions[done]!] = part;
    }
  }
  return parts;
}

/** What {@link assignGrouped} works on. */
export interface GroupedInput {
  readonly rows: Int32Array;
  readonly labels: Int32Array;
  readonly groups: Int32Array;
  readonly shares: readonly number[];
  readonly random: Random;
}

/**
 * Deals whole groups among parts, largest first, each to the part where the counts of its classes
 * come closest to the part's share (greedy; ties in random order). A class's rows count relative to
 * the class's size, so that rare classes weigh as much as common ones.
 * @returns a part for every position of `rows`; rows of one group always have the same part
 */
export function assignGrouped(input: GroupedInput): Uint8Array {
  const { rows, labels, groups, shares, random } = input;
  const members = [...positionsByKey(rows, groups).values()];
  random.shuffle(members);
  members.sort((a, b) => b.length - a.length);
  const classes = [...positionsByKey(rows, labels)].map(([label, list]) => ({
    label,
    size: list.length,
  }));
  const indexOf = new Map(classes.map(({ label }, i) => [label, i]));
  const filled = shares.map(() => new Float64Array(classes.length));
  const parts = new Uint8Array(rows.length);
  const gain = new Float64Array(classes.length);
  for (const positions of members) {
    gain.fill(0);
    for (const i of positions) gain[indexOf.get(labels[rows[i]!]!)!]! += 1;
    for (let c = 0; c < gain.length; c++) gain[c]! /= classes[c]!.size;
    const part = neediest(filled, shares, gain);
    for (let c = 0; c < gain.length; c++) filled[part]![c]! += gain[c]!;
    for (const i of positions) parts[i] = part;
  }
  return parts;
}

/** The part whose squared distance from its share falls most (or grows least) by taking `gain`. */
function neediest(filled: Float64Array[], shares: readonly number[], gain: Float64Array): number {
  let best = 0;
  let bestChange = Number.POSITIVE_INFINITY;
  for (let part = 0; part < shares.length; part++) {
    let change = 0;
    for (let c = 0; c < gain.length; c++) {
      const added = gain[c]!;
      if (added === 0) continue;
      const off = filled[part]![c]! - shares[part]!;
      change += added * (2 * off + added);
    }
    if (change < bestChange) {
      best = part;
      bestChange = change;
    }
  }
  return best;
}

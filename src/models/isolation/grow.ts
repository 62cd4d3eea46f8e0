import type { Random } from '../../base/index.ts';

/** Nodes of the trees grown so far. */
export interface Grown {
  readonly root: number[];
  readonly column: number[];
  readonly cut: number[];
  readonly right: number[];
  readonly cover: number[];
}

/** Cells of folded rows, columns in the order of their names. */
export interface Cells {
  readonly cols: number;
  readonly cells: Float32Array;
}

/**
 * Grows one isolation tree over the points drawn: a column at random of those that vary in the
 * node, a cut at random between its least and greatest cell, until one row is left or `limit` cuts
 * are made (Liu, Ting, Zhou 2008, "Isolation Forest").
 */
export function growIsolation(
  { cols, cells }: Cells,
  drawn: Int32Array,
  { out, random, limit }: { out: Grown; random: Random; limit: number },
): void {
  out.root.push(out.column.length);
  const low = new Float32Array(cols);
  const high = new Float32Array(cols);
  const open = new Int32Array(cols);
  // First row, the one after the last, cuts above, and the parent when it is a right child.
  const stack: [number, number, number, number][] = [[0, drawn.length, 0, -1]];
  while (stack.length > 0) {
    const [start, end, level, parent] = stack.pop()!;
    const node = out.column.length;
    if (parent >= 0) out.right[parent] = node;
    out.cover.push(end - start);
    out.right.push(0);
    let count = 0;
    if (end - start > 1 && level < limit) {
      low.fill(Number.POSITIVE_INFINITY);
      high.fill(Number.NEGATIVE_INFINITY);
      for (let i = start; i < end; i++) {
        const base = drawn[i]! * cols;
        for (let c = 0; c < cols; c++) {
          const cell = cells[base + c]!;
          if (cell < low[c]!) low[c] = cell;
          if (cell > high[c]!) high[c] = cell;
        }
      }
      for (let c = 0; c < cols; c++) if (low[c]! < high[c]!) open[count++] = c;
    }
    if (count === 0) {
      out.column.push(-1);
      out.cut.push(0);
      continue;
    }
    const c = open[random.int(count)]!;
    // Above the least cell, so that both sides keep rows.
    const cut = high[c]! - random.next() * (high[c]! - low[c]!);
    const safe = cut > low[c]! ? cut : high[c]!;
    out.column.push(c);
    out.cut.push(safe);
    let a = start;
    for (let i = start; i < end; i++) {
      if (cells[drawn[i]! * cols + c]! < safe) {
        const kept = drawn[a]!;
        drawn[a++] = drawn[i]!;
        drawn[i] = kept;
      }
    }
    stack.push([a, end, level + 1, node], [start, a, level + 1, -1]);
  }
}

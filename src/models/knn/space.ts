/** Points in a fewest: below it, a look at every point is faster than a finer tree. */
const LEAF_POINTS = 16;
/**
 * Down to this level cuts go through the middle of the widest column, however few points lie on one
 * side: that parts rare categories from the rest. Below, through the median, which bounds the depth.
 */
const MIDDLE_LEVELS = 40;

/** Points in the order of a tree of boxes; nodes in preorder, the left child right after. */
export interface Space {
  readonly points: number;
  readonly cols: number;
  /** Column of the given points that each column here is: the widest first, to abandon early. */
  readonly columns: Int32Array;
  /** Cells in the order of the leaves. */
  readonly cells: Float32Array;
  /** Number of each point as it was given. */
  readonly id: Int32Array;
  /** First point and the one after the last, a node. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Right child, or 0 in a leaf. */
  readonly right: Int32Array;
  /** Least and greatest cell of each node and column. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** Levels below the root. */
  readonly depth: number;
}

/** Columns by falling mean deviation, so that points that are too far show after few columns. */
function bySpread(points: number, cols: number, cells: Float32Array): Int32Array {
  const spread = new Float64Array(cols);
  for (let c = 0; c < cols; c++) {
    let mean = 0;
    for (let i = 0; i < points; i++) mean += cells[i * cols + c]! / points;
    let sum = 0;
    for (let i = 0; i < points; i++) sum += Math.abs(cells[i * cols + c]! - mean);
    spread[c] = sum;
  }
  return Int32Array.from(spread.keys()).sort((a, b) => spread[b]! - spread[a]! || a - b);
}

/**
 * Builds a k-d tree with the tight box of every node (Friedman, Bentley, Finkel 1977). Points are
 * distinct. The same points in the same order give the same tree.
 */
export function buildSpace(points: number, cols: number, given: Float32Array): Space {
  const columns = bySpread(points, cols, given);
  const id = Int32Array.from({ length: points }, (_, i) => i);
  const from: number[] = [];
  const to: number[] = [];
  const right: number[] = [];
  let low = new Float32Array(64 * cols);
  let high = new Float32Array(64 * cols);
  let depth = 0;
  // First point, the one after the last, level, and the parent when it is a right child.
  const stack: [number, number, number, number][] = points > 0 ? [[0, points, 0, -1]] : [];
  while (stack.length > 0) {
    const [start, end, level, parent] = stack.pop()!;
    const node = from.length;
    from.push(start);
    to.push(end);
    right.push(0);
    if (parent >= 0) right[parent] = node;
    if (level > depth) depth = level;
    if ((node + 1) * cols > low.length) {
      low = grown(low);
      high = grown(high);
    }
    const wide = box({ cols, columns, given, id, start, end, low, high }, node * cols);
    if (end - start <= LEAF_POINTS || wide < 0) continue;
    const middle = low[node * cols + wide]! / 2 + high[node * cols + wide]! / 2;
    const column = { cols, given, id, column: columns[wide]! };
    let cut = partition(column, start, end, middle);
    if (level >= MIDDLE_LEVELS || cut === end) {
      cut = (start + end) >> 1;
      select(column, start, end, cut);
    }
    stack.push([cut, end, level + 1, node], [start, cut, level + 1, -1]);
  }
  const cells = new Float32Array(points * cols);
  for (let i = 0; i < points; i++) {
    for (let c = 0; c < cols; c++) cells[i * cols + c] = given[id[i]! * cols + columns[c]!]!;
  }
  return {
    points,
    cols,
    columns,
    cells,
    id,
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    right: Int32Array.from(right),
    low: low.slice(0, from.length * cols),
    high: high.slice(0, from.length * cols),
    depth,
  };
}

function grown(values: Float32Array): Float32Array<ArrayBuffer> {
  const more = new Float32Array(values.length * 2);
  more.set(values);
  return more;
}

interface BoxOf {
  readonly cols: number;
  readonly columns: Int32Array;
  readonly given: Float32Array;
  readonly id: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Writes the box of some points at `at`. @returns the widest column, or -1 for a single place */
function box({ cols, columns, given, id, start, end, low, high }: BoxOf, at: number): number {
  low.fill(Number.POSITIVE_INFINITY, at, at + cols);
  high.fill(Number.NEGATIVE_INFINITY, at, at + cols);
  for (let i = start; i < end; i++) {
    const base = id[i]! * cols;
    for (let c = 0; c < cols; c++) {
      const cell = given[base + columns[c]!]!;
      if (cell < low[at + c]!) low[at + c] = cell;
      if (cell > high[at + c]!) high[at + c] = cell;
    }
  }
  let wide = -1;
  let most = 0;
  for (let c = 0; c < cols; c++) {
    const extent = high[at + c]! - low[at + c]!;
    if (extent > most) {
      most = extent;
      wide = c;
    }
  }
  return wide;
}

interface ColumnOf {
  readonly cols: number;
  readonly given: Float32Array;
  readonly id: Int32Array;
  readonly column: number;
}

/** Moves points at or below `cut` to the front. @returns the first of the others */
function partition({ cols, given, id, column }: ColumnOf, start: number, end: number, cut: number) {
  let a = start;
  let b = end - 1;
  while (a <= b) {
    if (given[id[a]! * cols + column]! <= cut) a++;
    else {
      const kept = id[a]!;
      id[a] = id[b]!;
      id[b--] = kept;
    }
  }
  return a;
}

/** Puts the `k`-th smallest of the points in its place, smaller ones before it (Hoare 1961). */
function select({ cols, given, id, column }: ColumnOf, start: number, end: number, k: number) {
  let left = start;
  let last = end - 1;
  while (left < last) {
    const pivot = given[id[(left + last) >> 1]! * cols + column]!;
    let i = left;
    let j = last;
    while (i <= j) {
      while (given[id[i]! * cols + column]! < pivot) i++;
      while (given[id[j]! * cols + column]! > pivot) j--;
      if (i > j) break;
      const kept = id[i]!;
      id[i++] = id[j]!;
      id[j--] = kept;
    }
    if (k <= j) last = j;
    else if (k >= i) left = i;
    else return;
  }
}

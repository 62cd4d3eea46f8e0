// Kernels that walk rows down a tree and add up leaves: see score.ts, which the compiler begins with.
// Walks take eight rows at a time, so that their cache misses overlap; a leaf leads to itself.

/**
 * One level down, to the child's place. Over cells (`T` f32) a node is its threshold, four times its
 * column, its first child, its leaf; over bins (`T` u8) one word of the narrow layout of `scorer.ts`.
 */
@inline
function step<T>(nodes: usize, place: u32, row: usize): u32 {
  if (isFloat<T>()) {
    const node: usize = nodes + (<usize>place << 4);
    const cell: T = load<T>(row + load<u32>(node, 4));
    return load<u32>(node, 8) + (cell > load<T>(node) ? 1 : 0);
  }
  const word: u32 = load<u32>(nodes + (<usize>place << 2));
  const gap: u32 = (word & 255) - <u32>load<T>(row + ((word >>> 8) & 127));
  return (word >>> 15) | (gap >>> 31);
}

@inline
function leafOf<T>(nodes: usize, values: usize, place: u32): u32 {
  if (isFloat<T>()) return load<u32>(nodes + (<usize>place << 4), 12);
  return load<u32>(values + (<usize>place << 2));
}

@inline
function walkRows<T>(
  nodes: usize, values: usize, rows: usize, stride: u32, count: u32, found: usize,
): void {
  let i: u32 = 0;
  for (; i + 8 <= count; i += 8) {
    const r0: usize = rows + <usize>(i * stride);
    const r1: usize = r0 + stride;
    const r2: usize = r1 + stride;
    const r3: usize = r2 + stride;
    const r4: usize = r3 + stride;
    const r5: usize = r4 + stride;
    const r6: usize = r5 + stride;
    const r7: usize = r6 + stride;
    let a: u32 = 0;
    let b: u32 = 0;
    let c: u32 = 0;
    let d: u32 = 0;
    let e: u32 = 0;
    let f: u32 = 0;
    let g: u32 = 0;
    let h: u32 = 0;
    let moved: u32 = 1;
    while (moved) {
      const na: u32 = step<T>(nodes, a, r0);
      const nb: u32 = step<T>(nodes, b, r1);
      const nc: u32 = step<T>(nodes, c, r2);
      const nd: u32 = step<T>(nodes, d, r3);
      const ne: u32 = step<T>(nodes, e, r4);
      const nf: u32 = step<T>(nodes, f, r5);
      const ng: u32 = step<T>(nodes, g, r6);
      const nh: u32 = step<T>(nodes, h, r7);
      moved = (na ^ a) | (nb ^ b) | (nc ^ c) | (nd ^ d) | (ne ^ e) | (nf ^ f) | (ng ^ g) | (nh ^ h);
      a = na;
      b = nb;
      c = nc;
      d = nd;
      e = ne;
      f = nf;
      g = ng;
      h = nh;
    }
    const to: usize = found + (<usize>i << 2);
    store<u32>(to, leafOf<T>(nodes, values, a));
    store<u32>(to, leafOf<T>(nodes, values, b), 4);
    store<u32>(to, leafOf<T>(nodes, values, c), 8);
    store<u32>(to, leafOf<T>(nodes, values, d), 12);
    store<u32>(to, leafOf<T>(nodes, values, e), 16);
    store<u32>(to, leafOf<T>(nodes, values, f), 20);
    store<u32>(to, leafOf<T>(nodes, values, g), 24);
    store<u32>(to, leafOf<T>(nodes, values, h), 28);
  }
  for (; i < count; i++) {
    const row: usize = rows + <usize>(i * stride);
    let place: u32 = 0;
    let next: u32 = step<T>(nodes, place, row);
    while (next != place) {
      place = next;
      next = step<T>(nodes, place, row);
    }
    store<u32>(found + (<usize>i << 2), leafOf<T>(nodes, values, place));
  }
}

/**
 * Walks binned rows of `stride` bytes down one tree and writes the place of each row's leaf, mapped
 * by `values`, to `found`.
 */
export function walk(
  nodes: usize, values: usize, bins: usize, stride: u32, count: u32, found: usize,
): void {
  walkRows<u8>(nodes, values, bins, stride, count, found);
}

/** Walks rows of cells, `stride` bytes each, down one tree and writes the leaf of each to `found`. */
export function walkCells(
  nodes: usize, cells: usize, stride: u32, count: u32, found: usize,
): void {
  walkRows<f32>(nodes, 0, cells, stride, count, found);
}

/** Adds each row's leaf of `width` 32-bit floats to its sums, 64-bit floats. */
export function addLeaves(
  found: usize, count: u32, leaves: usize, width: u32, sums: usize,
): void {
  let to: usize = sums;
  for (let i: u32 = 0; i < count; i++) {
    let from: usize = leaves + (<usize>load<u32>(found + (<usize>i << 2)) << 2);
    let k: u32 = 0;
    for (; k + 2 <= width; k += 2) {
      const pair: v128 = f64x2.promote_low_f32x4(v128.load64_zero(from));
      v128.store(to, f64x2.add(v128.load(to), pair));
      from += 8;
      to += 16;
    }
    if (k < width) {
      store<f64>(to, load<f64>(to) + <f64>load<f32>(from));
      to += 8;
    }
  }
}

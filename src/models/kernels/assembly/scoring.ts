// Kernels that score rows: see trees.ts, which the compiler begins with.

/** One level down, in the narrow layout of `scorer.ts`: the place of the child, or the same leaf. */
@inline
function step(nodes: usize, place: u32, row: usize): u32 {
  const word: u32 = load<u32>(nodes + (<usize>place << 2));
  const gap: u32 = (word & 255) - <u32>load<u8>(row + ((word >>> 8) & 127));
  return (word >>> 15) | (gap >>> 31);
}

/**
 * Walks binned rows of `stride` bytes down one tree and writes the place of each row's leaf, mapped
 * by `values`, to `found`. Eight rows at a time, so that their cache misses overlap.
 */
export function walk(
  nodes: usize, values: usize, bins: usize, stride: u32, count: u32, found: usize,
): void {
  let i: u32 = 0;
  for (; i + 8 <= count; i += 8) {
    const r0: usize = bins + <usize>(i * stride);
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
      const na: u32 = step(nodes, a, r0);
      const nb: u32 = step(nodes, b, r1);
      const nc: u32 = step(nodes, c, r2);
      const nd: u32 = step(nodes, d, r3);
      const ne: u32 = step(nodes, e, r4);
      const nf: u32 = step(nodes, f, r5);
      const ng: u32 = step(nodes, g, r6);
      const nh: u32 = step(nodes, h, r7);
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
    store<u32>(to, load<u32>(values + (<usize>a << 2)));
    store<u32>(to, load<u32>(values + (<usize>b << 2)), 4);
    store<u32>(to, load<u32>(values + (<usize>c << 2)), 8);
    store<u32>(to, load<u32>(values + (<usize>d << 2)), 12);
    store<u32>(to, load<u32>(values + (<usize>e << 2)), 16);
    store<u32>(to, load<u32>(values + (<usize>f << 2)), 20);
    store<u32>(to, load<u32>(values + (<usize>g << 2)), 24);
    store<u32>(to, load<u32>(values + (<usize>h << 2)), 28);
  }
  for (; i < count; i++) {
    const row: usize = bins + <usize>(i * stride);
    let place: u32 = 0;
    let next: u32 = step(nodes, place, row);
    while (next != place) {
      place = next;
      next = step(nodes, place, row);
    }
    store<u32>(found + (<usize>i << 2), load<u32>(values + (<usize>place << 2)));
  }
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

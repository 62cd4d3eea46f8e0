// Pooling, for neural.ts: `width` steps of n channels to one. Of m rows, `stride` bytes apart, each
// has `windows` windows, `step` bytes apart; what comes out lies side by side.
import { storePart } from './neural-vectors';

/** The largest number of each channel, the first of equal ones; `marks` gets its place. */
export function maxPool(
  to: usize, marks: usize, from: usize, stride: usize, step: usize,
  m: u32, windows: u32, n: u32, width: u32,
): void {
  const row: usize = <usize>n << 2;
  const one: v128 = i32x4.splat(1);
  for (let r: u32 = 0; r < m; r++) {
    let window: usize = from;
    for (let w: u32 = 0; w < windows; w++) {
      for (let i: u32 = 0; i < n; i += 4) {
        let at: usize = window + (<usize>i << 2);
        let best: v128 = v128.load(at), mark: v128 = i32x4.splat(0), k: v128 = i32x4.splat(0);
        for (let t: u32 = 1; t < width; t++) {
          at += row;
          k = i32x4.add(k, one);
          const x: v128 = v128.load(at);
          const larger: v128 = f32x4.gt(x, best);
          best = v128.bitselect(x, best, larger);
          mark = v128.bitselect(k, mark, larger);
        }
        storePart(to + (<usize>i << 2), best, n - i);
        storePart(marks + (<usize>i << 2), mark, n - i);
      }
      to += row;
      marks += row;
      window += step;
    }
    from += stride;
  }
}

/** Adds the slopes of what came out to those of what was largest. */
export function maxPoolBack(
  slope: usize, marks: usize, given: usize, stride: usize, step: usize,
  m: u32, windows: u32, n: u32, width: u32,
): void {
  const row: usize = <usize>n << 2;
  const one: v128 = i32x4.splat(1);
  for (let r: u32 = 0; r < m; r++) {
    let window: usize = slope;
    for (let w: u32 = 0; w < windows; w++) {
      for (let i: u32 = 0; i < n; i += 4) {
        let at: usize = window + (<usize>i << 2);
        const own: v128 = v128.load(given + (<usize>i << 2));
        const mark: v128 = v128.load(marks + (<usize>i << 2));
        let k: v128 = i32x4.splat(0);
        for (let t: u32 = 0; t < width; t++) {
          const part: v128 = v128.and(own, i32x4.eq(mark, k));
          storePart(at, f32x4.add(v128.load(at), part), n - i);
          k = i32x4.add(k, one);
          at += row;
        }
      }
      given += row;
      marks += row;
      window += step;
    }
    slope += stride;
  }
}

/** The mean of each channel. */
export function averagePool(
  to: usize, from: usize, stride: usize, step: usize,
  m: u32, windows: u32, n: u32, width: u32,
): void {
  const row: usize = <usize>n << 2;
  const share: v128 = f32x4.splat(1 / <f32>width);
  for (let r: u32 = 0; r < m; r++) {
    let window: usize = from;
    for (let w: u32 = 0; w < windows; w++) {
      for (let i: u32 = 0; i < n; i += 4) {
        let at: usize = window + (<usize>i << 2);
        let sum: v128 = v128.load(at);
        for (let t: u32 = 1; t < width; t++) {
          at += row;
          sum = f32x4.add(sum, v128.load(at));
        }
        storePart(to + (<usize>i << 2), f32x4.mul(share, sum), n - i);
      }
      to += row;
      window += step;
    }
    from += stride;
  }
}

/** Adds the slopes of what came out, evenly, to those of what went in. */
export function averagePoolBack(
  slope: usize, given: usize, stride: usize, step: usize,
  m: u32, windows: u32, n: u32, width: u32,
): void {
  const row: usize = <usize>n << 2;
  const share: v128 = f32x4.splat(1 / <f32>width);
  for (let r: u32 = 0; r < m; r++) {
    let window: usize = slope;
    for (let w: u32 = 0; w < windows; w++) {
      for (let i: u32 = 0; i < n; i += 4) {
        let at: usize = window + (<usize>i << 2);
        const own: v128 = f32x4.mul(share, v128.load(given + (<usize>i << 2)));
        for (let t: u32 = 0; t < width; t++) {
          storePart(at, f32x4.add(v128.load(at), own), n - i);
          at += row;
        }
      }
      given += row;
      window += step;
    }
    slope += stride;
  }
}

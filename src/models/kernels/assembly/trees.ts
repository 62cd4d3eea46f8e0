/*
 * Kernels of training in AssemblyScript; those of trees stand here. All work on one imported memory that the caller lays
 * out; addresses are in bytes, nothing is allocated here. `plain.ts` beside this folder holds the
 * same functions in TypeScript, and a test holds both equal.
 * Built into `../binary.ts` by `node src/models/kernels/assembly/build.ts`.
 */

import { exp2 } from './exponential';

export { curvature, factorise, gradient } from './linear';

/** Adds one row's pair of sums to the histogram cell of one column. */
@inline
function add(cell: usize, pair: v128): void {
  v128.store(cell, i64x2.add(v128.load(cell), pair));
}

/** Rows gathered at a time: their bins and sums stay in the first-level cache. */
const CHUNK: u32 = 256;

/** Copies pairs (widened, with the weight) and bins of rows side by side, so misses overlap. */
@inline
function gather(
  rows: usize, count: u32, bins: usize, stride: u32, groups: u32,
  pairs: usize, weights: usize, shift: u32, scratch: usize,
): void {
  const one: v128 = i64x2.replace_lane(i64x2.splat(0), 1, (<i64>1) << shift);
  const width: usize = <usize>groups << 3;
  let to: usize = scratch + (CHUNK << 4);
  for (let i: u32 = 0; i < count; i++) {
    const row: u32 = load<u32>(rows + (<usize>i << 2));
    let pair: v128 = i64x2.extend_low_i32x4_s(v128.load64_zero(pairs + (<usize>row << 3)));
    if (weights) {
      const weight: i64 = <i64>load<u32>(weights + (<usize>row << 2)) << shift;
      pair = i64x2.add(pair, i64x2.replace_lane(i64x2.splat(0), 1, weight));
    } else {
      pair = i64x2.add(pair, one);
    }
    v128.store(scratch + (<usize>i << 4), pair);
    const from: usize = bins + <usize>(row * stride);
    for (let at: usize = 0; at < width; at += 8) store<u64>(to + at, load<u64>(from + at));
    to += width;
  }
}

/**
 * Sums rows into the histograms of `groups` times eight columns. A cell is two 64-bit integers: the
 * sum of the gradients, and the sum of the hessians plus the weight shifted left by `shift`.
 * `weights` 0 means that every row weighs 1. `offsets`: an address of a histogram a column.
 * `scratch`: room for 256 rows of 16 bytes and of their bins.
 */
export function histogram(
  rows: usize, count: u32, bins: usize, stride: u32, groups: u32,
  pairs: usize, weights: usize, shift: u32, offsets: usize, scratch: usize,
): void {
  const width: u32 = groups << 3;
  for (let start: u32 = 0; start < count; start += CHUNK) {
    const part: u32 = min(CHUNK, count - start);
    gather(rows + (<usize>start << 2), part, bins, stride, groups, pairs, weights, shift, scratch);
    for (let group: u32 = 0; group < groups; group++) {
      sum8(scratch, part, scratch + (CHUNK << 4) + (group << 3), width, offsets + (group << 5));
    }
  }
}

function sum8(pairs: usize, count: u32, bins: usize, stride: u32, offsets: usize): void {
  const h0: usize = load<u32>(offsets);
  const h1: usize = load<u32>(offsets, 4);
  const h2: usize = load<u32>(offsets, 8);
  const h3: usize = load<u32>(offsets, 12);
  const h4: usize = load<u32>(offsets, 16);
  const h5: usize = load<u32>(offsets, 20);
  const h6: usize = load<u32>(offsets, 24);
  const h7: usize = load<u32>(offsets, 28);
  const end: usize = pairs + (<usize>count << 4);
  let cell: usize = bins;
  for (let at: usize = pairs; at < end; at += 16) {
    const pair: v128 = v128.load(at);
    const low: u32 = load<u32>(cell);
    const high: u32 = load<u32>(cell, 4);
    cell += stride;
    add(h0 + ((low & 255) << 4), pair);
    add(h1 + (((low >>> 8) & 255) << 4), pair);
    add(h2 + (((low >>> 16) & 255) << 4), pair);
    add(h3 + ((low >>> 24) << 4), pair);
    add(h4 + ((high & 255) << 4), pair);
    add(h5 + (((high >>> 8) & 255) << 4), pair);
    add(h6 + (((high >>> 16) & 255) << 4), pair);
    add(h7 + ((high >>> 24) << 4), pair);
  }
}

/** Cell by cell `from - less` into `from`; `bytes` is a multiple of 16. */
export function subtract(from: usize, less: usize, bytes: u32): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(from + i, i64x2.sub(v128.load(from + i), v128.load(less + i)));
  }
}

/**
 * Moves rows whose bin `table` marks with 1 to the front, both sides in their order.
 * `bins` is the address of the column's bin in row 0, `moved` room for `count` rows.
 * @returns rows on the left
 */
export function partition(
  rows: usize, count: u32, bins: usize, stride: u32, table: usize, moved: usize,
): u32 {
  let left: usize = rows;
  let right: usize = moved;
  const end: usize = rows + (<usize>count << 2);
  for (let at: usize = rows; at < end; at += 4) {
    const row: u32 = load<u32>(at);
    const goes: usize = load<u8>(table + load<u8>(bins + <usize>(row * stride)));
    // Both sides are written and one of them moves on: no branch to mispredict.
    store<u32>(left, row);
    store<u32>(right, row);
    left += goes << 2;
    right += (1 - goes) << 2;
  }
  memory.copy(left, moved, right - moved);
  return <u32>((left - rows) >> 2);
}

/** Adds `value` to the 64-bit float of each row in `scores`. */
export function addTo(rows: usize, count: u32, scores: usize, value: f64): void {
  const end: usize = rows + (<usize>count << 2);
  for (let at: usize = rows; at < end; at += 4) {
    const cell: usize = scores + (<usize>load<u32>(at) << 3);
    store<f64>(cell, load<f64>(cell) + value);
  }
}

/** Whole numbers nearest to `share` less 1 where the label is `k`, and to share × (1 - share). */
@inline
function quantise(
  share: v128, isLabel: v128, weight: v128, scaleG: v128, scaleH: v128, cell: usize,
): void {
  const one: v128 = f64x2.splat(1.0);
  const g: v128 = f64x2.sub(share, v128.and(isLabel, one));
  const h: v128 = f64x2.mul(share, f64x2.sub(one, share));
  // Rounded before the weight comes in, so that weight 2 is just the row twice.
  const gq: v128 = f64x2.mul(f64x2.nearest(f64x2.mul(g, scaleG)), weight);
  const hq: v128 = f64x2.mul(f64x2.nearest(f64x2.mul(h, scaleH)), weight);
  const gi: v128 = i32x4.trunc_sat_f64x2_s_zero(gq);
  const hi: v128 = i32x4.trunc_sat_f64x2_s_zero(hq);
  v128.store(cell, i32x4.shuffle(gi, hi, 0, 4, 1, 5));
}

/**
 * Gradients and hessians of the log-loss of rows `from` to `to` (both even), as whole numbers in
 * pairs of 32 bits: softmax of `scores` (outputs × `step` 64-bit floats), or for one output the
 * sigmoid toward class 1. `factors`: one 64-bit float a class; `weights` 0: every row weighs 1;
 * `scratch`: room for outputs × 16 bytes.
 */
export function gradients(
  scores: usize, step: u32, outputs: u32, from: u32, to: u32, labels: usize, weights: usize,
  factors: usize, pairs: usize, scratch: usize, scaleG: f64, scaleH: f64,
): void {
  const stride: usize = <usize>step << 3;
  const lowest: v128 = f64x2.splat(-700.0);
  const one: v128 = f64x2.splat(1.0);
  for (let row: u32 = from; row < to; row += 2) {
    const at: usize = scores + (<usize>row << 3);
    const to: usize = pairs + (<usize>row << 3);
    const label: v128 = i64x2.extend_low_i32x4_u(v128.load64_zero(labels + (<usize>row << 2)));
    const a: usize = factors + (<usize>i64x2.extract_lane(label, 0) << 3);
    const b: usize = factors + (<usize>i64x2.extract_lane(label, 1) << 3);
    const factor: v128 = f64x2.replace_lane(v128.load64_splat(a), 1, load<f64>(b));
    const g: v128 = f64x2.mul(factor, f64x2.splat(scaleG));
    const h: v128 = f64x2.mul(factor, f64x2.splat(scaleH));
    let weight: v128 = one;
    if (weights) {
      weight = f64x2.convert_low_i32x4_u(v128.load64_zero(weights + (<usize>row << 2)));
    }
    if (outputs == 1) {
      const x: v128 = f64x2.pmax(lowest, f64x2.pmin(f64x2.splat(700.0), v128.load(at)));
      const share: v128 = f64x2.div(one, f64x2.add(one, exp2(f64x2.neg(x))));
      quantise(share, i64x2.eq(label, i64x2.splat(1)), weight, g, h, to);
      continue;
    }
    let most: v128 = v128.load(at);
    for (let k: u32 = 1; k < outputs; k++) most = f64x2.pmax(most, v128.load(at + k * stride));
    let sum: v128 = f64x2.splat(0);
    for (let k: u32 = 0; k < outputs; k++) {
      const e: v128 = exp2(f64x2.pmax(lowest, f64x2.sub(v128.load(at + k * stride), most)));
      v128.store(scratch + (k << 4), e);
      sum = f64x2.add(sum, e);
    }
    for (let k: u32 = 0; k < outputs; k++) {
      const share: v128 = f64x2.div(v128.load(scratch + (k << 4)), sum);
      const isLabel: v128 = i64x2.eq(label, i64x2.splat(k));
      quantise(share, isLabel, weight, g, h, to + k * stride);
    }
  }
}

/**
 * Sums rows of a node by bin and class in one column. An item is 8 bytes: row (32 bits), label and
 * weight (16 bits each). `bins`: address of the column's bin in row 0. `histogram`: 256 × classes
 * 32-bit whole numbers, zeros; `seen`: 256 bits, zeros, one a bin with rows, or 0: not wanted.
 */
export function countClasses(
  items: usize, count: u32, bins: usize, stride: u32, classes: u32, histogram: usize, seen: usize,
): void {
  const end: usize = items + (<usize>count << 3);
  for (let at: usize = items; at < end; at += 8) {
    const bin: u32 = load<u8>(bins + <usize>(load<u32>(at) * stride));
    count1(histogram, bin * classes + load<u16>(at, 4), load<u16>(at, 6));
    if (seen) mark(seen, bin);
  }
}

@inline
function count1(histogram: usize, cell: u32, weight: u32): void {
  const at: usize = histogram + (<usize>cell << 2);
  store<u32>(at, load<u32>(at) + weight);
}

@inline
function mark(seen: usize, bin: u32): void {
  const word: usize = seen + ((bin >>> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (bin & 31)));
}

/** As `countClasses` for four columns at once; their histograms are `size` bytes apart. */
export function countClasses4(
  items: usize, count: u32, stride: u32, classes: u32, histogram: usize, size: u32, seen: usize,
  bins0: usize, bins1: usize, bins2: usize, bins3: usize,
): void {
  const h1: usize = histogram + size;
  const h2: usize = h1 + size;
  const h3: usize = h2 + size;
  const end: usize = items + (<usize>count << 3);
  for (let at: usize = items; at < end; at += 8) {
    const row: usize = load<u32>(at) * stride;
    const label: u32 = load<u16>(at, 4);
    const weight: u32 = load<u16>(at, 6);
    const b0: u32 = load<u8>(bins0 + row);
    const b1: u32 = load<u8>(bins1 + row);
    const b2: u32 = load<u8>(bins2 + row);
    const b3: u32 = load<u8>(bins3 + row);
    count1(histogram, b0 * classes + label, weight);
    count1(h1, b1 * classes + label, weight);
    count1(h2, b2 * classes + label, weight);
    count1(h3, b3 * classes + label, weight);
    if (seen) {
      mark(seen, b0);
      mark(seen + 32, b1);
      mark(seen + 64, b2);
      mark(seen + 96, b3);
    }
  }
}

/** Whether all items have the same bin in a column: 1 or 0. */
export function isConstant(items: usize, count: u32, bins: usize, stride: u32): u32 {
  const end: usize = items + (<usize>count << 3);
  const bin: u32 = load<u8>(bins + <usize>(load<u32>(items) * stride));
  for (let at: usize = items + 8; at < end; at += 8) {
    if (load<u8>(bins + <usize>(load<u32>(at) * stride)) != bin) return 0;
  }
  return 1;
}

/** Marks in `seen` the first `bins` bins that have rows in `histogram`: cheaper for large nodes. */
export function markBins(histogram: usize, bins: u32, classes: u32, seen: usize): void {
  const size: usize = <usize>classes << 2;
  let at: usize = histogram;
  for (let bin: u32 = 0; bin < bins; bin++) {
    const end: usize = at + size;
    let any: u64 = 0;
    for (; at + 8 <= end; at += 8) any |= load<u64>(at);
    if (at < end) any |= load<u32>(at);
    at = end;
    const word: usize = seen + ((bin >>> 5) << 2);
    store<u32>(word, load<u32>(word) | (<u32>(any != 0) << (bin & 31)));
  }
}

/** Sums the weights of items by class into `out`, 32-bit whole numbers. */
export function sumClasses(items: usize, count: u32, classes: u32, out: usize): void {
  memory.fill(out, 0, <usize>classes << 2);
  const end: usize = items + (<usize>count << 3);
  for (let at: usize = items; at < end; at += 8) count1(out, load<u16>(at, 4), load<u16>(at, 6));
}

/** Copies the rows of items side by side to `out`; each item then names the copy of its row. */
export function gatherItems(
  items: usize, count: u32, bins: usize, stride: u32, out: usize,
): void {
  let to: usize = out;
  for (let i: u32 = 0; i < count; i++) {
    const at: usize = items + (<usize>i << 3);
    const from: usize = bins + <usize>(load<u32>(at) * stride);
    for (let part: usize = 0; part < stride; part += 8) {
      store<u64>(to + part, load<u64>(from + part));
    }
    to += stride;
    store<u32>(at, i);
  }
}

/**
 * The cut of a column with the largest sum over both sides of squared class weights over weight.
 * `total`: rows of the node by class; `factors`: what a row of each class weighs; `work`: room for
 * 2 × classes and then the score found; all 64-bit floats. `only` at least 0: that cut and no
 * other. Leaves zeros in `histogram` and `seen`.
 * @returns last bin on the left, halfway through the empty bins between the sides; -1: no cut
 */
export function bestCut(
  histogram: usize, seen: usize, classes: u32, total: usize, factors: usize, work: usize,
  least: f64, only: i32,
): i32 {
  const left: usize = work;
  const right: usize = work + (classes << 3);
  let rows: f64 = 0;
  let leftWeight: f64 = 0;
  let rightWeight: f64 = 0;
  let leftSquares: f64 = 0;
  let rightSquares: f64 = 0;
  for (let k: usize = 0; k < classes; k++) {
    const weight: f64 = load<f64>(total + (k << 3)) * load<f64>(factors + (k << 3));
    store<f64>(left + (k << 3), 0);
    store<f64>(right + (k << 3), weight);
    rightSquares += weight * weight;
    rightWeight += weight;
    rows += load<f64>(total + (k << 3));
  }
  let best: f64 = -Infinity;
  let found: i32 = -1;
  let rowsLeft: f64 = 0;
  // The score of a cut is known at its bin, where it lies only at the next bin with rows.
  let pending: i32 = -1;
  let score: f64 = 0;
  for (let word: u32 = 0; word < 8; word++) {
    let bits: u32 = load<u32>(seen + (word << 2));
    store<u32>(seen + (word << 2), 0);
    while (bits) {
      const bin: i32 = <i32>((word << 5) + ctz(bits));
      bits &= bits - 1;
      if (pending >= 0) {
        const here: bool = only < 0 ? score > best : pending <= only && only < bin;
        if (here) {
          best = score;
          found = only < 0 ? (pending + bin - 1) >> 1 : only;
        }
        pending = -1;
      }
      const from: usize = histogram + (<usize>(bin * classes) << 2);
      for (let k: usize = 0; k < classes; k++) {
        const rowsHere: u32 = load<u32>(from + (k << 2));
        if (rowsHere == 0) continue;
        store<u32>(from + (k << 2), 0);
        const cell: f64 = <f64>rowsHere;
        const moved: f64 = cell * load<f64>(factors + (k << 3));
        const l: f64 = load<f64>(left + (k << 3));
        const r: f64 = load<f64>(right + (k << 3));
        leftSquares += moved * (2 * l + moved);
        rightSquares += moved * (moved - 2 * r);
        store<f64>(left + (k << 3), l + moved);
        store<f64>(right + (k << 3), r - moved);
        leftWeight += moved;
        rightWeight -= moved;
        rowsLeft += cell;
      }
      if (rowsLeft < least || rows - rowsLeft < least) continue;
      pending = bin;
      score = leftSquares / leftWeight + rightSquares / rightWeight;
    }
  }
  store<f64>(work + (<usize>classes << 4), best);
  return found;
}

/** As `partition`, for items and a split at `bin`: at most it goes left. */
export function partitionItems(
  items: usize, count: u32, bins: usize, stride: u32, bin: u32, moved: usize,
): u32 {
  let left: usize = items;
  let right: usize = moved;
  const end: usize = items + (<usize>count << 3);
  for (let at: usize = items; at < end; at += 8) {
    const item: u64 = load<u64>(at);
    const goes: usize = load<u8>(bins + <usize>(<u32>item * stride)) <= bin ? 1 : 0;
    store<u64>(left, item);
    store<u64>(right, item);
    left += goes << 3;
    right += (1 - goes) << 3;
  }
  memory.copy(left, moved, right - moved);
  return <u32>((left - items) >> 3);
}

import type { TreeKernels } from './load.ts';

/** Bytes of a histogram cell. */
const CELL = 16;

/** Whole number nearest to x, halves to even, for |x| below 2^51. */
function nearest(x: number): number {
  return x + 6755399441055744 - 6755399441055744;
}

const exponent = new Float64Array(1);
const exponentBits = new BigInt64Array(exponent.buffer);
/** 1 / 12! down to 1 / 0!. */
const TAYLOR = [479001600, 39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1].map(
  (factorial) => 1 / factorial,
);

/** exp(x) for |x| <= 708, bit for bit as the compiled kernel has it. */
export function exp(x: number): number {
  const k = nearest(x * Math.LOG2E);
  let r = x - k * 0.6931471803691238;
  r -= k * 1.9082149292705877e-10;
  let p = TAYLOR[0]!;
  for (let i = 1; i < TAYLOR.length; i++) p = p * r + TAYLOR[i]!;
  exponentBits[0] = BigInt(k + 1023) << 52n;
  return p * exponent[0]!;
}

/**
 * The kernels in TypeScript: the clear version of `assembly/trees.ts`, equal to it bit by bit, and
 * what runs where WebAssembly is switched off. Slow: 64-bit sums are BigInts.
 */
export function plainTreeKernels(buffer: SharedArrayBuffer): TreeKernels {
  const u8 = new Uint8Array(buffer);
  const u16 = new Uint16Array(buffer);
  const u32 = new Uint32Array(buffer);
  const i32 = new Int32Array(buffer);
  const f64 = new Float64Array(buffer);
  const i64 = new BigInt64Array(buffer);

  const addRow = (cell: number, row: number, pairs: number, weight: bigint): void => {
    i64[cell]! += BigInt(i32[pairs / 4 + 2 * row]!);
    i64[cell + 1]! += BigInt(i32[pairs / 4 + 2 * row + 1]!) + weight;
  };
  /** Moves what goes left to the front, both sides in order; `unit` is the size in 32-bit words. */
  const divide = (
    items: number,
    count: number,
    unit: number,
    goesLeft: (row: number) => boolean,
  ): number => {
    const base = items / 4;
    const all = u32.slice(base, base + count * unit);
    const sides = [true, false].map((side) => {
      const rows = Array.from({ length: count }, (_, i) => i);
      return rows.filter((i) => goesLeft(all[i * unit]!) === side);
    });
    sides.flat().forEach((from, to) => {
      u32.set(all.subarray(from * unit, (from + 1) * unit), base + to * unit);
    });
    return sides[0]!.length;
  };

  return {
    histogram(rows, count, bins, stride, groups, pairs, weights, shift, offsets) {
      for (let i = 0; i < count; i++) {
        const row = u32[rows / 4 + i]!;
        const weight = BigInt(weights === 0 ? 1 : u32[weights / 4 + row]!) << BigInt(shift);
        for (let c = 0; c < groups * 8; c++) {
          const bin = u8[bins + row * stride + c]!;
          addRow((u32[offsets / 4 + c]! + bin * CELL) / 8, row, pairs, weight);
        }
      }
    },
    subtract(from, less, bytes) {
      for (let i = 0; i < bytes / 8; i++) i64[from / 8 + i]! -= i64[less / 8 + i]!;
    },
    partition(rows, count, bins, stride, table) {
      return divide(rows, count, 1, (row) => u8[table + u8[bins + row * stride]!] === 1);
    },
    addTo(rows, count, scores, value) {
      for (let i = 0; i < count; i++) f64[scores / 8 + u32[rows / 4 + i]!]! += value;
    },
    gradients(
      scores,
      step,
      outputs,
      from,
      to,
      labels,
      weights,
      factors,
      pairs,
      _scratch,
      scaleG,
      scaleH,
    ) {
      const shares = new Float64Array(outputs);
      for (let row = from; row < to; row++) {
        const label = u32[labels / 4 + row]!;
        const factor = f64[factors / 8 + label]!;
        const weight = weights === 0 ? 1 : u32[weights / 4 + row]!;
        if (outputs === 1) {
          const score = Math.max(-700, Math.min(700, f64[scores / 8 + row]!));
          shares[0] = 1 / (1 + exp(-score));
        } else {
          let most = Number.NEGATIVE_INFINITY;
          for (let k = 0; k < outputs; k++) {
            most = Math.max(most, f64[scores / 8 + k * step + row]!);
          }
          let sum = 0;
          for (let k = 0; k < outputs; k++) {
            shares[k] = exp(Math.max(-700, f64[scores / 8 + k * step + row]! - most));
            sum += shares[k]!;
          }
          for (let k = 0; k < outputs; k++) shares[k]! /= sum;
        }
        for (let k = 0; k < outputs; k++) {
          const share = shares[k]!;
          const isLabel = label === (outputs === 1 ? 1 : k) ? 1 : 0;
          const cell = pairs / 4 + 2 * (k * step + row);
          i32[cell] = nearest((share - isLabel) * (factor * scaleG)) * weight;
          i32[cell + 1] = nearest(share * (1 - share) * (factor * scaleH)) * weight;
        }
      }
    },
    countClasses(items, count, bins, stride, classes, histogram, seen) {
      for (let i = 0; i < count; i++) {
        const bin = u8[bins + u32[items / 4 + 2 * i]! * stride]!;
        const label = u16[items / 2 + 4 * i + 2]!;
        u32[histogram / 4 + bin * classes + label]! += u16[items / 2 + 4 * i + 3]!;
        if (seen > 0) u32[seen / 4 + (bin >>> 5)]! |= 1 << (bin & 31);
      }
    },
    countClasses4(items, count, stride, classes, histogram, size, seen, ...bins) {
      bins.forEach((column, i) => {
        const at = histogram + i * size;
        const marks = seen > 0 ? seen + 32 * i : 0;
        this.countClasses(items, count, column, stride, classes, at, marks);
      });
    },
    isConstant(items, count, bins, stride) {
      const binOf = (i: number): number => u8[bins + u32[items / 4 + 2 * i]! * stride]!;
      for (let i = 1; i < count; i++) if (binOf(i) !== binOf(0)) return 0;
      return 1;
    },
    markBins(histogram, bins, classes, seen) {
      for (let i = 0; i < bins * classes; i++) {
        const bin = Math.floor(i / classes);
        if (u32[histogram / 4 + i]! > 0) u32[seen / 4 + (bin >>> 5)]! |= 1 << (bin & 31);
      }
    },
    sumClasses(items, count, classes, out) {
      u32.fill(0, out / 4, out / 4 + classes);
      for (let i = 0; i < count; i++) {
        u32[out / 4 + u16[items / 2 + 4 * i + 2]!]! += u16[items / 2 + 4 * i + 3]!;
      }
    },
    gatherItems(items, count, bins, stride, out) {
      for (let i = 0; i < count; i++) {
        const from = bins + u32[items / 4 + 2 * i]! * stride;
        u8.copyWithin(out + i * stride, from, from + stride);
        u32[items / 4 + 2 * i] = i;
      }
    },
    bestCut(histogram, seen, classes, total, factors, work, least, only) {
      const weigh = (cells: readonly number[]): number => {
        const squares = cells.reduce((sum, cell) => sum + cell * cell, 0);
        return squares / cells.reduce((sum, cell) => sum + cell, 0);
      };
      const kinds = Array.from({ length: classes }, (_, k) => k);
      const bins = Array.from({ length: 256 }, (_, bin) => bin).filter(
        (bin) => ((u32[seen / 4 + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1,
      );
      const left = kinds.map(() => 0);
      const right = kinds.map((k) => f64[total / 8 + k]!);
      const scaled = (cells: number[]): number[] =>
        cells.map((cell, k) => cell * f64[factors / 8 + k]!);
      let best = Number.NEGATIVE_INFINITY;
      let found = -1;
      bins.forEach((bin, i) => {
        const next = bins[i + 1];
        for (const k of kinds) {
          const cell = histogram / 4 + bin * classes + k;
          left[k]! += u32[cell]!;
          right[k]! -= u32[cell]!;
          u32[cell] = 0;
        }
        const rowsOf = (cells: number[]): number => cells.reduce((sum, cell) => sum + cell, 0);
        if (next === undefined || rowsOf(left) < least || rowsOf(right) < least) return;
        const score = weigh(scaled(left)) + weigh(scaled(right));
        if (only < 0 ? !(score > best) : !(bin <= only && only < next)) return;
        best = score;
        found = only < 0 ? (bin + next - 1) >> 1 : only;
      });
      u32.fill(0, seen / 4, seen / 4 + 8);
      f64[work / 8 + 2 * classes] = best;
      return found;
    },
    partitionItems(items, count, bins, stride, bin) {
      return divide(items, count, 2, (row) => u8[bins + row * stride]! <= bin);
    },
  };
}

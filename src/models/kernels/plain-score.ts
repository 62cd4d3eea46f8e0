import { exp } from './plain.ts';
import type { ScoreKernels } from './score.ts';

/** Slots looked at before a row counts as new. */
const PROBES = 8;
const LAST_BUCKET = 1023;
/** A score behind the last output. */
const LOSES = -1e300;
const GOLDEN = 0x9e3779b97f4a7c15n;
const WORD = 0xffff_ffff_ffff_ffffn;

/** The larger, the first where one is no number: `f64x2.pmax` of the compiled kernel. */
const pmax = (a: number, b: number): number => (a < b ? b : a);
const pmin = (a: number, b: number): number => (b < a ? b : a);

/** Lanes summed side by side as the compiled kernel sums them. */
function lanes(count: number, term: (at: number) => number): number {
  const sums = [0, 0, 0, 0];
  for (let at = 0; at < count; at++) sums[at & 3]! += term(at);
  return sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
}

/** Where a row ends that walks from place 0: a leaf leads to itself. */
function settle(step: (place: number, row: number) => number, row: number): number {
  let place = 0;
  for (let last = -1; last !== place; ) {
    last = place;
    place = step(place, row);
  }
  return place;
}

const padded = (count: number): number => (count + 3) & ~3;

/** The kernels of `assembly/score.ts` in TypeScript, equal to them bit by bit. */
export function plainScoreKernels(buffer: SharedArrayBuffer): ScoreKernels {
  const u8 = new Uint8Array(buffer);
  const u32 = new Uint32Array(buffer);
  const f32 = new Float32Array(buffer);
  const f64 = new Float64Array(buffer);
  const u64 = new BigUint64Array(buffer);

  /** Writes cells of one row in their order; what stands behind them stays 0. */
  const widen = (row: number, order: number, cols: number, terms: number): void => {
    for (let c = 0; c < cols; c++) f64[terms / 8 + c] = f32[(row + u32[order / 4 + c]!) / 4]!;
  };
  const product = (a: number, b: number, count: number): number =>
    lanes(count, (at) => f64[a / 8 + at]! * f64[b / 8 + at]!);
  const equal = (a: number, b: number, stride: number): boolean => {
    for (let at = 0; at < stride; at++) if (u8[a + at] !== u8[b + at]) return false;
    return true;
  };
  const hashOf = (row: number, stride: number): bigint => {
    let hash = 0n;
    for (let at = 0; at < stride; at += 8) {
      hash = ((hash ^ u64[(row + at) / 8]!) * GOLDEN) & WORD;
      hash ^= hash >> 32n;
    }
    return hash;
  };

  return {
    notFinite(cells, count) {
      for (let i = 0; i < count; i++) if (!Number.isFinite(f32[cells / 4 + i])) return 1;
      return 0;
    },
    binColumn(cells, stride, count, edges, edgeCount, firstBin, origin, scale, out, outStride) {
      for (let i = 0; i < count; i++) {
        const cell = f32[(cells + i * stride) / 4]!;
        let low = 0;
        let high = edgeCount;
        if (edgeCount > 1) {
          const place = (cell - origin) * scale;
          const bucket = place > 0 ? Math.min(LAST_BUCKET, Math.trunc(place)) : 0;
          low = u8[firstBin + bucket]!;
          high = u8[firstBin + bucket + 1]!;
        }
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (cell <= f32[edges / 4 + middle]!) high = middle;
          else low = middle + 1;
        }
        u8[out + i * outStride] = low;
      }
    },
    foldBins(bins, stride, count, table, mask, places) {
      let kept = 0;
      for (let i = 0; i < count; i++) {
        const row = bins + i * stride;
        let slot = Number(hashOf(row, stride) & BigInt(mask));
        let place = kept;
        for (let probe = 0; probe < PROBES; probe++) {
          const other = u32[table / 4 + slot]!;
          if (other === 0) {
            u32[table / 4 + slot] = kept + 1;
            break;
          }
          if (equal(row, bins + (other - 1) * stride, stride)) {
            place = other - 1;
            break;
          }
          slot = (slot + 1) & mask;
        }
        u32[places / 4 + i] = place;
        if (place !== kept) continue;
        u8.copyWithin(bins + kept * stride, row, row + stride);
        kept++;
      }
      return kept;
    },
    walk(nodes, values, bins, stride, count, found) {
      const step = (place: number, row: number): number => {
        const word = u32[nodes / 4 + place]!;
        return (word >>> 15) | (u8[row + ((word >>> 8) & 127)]! > (word & 255) ? 1 : 0);
      };
      for (let i = 0; i < count; i++) {
        const place = settle(step, bins + i * stride);
        u32[found / 4 + i] = u32[values / 4 + place]!;
      }
    },
    walkCells(nodes, cells, stride, count, found) {
      const step = (place: number, row: number): number => {
        const node = nodes / 4 + 4 * place;
        return u32[node + 2]! + (f32[(row + u32[node + 1]!) / 4]! > f32[node]! ? 1 : 0);
      };
      for (let i = 0; i < count; i++) {
        const place = settle(step, cells + i * stride);
        u32[found / 4 + i] = u32[nodes / 4 + 4 * place + 3]!;
      }
    },
    addLeaves(found, count, leaves, width, sums) {
      for (let i = 0; i < count; i++) {
        const from = leaves / 4 + u32[found / 4 + i]!;
        for (let k = 0; k < width; k++) f64[sums / 8 + i * width + k]! += f32[from + k]!;
      }
    },
    linearOne(cells, rows, cols, slopes, intercept, out) {
      const whole = cols & ~3;
      let doubt = 0;
      for (let i = 0; i < rows; i++) {
        const row = cells / 4 + i * cols;
        let z = lanes(whole, (c) => f32[row + c]! * f64[slopes / 8 + c]!) + intercept;
        for (let c = whole; c < cols; c++) z += f32[row + c]! * f64[slopes / 8 + c]!;
        doubt += z * 0;
        f64[out / 8 + i] = z;
      }
      return doubt === 0 ? 0 : 1;
    },
    linearMany(cells, rows, cols, order, terms, slopes, intercepts, outputs, out, width) {
      const count = padded(cols);
      let doubt = 0;
      for (let i = 0; i < rows; i++) {
        widen(cells + 4 * i * cols, order, cols, terms);
        for (let k = 0; k < outputs; k++) {
          const sum = product(terms, slopes + 8 * k * count, count);
          f64[out / 8 + i * width + k] = f64[intercepts / 8 + k]! + sum;
        }
        f64.fill(LOSES, out / 8 + i * width + outputs, out / 8 + (i + 1) * width);
        doubt += f64[out / 8 + i * width]! * 0;
      }
      return doubt === 0 ? 0 : 1;
    },
    nearnessMany(
      cells,
      rows,
      cols,
      order,
      terms,
      landmarks,
      count,
      gamma,
      near,
      slopes,
      intercepts,
      outputs,
      out,
      width,
    ) {
      const all = padded(count);
      for (let i = 0; i < rows; i++) {
        widen(cells + 4 * i * cols, order, cols, terms);
        for (let j = 0; j < count; j++) {
          const other = landmarks / 8 + j * padded(cols);
          const sum = lanes(padded(cols), (at) => {
            const gap = f64[terms / 8 + at]! - f64[other + at]!;
            return gap * gap;
          });
          f64[near / 8 + j] = sum;
        }
        // Two at a time: of an odd number of landmarks, the number behind the last one as well.
        const end = near / 8 + count + (count & 1);
        for (let j = near / 8; j < end; j++) f64[j] = exp(pmax(-700, -gamma * f64[j]!));
        for (let k = 0; k < outputs; k++) {
          const sum = product(near, slopes + 8 * k * all, all);
          f64[out / 8 + i * width + k] = f64[intercepts / 8 + k]! + sum;
        }
      }
    },
    densities(
      cells,
      rows,
      cols,
      order,
      terms,
      means,
      halves,
      constants,
      classes,
      out,
      width,
      sure,
    ) {
      const count = padded(cols);
      let doubt = 0;
      for (let i = 0; i < rows; i++) {
        widen(cells + 4 * i * cols, order, cols, terms);
        for (let k = 0; k < classes; k++) {
          const sum = lanes(count, (at) => {
            const gap = f64[terms / 8 + at]! - f64[means / 8 + k * count + at]!;
            return gap * gap * f64[halves / 8 + k * count + at]!;
          });
          f64[out / 8 + i * width + k] = f64[constants / 8 + k]! - sum;
        }
        f64.fill(LOSES, out / 8 + i * width + classes, out / 8 + (i + 1) * width);
        doubt += f64[out / 8 + i * width + sure]! * 0;
      }
      return doubt === 0 ? 0 : 1;
    },
    sigmoids(z, rows, out) {
      for (let i = 0; i < rows; i++) {
        const x = pmax(-700, pmin(700, -f64[z / 8 + i]!));
        const share = 1 / (1 + exp(x));
        f32[out / 4 + 2 * i] = 1 - share;
        f32[out / 4 + 2 * i + 1] = share;
      }
    },
    softmaxes(z, rows, width, classes, out) {
      for (let i = 0; i < rows; i++) {
        const row = f64.subarray(z / 8 + i * width, z / 8 + (i + 1) * width);
        const most = row.reduce(pmax);
        const sums = [0, 0];
        row.forEach((score, k) => {
          row[k] = exp(pmax(-700, score - most));
          sums[k & 1]! += row[k]!;
        });
        const total = sums[0]! + sums[1]!;
        for (let k = 0; k < classes; k++) f32[out / 4 + i * classes + k] = row[k]! / total;
      }
    },
  };
}

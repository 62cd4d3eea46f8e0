import { blockSize, HEAD, type LinearKernels } from './linear-layout.ts';
import { exp } from './plain.ts';

const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/** log(x) for finite x >= 1, bit for bit as the compiled kernel has it. */
export function log(x: number): number {
  double[0] = x;
  const bits = doubleBits[0]!;
  let e = Number((bits >> 52n) - 1023n);
  doubleBits[0] = (bits & 0xfffffffffffffn) | 0x3ff0000000000000n;
  let m = double[0]!;
  if (m > Math.SQRT2) {
    m *= 0.5;
    e += 1;
  }
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let p = 1 / 23;
  for (let n = 21; n > 0; n -= 2) p = p * q + 1 / n;
  return e * 0.6931471803691238 + (e * 1.9082149292705877e-10 + 2 * s * p);
}

/** exp(x), cut off at ±700. */
const clamped = (x: number): number => exp(Math.min(700, Math.max(-700, x)));

/** One point's cells that differ from the shift, and its targets. */
interface Point {
  readonly columns: readonly number[];
  readonly cells: readonly number[];
  readonly targets: readonly { readonly k: number; readonly weight: number }[];
}

/** The kernels of `assembly/linear.ts` in TypeScript, equal to them bit by bit. */
export function plainLinearKernels(buffer: SharedArrayBuffer): LinearKernels {
  const u32 = new Uint32Array(buffer);
  const f32 = new Float32Array(buffer);
  const f64 = new Float64Array(buffer);

  const field = (head: number, place: number): number => u32[head / 4 + place]!;
  const pointOf = (head: number, i: number): Point => {
    const starts = field(head, HEAD.starts) / 4;
    const columns: number[] = [];
    const cells: number[] = [];
    for (let n = u32[starts + i]!; n < u32[starts + i + 1]!; n++) {
      const at = field(head, HEAD.entries) / 4 + 2 * n;
      columns.push(u32[at]!);
      cells.push(f32[at + 1]! - f64[field(head, HEAD.shift) / 8 + u32[at]!]!);
    }
    const targets: { k: number; weight: number }[] = [];
    const begin = field(head, HEAD.targetStart) / 4;
    for (let t = u32[begin + i]!; t < u32[begin + i + 1]!; t++) {
      const k = u32[field(head, HEAD.targetClass) / 4 + t]!;
      targets.push({ k, weight: f64[field(head, HEAD.targetWeight) / 8 + t]! });
    }
    return { columns, cells, targets };
  };
  /** Score of each output: the intercept, then entry by entry. */
  const scores = (head: number, { columns, cells }: Point): Float64Array => {
    const width = field(head, HEAD.width);
    const slopes = field(head, HEAD.slopes) / 8;
    const from = slopes + field(head, HEAD.columns) * width;
    const z = f64.slice(from, from + width);
    columns.forEach((column, n) => {
      for (let k = 0; k < width; k++) z[k]! += cells[n]! * f64[slopes + column * width + k]!;
    });
    return z;
  };
  const softmax = (z: Float64Array) => {
    const most = z.reduce((a, b) => Math.max(a, b));
    const e = z.map((score) => exp(Math.max(-700, score - most)));
    let [even, odd] = [0, 0];
    for (let k = 0; k < e.length; k += 2) {
      even += e[k]!;
      odd += e[k + 1]!;
    }
    return { most, e, sum: even + odd };
  };
  const addRow = (to: number, { columns, cells }: Point, last: number, r: Float64Array): void => {
    const width = r.length;
    columns.forEach((column, n) => {
      for (let k = 0; k < width; k++) f64[to + column * width + k]! += cells[n]! * r[k]!;
    });
    if (width > 1) for (let k = 0; k < width; k++) f64[to + last * width + k]! += r[k]!;
  };

  const gradientOfOne = (head: number, first: number, end: number, out: number): number => {
    const columns = field(head, HEAD.columns);
    let loss = 0;
    let drift = 0;
    for (let i = first; i < end; i++) {
      const point = pointOf(head, i);
      const z = scores(head, point)[0]!;
      let weight = 0;
      let positive = 0;
      for (const target of point.targets) {
        weight += target.weight;
        if (target.k === 1) positive += target.weight;
      }
      const small = clamped(-Math.abs(z));
      const share = (z > 0 ? 1 : small) / (1 + small);
      loss += weight * (Math.max(z, 0) + log(1 + small)) - positive * z;
      const error = weight * share - positive;
      drift += error;
      addRow(out / 8, point, columns, Float64Array.of(error));
    }
    f64[out / 8 + columns]! += drift;
    return loss;
  };

  return {
    gradient(head, first, end, _scratch, out) {
      if (field(head, HEAD.width) === 1) return gradientOfOne(head, first, end, out);
      let loss = 0;
      for (let i = first; i < end; i++) {
        const point = pointOf(head, i);
        const z = scores(head, point);
        const { most, e, sum } = softmax(z);
        const norm = most + log(sum);
        let weight = 0;
        for (const target of point.targets) {
          weight += target.weight;
          loss += target.weight * (norm - z[target.k]!);
        }
        const factor = weight / sum;
        const r = e.map((each) => factor * each);
        for (const target of point.targets) r[target.k]! -= target.weight;
        addRow(out / 8, point, field(head, HEAD.columns), r);
      }
      return loss;
    },
    curvature(head, first, end, _scratch, out) {
      const width = field(head, HEAD.width);
      const size = blockSize(width);
      for (let s = first; s < end; s++) {
        const weight = f64[field(head, HEAD.sampleWeight) / 8 + s]!;
        const point = pointOf(head, u32[field(head, HEAD.sample) / 4 + s]!);
        const z = scores(head, point);
        const cells = [...point.cells, 1];
        const columns = [...point.columns, field(head, HEAD.columns)];
        const block = new Float64Array(size);
        if (width === 1) {
          const small = clamped(-Math.abs(z[0]!));
          block[0] = (weight * small) / ((1 + small) * (1 + small));
        } else {
          const { e, sum } = softmax(z);
          const shares = e.map((each) => each / sum);
          let at = 0;
          for (let k = 0; k < width; k++) {
            const own = weight * shares[k]!;
            for (let l = 0; l < k; l++) block[at++] = -own * shares[l]!;
            block[at++] = own * (1 - shares[k]!);
          }
        }
        columns.forEach((row, a) => {
          for (let b = 0; b <= a; b++) {
            const to = out / 8 + ((row * (row + 1)) / 2 + columns[b]!) * size;
            if (width === 1) f64[to]! += block[0]! * cells[a]! * cells[b]!;
            else for (let n = 0; n < size; n++) f64[to + n]! += cells[a]! * cells[b]! * block[n]!;
          }
        });
      }
    },
    factorise(matrix, size, stride) {
      const at = matrix / 8;
      for (let i = 0; i < size; i++) {
        const row = at + i * stride;
        for (let j = 0; j <= i; j++) {
          const other = at + j * stride;
          // Four sums side by side, as the lanes of the compiled kernel.
          const sums = [0, 0, 0, 0];
          let n = 0;
          for (; n + 4 <= (j & ~1); n += 4) {
            for (let l = 0; l < 4; l++) sums[l]! += f64[row + n + l]! * f64[other + n + l]!;
          }
          if (n < (j & ~1)) {
            for (let l = 0; l < 2; l++) sums[l]! += f64[row + n + l]! * f64[other + n + l]!;
            n += 2;
          }
          let dot = sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
          if ((j & 1) === 1) dot += f64[row + n]! * f64[other + n]!;
          const left = f64[row + j]! - dot;
          if (i !== j) f64[row + j] = left / f64[other + j]!;
          else if (left > 0 && left < Number.POSITIVE_INFINITY) f64[row + j] = Math.sqrt(left);
          else return 0;
        }
      }
      return 1;
    },
  };
}

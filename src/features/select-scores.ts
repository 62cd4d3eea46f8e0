import type { Matrix } from './matrix.ts';

/** Rows that a block of the correlation holds: 60 columns of it lie in the second-level cache. */
const BLOCK = 512;

/** Mean of each column, summed in 64 bits. */
function columnMeans({ rows, cols, data }: Matrix): Float64Array {
  const means = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let c = 0; c < cols; c++) means[c]! += data[i * cols + c]!;
  return means.map((sum) => sum / rows);
}

/** Population variance of each column; exactly 0 for a constant one. */
export function columnVariances(matrix: Matrix): Float64Array {
  const { rows, cols, data } = matrix;
  const means = columnMeans(matrix);
  const squares = new Float64Array(cols);
  const varies = new Uint8Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < cols; c++) {
      const cell = data[i * cols + c]!;
      squares[c]! += (cell - means[c]!) ** 2;
      if (cell !== data[c]) varies[c] = 1;
    }
  }
  return squares.map((sum, c) => (varies[c] ? sum / rows : 0));
}

/**
 * Pearson's r of every pair of columns, cols × cols. 0 where a column is constant. The value of a
 * pair does not depend on the order of the columns.
 */
export function correlations(matrix: Matrix): Float64Array {
  const { rows, cols, data } = matrix;
  const means = columnMeans(matrix);
  const variances = columnVariances(matrix);
  const sums = new Float64Array(cols * cols);
  const block = new Float64Array(cols * BLOCK);
  for (let start = 0; start < rows; start += BLOCK) {
    const count = Math.min(BLOCK, rows - start);
    for (let i = 0; i < count; i++) {
      const from = (start + i) * cols;
      for (let c = 0; c < cols; c++) block[c * BLOCK + i] = data[from + c]! - means[c]!;
    }
    for (let a = 0; a < cols; a++) {
      for (let b = 0; b < a; b++) {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += block[a * BLOCK + i]! * block[b * BLOCK + i]!;
        sums[a * cols + b]! += sum;
      }
    }
  }
  for (let a = 0; a < cols; a++) {
    sums[a * cols + a] = variances[a]! > 0 ? 1 : 0;
    for (let b = 0; b < a; b++) {
      const spread = rows * Math.sqrt(variances[a]! * variances[b]!);
      const r = spread > 0 ? Math.max(-1, Math.min(1, sums[a * cols + b]! / spread)) : 0;
      sums[a * cols + b] = r;
      sums[b * cols + a] = r;
    }
  }
  return sums;
}

/** One more than the largest label; 0 when none is known. */
function classCount(labels: Int32Array): number {
  let most = -1;
  for (let i = 0; i < labels.length; i++) if (labels[i]! > most) most = labels[i]!;
  return most + 1;
}

/** Upper bounds of at most `bins` bins: every distinct value where they are few, else quantiles. */
function binBounds(values: Float32Array, bins: number): Float32Array {
  const sorted = values.slice().sort();
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length && distinct.length <= bins; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct.push(sorted[i]!);
  }
  if (distinct.length <= bins) return Float32Array.from(distinct);
  const bounds = new Set<number>();
  for (let b = 1; b <= bins; b++) bounds.add(sorted[Math.ceil((b * sorted.length) / bins) - 1]!);
  return Float32Array.from(bounds);
}

/**
 * Mutual information of each binned column with the class, in nats: Σ p(b,c) ln(p(b,c) / p(b)p(c)).
 * Rows of a label below 0 are left out.
 */
export function mutualInformation(matrix: Matrix, labels: Int32Array, bins = 32): Float64Array {
  const { cols, data } = matrix;
  const classes = classCount(labels);
  const known = labels.reduce((sum, label) => sum + (label >= 0 ? 1 : 0), 0);
  const values = new Float32Array(known);
  const scores = new Float64Array(cols);
  for (let c = 0; c < cols; c++) {
    let n = 0;
    for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) values[n++] = data[i * cols + c]!;
    const bounds = binBounds(values, bins);
    const counts = new Float64Array(bounds.length * classes);
    n = 0;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i]! < 0) continue;
      const value = values[n++]!;
      let low = 0;
      let high = bounds.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (bounds[middle]! < value) low = middle + 1;
        else high = middle;
      }
      counts[low * classes + labels[i]!]!++;
    }
    scores[c] = information(counts, classes, known);
  }
  return scores;
}

function information(counts: Float64Array, classes: number, total: number): number {
  const byBin = new Float64Array(counts.length / Math.max(1, classes));
  const byClass = new Float64Array(classes);
  counts.forEach((count, i) => {
    byBin[Math.floor(i / classes)]! += count;
    byClass[i % classes]! += count;
  });
  let sum = 0;
  counts.forEach((count, i) => {
    if (count === 0) return;
    const expected = (byBin[Math.floor(i / classes)]! * byClass[i % classes]!) / total;
    sum += (count / total) * Math.log(count / expected);
  });
  return Math.max(0, sum);
}

/**
 * χ² of each column's sum by class against the sum that the class's share of rows would give, as
 * scikit-learn's `chi2`. Cells must not be negative. 0 for a column of zeros. Rows of a label below
 * 0 are left out.
 */
export function chiSquared(matrix: Matrix, labels: Int32Array): Float64Array {
  const { cols, data } = matrix;
  const classes = classCount(labels);
  const sums = new Float64Array(classes * cols);
  const rowsOf = new Float64Array(classes);
  let known = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < 0) continue;
    known++;
    rowsOf[label]!++;
    for (let c = 0; c < cols; c++) sums[label * cols + c]! += data[i * cols + c]!;
  }
  const scores = new Float64Array(cols);
  for (let c = 0; c < cols; c++) {
    let total = 0;
    for (let k = 0; k < classes; k++) total += sums[k * cols + c]!;
    for (let k = 0; k < classes; k++) {
      const expected = (total * rowsOf[k]!) / known;
      if (expected > 0) scores[c]! += (sums[k * cols + c]! - expected) ** 2 / expected;
    }
  }
  return scores;
}

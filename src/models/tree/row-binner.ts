import type { Matrix } from '../../features/index.ts';
import { lowerBound, MAX_BINS } from './bins.ts';
import type { NodeColumns } from './ensemble.ts';

/** Buckets of the table that narrows the search for a cell's bin: four a threshold. */
const BUCKETS = 1024;

/** One column that nodes ask for. */
interface BinnedColumn {
  readonly column: number;
  /** Distinct thresholds, ascending. */
  readonly edges: Float32Array;
  /** A cell's bucket is `(cell - origin) * scale`, cut off at both ends. */
  readonly origin: number;
  readonly scale: number;
  /** First bin that a cell of the bucket may be in; the next bucket's entry is the last. */
  readonly firstBin: Uint8Array;
}

/** Turns rows of cells into rows of bins between the thresholds that an ensemble uses. */
export class RowBinner {
  readonly #columns: readonly BinnedColumn[];
  readonly #position: ReadonlyMap<number, number>;
  /** Bytes a row takes: one a column in use, then the constant 1. */
  readonly stride: number;

  /** @throws RangeError when a column has more thresholds than a byte can tell apart */
  constructor(trees: NodeColumns) {
    const columns: BinnedColumn[] = [];
    thresholdsByColumn(trees).forEach((edges, column) => {
      if (edges.length > 0) columns.push(prepare(column, edges));
    });
    this.#columns = columns;
    this.#position = new Map(columns.map(({ column }, i) => [column, i]));
    this.stride = columns.length + 1;
  }

  /** `position << 8 | bin` of a split: true for cells whose bin is above. */
  test(column: number, threshold: number): number {
    const position = this.#position.get(column)!;
    const { edges } = this.#columns[position]!;
    return (position << 8) | lowerBound(edges, edges.length, threshold);
  }

  /** Writes the bins of `count` rows from `start` on, each row followed by a 1. */
  bin(matrix: Matrix, start: number, count: number, out: Uint8Array): void {
    const { cols, data } = matrix;
    const { stride } = this;
    for (let c = 0; c < this.#columns.length; c++) {
      const { column, edges, origin, scale, firstBin } = this.#columns[c]!;
      let from = start * cols + column;
      let to = c;
      if (edges.length === 1) {
        const edge = edges[0]!;
        for (let i = 0; i < count; i++, from += cols, to += stride) {
          out[to] = data[from]! > edge ? 1 : 0;
        }
        continue;
      }
      for (let i = 0; i < count; i++, from += cols, to += stride) {
        const cell = data[from]!;
        const place = (cell - origin) * scale;
        const bucket = place > 0 ? (place < BUCKETS - 1 ? place | 0 : BUCKETS - 1) : 0;
        let low = firstBin[bucket]!;
        let high = firstBin[bucket + 1]!;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (cell <= edges[middle]!) high = middle;
          else low = middle + 1;
        }
        out[to] = low;
      }
    }
    for (let i = 0, to = stride - 1; i < count; i++, to += stride) out[to] = 1;
  }
}

function prepare(column: number, edges: Float32Array): BinnedColumn {
  const last = edges[edges.length - 1]!;
  const origin = edges[0]!;
  const scale = last > origin ? (BUCKETS - 2) / (last - origin) : 0;
  const firstBin = new Uint8Array(BUCKETS + 1);
  // The same arithmetic as for cells, and it never decreases: a cell's bucket holds its bin's edge.
  let bin = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    while (bin < edges.length && Math.trunc((edges[bin]! - origin) * scale) < bucket) bin++;
    firstBin[bucket] = bin;
  }
  firstBin[BUCKETS] = edges.length;
  return { column, edges, origin, scale, firstBin };
}

/** Distinct thresholds of each column, ascending. */
function thresholdsByColumn({ feature, threshold, featureCount }: NodeColumns): Float32Array[] {
  const sets = Array.from({ length: featureCount }, () => new Set<number>());
  for (let i = 0; i < feature.length; i++) {
    // Adding 0 makes -0 and 0 one threshold.
    if (feature[i]! >= 0) sets[feature[i]!]!.add(threshold[i]! + 0);
  }
  return sets.map((set, column) => {
    if (set.size >= MAX_BINS) {
      throw new RangeError(`column ${column} has ${set.size} thresholds, at most ${MAX_BINS - 1}`);
    }
    return Float32Array.from(set).sort();
  });
}

import type { MemoryLayout } from '../kernels/layout.ts';
import type { ScoreKernels } from '../kernels/score.ts';
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
  /** Where the tables of each column lie in the kernels' memory: edges, then first bins. */
  #tables: readonly { readonly edges: number; readonly firstBin: number }[] = [];
  /**
   * Bytes a row takes, a multiple of 8: one a column in use, zeros, and the constant 1 at the end.
   */
  readonly stride: number;

  /** @throws RangeError when a column has more thresholds than a byte can tell apart */
  constructor(trees: NodeColumns) {
    const columns: BinnedColumn[] = [];
    thresholdsByColumn(trees).forEach((edges, column) => {
      if (edges.length > 0) columns.push(prepare(column, edges));
    });
    this.#columns = columns;
    this.#position = new Map(columns.map(({ column }, i) => [column, i]));
    this.stride = (columns.length + 8) & ~7;
  }

  /** `position << 8 | bin` of a split: true for cells whose bin is above. */
  test(column: number, threshold: number): number {
    const position = this.#position.get(column)!;
    const { edges } = this.#columns[position]!;
    return (position << 8) | lowerBound(edges, edges.length, threshold);
  }

  /** Takes room for the tables that {@link bin} reads. */
  layOut(layout: MemoryLayout): void {
    this.#tables = this.#columns.map(({ edges, firstBin }) => ({
      edges: layout.take(edges.byteLength),
      firstBin: layout.take(firstBin.byteLength),
    }));
  }

  /** Writes the tables to the memory that was laid out, and the end of every binned row. */
  fill(buffer: SharedArrayBuffer, bins: Uint8Array): void {
    this.#columns.forEach(({ edges, firstBin }, c) => {
      const at = this.#tables[c]!;
      new Float32Array(buffer, at.edges, edges.length).set(edges);
      new Uint8Array(buffer, at.firstBin, firstBin.length).set(firstBin);
    });
    for (let to = this.stride - 1; to < bins.length; to += this.stride) bins[to] = 1;
  }

  /** Writes the bins of `count` rows of `cols` cells at an address. */
  bin(
    kernels: ScoreKernels,
    rows: { readonly cells: number; readonly cols: number; readonly count: number },
    out: number,
  ): void {
    const { cells, cols, count } = rows;
    for (let c = 0; c < this.#columns.length; c++) {
      const { column, edges, origin, scale } = this.#columns[c]!;
      const table = this.#tables[c]!;
      kernels.binColumn(
        ...([cells + 4 * column, 4 * cols, count, table.edges, edges.length] as const),
        ...([table.firstBin, origin, scale, out + c, this.stride] as const),
      );
    }
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

import { CONTROL_FIELDS } from '../crew.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { type BinnedMatrix, transpose } from '../tree/bins.ts';

/** What bounds the trees and how their values are set. */
export interface BoostLimits {
  readonly iterations: number;
  readonly learningRate: number;
  readonly maxLeaves: number;
  readonly maxDepth: number;
  /** Fewest rows, by weight, on each side of a split. */
  readonly minSamplesLeaf: number;
  /** Least sum of hessians on each side of a split. */
  readonly minHessian: number;
  readonly l2: number;
  /** Share of the columns that each tree may use. */
  readonly columnShare: number;
  /** Iterations without a smaller loss on the held-out rows before it stops; 0: never. */
  readonly earlyStopping: number;
}

/** Columns worked on together by one kernel call. */
export const GROUP = 8;
/** Bytes of a histogram cell: two 64-bit integers. */
export const CELL = 16;
/** Rows whose gradients are one piece of work. */
export const ROW_BLOCK = 16_384;
/** 32-bit numbers that describe one tree's next piece of work. */
export const JOB_FIELDS = 16;
/** Numbers a split search leaves: gain, column, bin, then gradient, hessian, weight on the left. */
export const RESULT_FIELDS = 8;
/** Pieces that the leaves of one tree are cut into when the scores are brought up to date. */
export const LEAF_PARTS = 4;

/** Addresses, in bytes, in the one shared memory. */
export interface BoostAddresses {
  /** Bins row-major, `stride` bytes a row. */
  readonly bins: number;
  /** Rows of each tree, outputs × rows, 32 bits. */
  readonly rows: number;
  /** Gradient and hessian, outputs × paired rows × two 32-bit integers. */
  readonly pairs: number;
  /** Weight of each row in units; 0 when every row weighs 1. */
  readonly weights: number;
  /** Outputs × paired rows 64-bit floats. */
  readonly scores: number;
  readonly labels: number;
  /** Factor of each class's gradients, 64-bit floats. */
  readonly factors: number;
  /** Outputs × leaves × histograms. */
  readonly histograms: number;
  /** For each output: 1 for bins that go left. */
  readonly tables: number;
  readonly jobs: number;
  /** Outputs × lowest and highest value of the small child and the big child. */
  readonly bounds: number;
  /** Outputs × groups × two children × {@link RESULT_FIELDS} 64-bit floats. */
  readonly results: number;
  /** Outputs × leaves: first row, rows (32 bits), value (64-bit float). */
  readonly leaves: number;
  /** For each output: 1 for columns this tree may use. */
  readonly drawn: number;
  /** For each thread: room for moved rows, then for a kernel's scratch. */
  readonly moved: number;
  readonly scratch: number;
  /** Counters that the threads meet at. */
  readonly control: number;
}

/** Everything that boosting needs; plain data over shared memory, so it can go to a worker. */
export interface BoostTask {
  readonly memory: KernelMemory;
  readonly at: BoostAddresses;
  readonly rows: number;
  readonly pairedRows: number;
  readonly cols: number;
  readonly stride: number;
  readonly groups: number;
  readonly outputs: number;
  readonly threads: number;
  readonly limits: BoostLimits;
  readonly counts: Int32Array;
  readonly edges: Float32Array;
  /** Matrix column of each column. */
  readonly order: Int32Array;
  /** Byte of each column's histogram within a node's, then its length. */
  readonly offsets: Int32Array;
  /** Columns of categories, each with the bin of every code; -1 for codes without training rows. */
  readonly codes: ReadonlyMap<number, Int32Array>;
  /** -1, 0 or 1: how the score may change as the column grows. */
  readonly monotone: Int8Array;
  readonly scaleG: number;
  readonly scaleH: number;
  /** Bit at which a cell's weight begins, 33 to 52. */
  readonly shift: number;
  /** What one unit of weight stands for. */
  readonly unit: number;
  readonly seed: number;
}

/** The counters that the threads meet at. */
export function controlOf({ memory, at }: BoostTask): Int32Array {
  return new Int32Array(memory.buffer, at.control, CONTROL_FIELDS);
}

/** Rows that the histogram kernel gathers at a time. */
const CHUNK = 256;

/**
 * Bytes of scratch a thread has: the histograms' addresses, a column for padding, then the kernels'
 * room (a chunk of rows, or one cell an output).
 */
export function scratchBytes(stride: number, outputs: number): number {
  return 4 * stride + 256 * CELL + Math.max(CHUNK * (CELL + stride), outputs * CELL);
}

/** What {@link layOut} lays out. */
export interface BoostPlan {
  readonly binned: BinnedMatrix;
  readonly labels: Int32Array;
  /** Weight in units a row, or undefined for 1 each. */
  readonly units: Uint32Array | undefined;
  readonly unit: number;
  /** Factor of each class's rows times `unit`. */
  readonly factors: Float64Array;
  readonly outputs: number;
  readonly threads: number;
  readonly limits: BoostLimits;
  readonly codes: ReadonlyMap<number, Int32Array>;
  readonly monotone: Int8Array;
  readonly seed: number;
}

/**
 * Makes the shared memory and fills in what stays.
 * @throws WiresiftError `MODEL_SIZE` when it does not fit in 4 GB
 */
export function layOut(plan: BoostPlan): BoostTask {
  const { binned, outputs, limits, threads } = plan;
  const { rows, cols, counts } = binned;
  const pairedRows = rows + (rows & 1);
  const groups = Math.ceil(cols / GROUP);
  const stride = groups * GROUP;
  const offsets = new Int32Array(cols + 1);
  for (let c = 0; c < cols; c++) offsets[c + 1] = offsets[c]! + counts[c]! * CELL;
  const bytes = offsets[cols]!;
  const layout = new MemoryLayout('fit boosting');
  const at: BoostAddresses = {
    bins: layout.take(rows * stride),
    rows: layout.take(outputs * rows * 4),
    pairs: layout.take(outputs * pairedRows * 8),
    weights: plan.units ? layout.take(pairedRows * 4) : 0,
    scores: layout.take(outputs * pairedRows * 8),
    labels: layout.take(pairedRows * 4),
    factors: layout.take(plan.factors.length * 8),
    histograms: layout.take(outputs * limits.maxLeaves * bytes),
    tables: layout.take(outputs * 256),
    jobs: layout.take(outputs * JOB_FIELDS * 4),
    bounds: layout.take(outputs * 32),
    results: layout.take(outputs * groups * 2 * RESULT_FIELDS * 8),
    leaves: layout.take(outputs * limits.maxLeaves * 16),
    drawn: layout.take(outputs * cols),
    moved: layout.take(threads * pairedRows * 4),
    scratch: layout.take(threads * scratchBytes(stride, outputs)),
    control: layout.take(CONTROL_FIELDS * 4),
  };
  const memory = layout.allocate();
  const buffer = memory.buffer;
  transpose(binned, stride, new Uint8Array(buffer, at.bins, rows * stride));
  new Int32Array(buffer, at.labels, rows).set(plan.labels);
  new Float64Array(buffer, at.factors, plan.factors.length).set(plan.factors);
  if (plan.units) new Uint32Array(buffer, at.weights, rows).set(plan.units);
  return {
    memory,
    at,
    rows,
    pairedRows,
    cols,
    stride,
    groups,
    outputs,
    threads,
    limits,
    counts,
    edges: binned.edges,
    order: binned.order,
    offsets,
    codes: plan.codes,
    monotone: plan.monotone,
    ...scales(plan),
    unit: plan.unit,
    seed: plan.seed,
  };
}

const floorPower = (value: number): number => 2 ** Math.floor(Math.log2(value));
const ceilPower = (value: number): number => 2 ** Math.ceil(Math.log2(value));

/**
 * How finely gradients and hessians are counted. All sums are of whole numbers and fit their bits,
 * so they are exact whatever the order: threads and subtraction cannot change a result.
 */
function scales({ units, labels, factors }: BoostPlan) {
  let total = 0;
  let mass = 0;
  let most = 0;
  let heaviest = 4;
  for (let i = 0; i < labels.length; i++) {
    const weight = units ? units[i]! : 1;
    const factor = factors[labels[i]!]!;
    total += weight;
    mass += weight * factor;
    if (weight > 0 && factor > most) most = factor;
    if (weight > heaviest) heaviest = weight;
  }
  const shift = Math.min(52, 62 - Math.ceil(Math.log2(total + 1)));
  // A row's number has 30 bits; weights to 4 get the same scale, whatever the heaviest is.
  const single = 2 ** 30 / (most * ceilPower(heaviest));
  return {
    scaleG: floorPower(Math.min(2 ** 52 / mass, single)),
    scaleH: floorPower(Math.min(2 ** (shift + 1) / mass, 4 * single)),
    shift,
  };
}

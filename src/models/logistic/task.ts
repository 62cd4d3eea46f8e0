import { CONTROL_FIELDS } from '../crew.ts';
import type { FoldedRows } from '../fold-rows.ts';
import type { KernelMemory } from '../kernels/instantiate.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { blockSize, HEAD, HEAD_BYTES, linearScratch } from '../kernels/linear-layout.ts';

/**
 * Most coefficients, intercepts included, for which the matrix of second derivatives pays off: it
 * takes 8 MB, and a third of a second to factor.
 */
export const NEWTON_SIZE = 1024;
/** Points whose sums are taken together; blocks are summed in order, whoever took them. */
export const BLOCK_POINTS = 2048;
/** Parts that the sampled points are cut into for second derivatives. */
export const CURVATURE_PARTS = 8;

/** Addresses, in bytes, in the one shared memory. */
export interface LogisticAddresses {
  readonly head: number;
  readonly slopes: number;
  readonly sample: number;
  readonly sampleWeight: number;
  /** Blocks × slopes, and the loss of each block. */
  readonly gradients: number;
  readonly losses: number;
  /** Parts × {@link LogisticTask.curvatureBytes}. */
  readonly curvatures: number;
  /** Square matrix of second derivatives, rows of {@link LogisticTask.stride}. */
  readonly matrix: number;
  /** For each thread. */
  readonly scratch: number;
  readonly control: number;
}

/** Everything that the fit needs; plain data over shared memory, so it can go to a worker. */
export interface LogisticTask {
  readonly memory: KernelMemory;
  readonly at: LogisticAddresses;
  readonly points: number;
  readonly cols: number;
  /** Linear functions: 1 for two classes, else one a class; `width` of them with padding. */
  readonly outputs: number;
  readonly width: number;
  readonly threads: number;
  /** Coefficients and intercepts. */
  readonly size: number;
  /** 64-bit floats of a row of the matrix; 0 when there is none. */
  readonly stride: number;
  readonly curvatureBytes: number;
  /** What is taken from the cells of each column: its most frequent value. */
  readonly shift: Float64Array;
  /** Weight of each point, and the sum. */
  readonly weights: Float64Array;
  readonly total: number;
  /** Penalties on the mean loss: `l1 |w| + l2 w² / 2` for each coefficient. */
  readonly l1: number;
  readonly l2: number;
  readonly maxIterations: number;
  readonly tolerance: number;
}

/** What {@link layOutLogistic} lays out. */
export interface LogisticPlan {
  readonly folded: FoldedRows;
  /** Factor of each class's rows. */
  readonly factors: Float64Array;
  readonly outputs: number;
  readonly threads: number;
  /** Inverse strength of the penalty, and the share of it that is on absolute values. */
  readonly c: number;
  readonly l1Ratio: number;
  readonly maxIterations: number;
  readonly tolerance: number;
}

/** The most frequent cell of each column, by a vote that is exact where one has the majority. */
function commonCells({ points, cols, cells }: FoldedRows): Float64Array {
  const common = new Float64Array(cols);
  const votes = new Int32Array(cols);
  for (let i = 0, base = 0; i < points; i++, base += cols) {
    for (let c = 0; c < cols; c++) {
      const cell = cells[base + c]!;
      if (cell === common[c]) votes[c]!++;
      else if (votes[c] === 0) {
        common[c] = cell;
        votes[c] = 1;
      } else votes[c]!--;
    }
  }
  return common;
}

function countEntries({ points, cols, cells }: FoldedRows, shift: Float64Array): number {
  let entries = 0;
  for (let i = 0, base = 0; i < points; i++, base += cols) {
    for (let c = 0; c < cols; c++) if (cells[base + c] !== shift[c]) entries++;
  }
  return entries;
}

/**
 * Makes the shared memory and fills in what stays. Each column is taken less its most frequent cell:
 * the intercepts take that up, no coefficient changes, and what is left is mostly zeros, of which
 * nothing is kept.
 * @throws WiresiftError `MODEL_SIZE` when it does not fit in 4 GB
 */
export function layOutLogistic(plan: LogisticPlan): LogisticTask {
  const { folded, factors, outputs, threads } = plan;
  const { points, cols, cells, start, label } = folded;
  const width = outputs === 1 ? 1 : outputs + (outputs & 1);
  const size = outputs * (cols + 1);
  const newton = size <= NEWTON_SIZE;
  const shift = commonCells(folded);
  const entries = countEntries(folded, shift);
  const slopeBytes = (cols + 1) * width * 8;
  const pairs = ((cols + 1) * (cols + 2)) / 2;
  const curvatureBytes = newton ? pairs * blockSize(width) * 8 : 0;
  const stride = newton ? size + (size & 1) : 0;
  const blocks = Math.ceil(points / BLOCK_POINTS);
  const layout = new MemoryLayout('fit logistic');
  const rows = {
    starts: layout.take((points + 1) * 4),
    entries: layout.take(entries * 8),
    shift: layout.take(cols * 8),
    targetStart: layout.take((points + 1) * 4),
    targetClass: layout.take(label.length * 4),
    targetWeight: layout.take(label.length * 8),
  };
  const at: LogisticAddresses = {
    head: layout.take(HEAD_BYTES),
    slopes: layout.take(slopeBytes),
    sample: layout.take(newton ? points * 4 : 0),
    sampleWeight: layout.take(newton ? points * 8 : 0),
    gradients: layout.take(blocks * slopeBytes),
    losses: layout.take(blocks * 8),
    curvatures: layout.take(CURVATURE_PARTS * curvatureBytes),
    matrix: layout.take(size * stride * 8),
    scratch: layout.take(threads * scratchBytes(cols, width)),
    control: layout.take(CONTROL_FIELDS * 4),
  };
  const memory = layout.allocate();
  const { buffer } = memory;
  const head = new Uint32Array(buffer, at.head, HEAD_BYTES / 4);
  const places = { ...rows, ...at, columns: cols, width };
  for (const [name, place] of Object.entries(HEAD)) head[place] = places[name as keyof typeof HEAD];

  new Float64Array(buffer, rows.shift, cols).set(shift);
  const starts = new Uint32Array(buffer, rows.starts, points + 1);
  const columnOf = new Uint32Array(buffer, rows.entries, entries * 2);
  const cellOf = new Float32Array(buffer, rows.entries, entries * 2);
  for (let i = 0, base = 0, n = 0; i < points; i++, base += cols) {
    for (let c = 0; c < cols; c++) {
      if (cells[base + c] === shift[c]) continue;
      columnOf[n] = c;
      cellOf[n + 1] = cells[base + c]!;
      n += 2;
    }
    starts[i + 1] = n / 2;
  }
  new Uint32Array(buffer, rows.targetStart, points + 1).set(start);
  new Uint32Array(buffer, rows.targetClass, label.length).set(label);
  const targetWeight = new Float64Array(buffer, rows.targetWeight, label.length);
  const weights = new Float64Array(points);
  let total = 0;
  for (let i = 0; i < points; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) {
      targetWeight[e] = folded.weight[e]! * factors[label[e]!]!;
      weights[i]! += targetWeight[e]!;
    }
    total += weights[i]!;
  }
  const strength = 1 / (plan.c * total);
  return {
    memory,
    at,
    points,
    cols,
    outputs,
    width,
    threads,
    size,
    stride,
    curvatureBytes,
    shift,
    weights,
    total,
    l1: strength * plan.l1Ratio,
    l2: strength * (1 - plan.l1Ratio),
    maxIterations: plan.maxIterations,
    tolerance: plan.tolerance,
  };
}

/** Bytes of scratch of one thread, whole cache lines. */
export function scratchBytes(cols: number, width: number): number {
  return Math.ceil(linearScratch(cols, width) / 64) * 64;
}

/** The counters that the threads meet at. */
export function controlOf({ memory, at }: LogisticTask): Int32Array {
  return new Int32Array(memory.buffer, at.control, CONTROL_FIELDS);
}

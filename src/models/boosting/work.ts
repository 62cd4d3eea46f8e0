import type { PieceWork } from '../crew.ts';
import { loadTreeKernels, type TreeKernels } from '../kernels/load.ts';
import { histogramBytes, SplitSearch } from './search.ts';
import {
  type BoostTask,
  CELL,
  GROUP,
  JOB_FIELDS,
  LEAF_PARTS,
  RESULT_FIELDS,
  ROW_BLOCK,
  scratchBytes,
} from './task.ts';

/** Kinds of work that threads share out among themselves, one kind at a time. */
export const PHASES = ['gradients', 'partition', 'split', 'update'] as const;
/** A word of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** Numbers of a tree's job. */
export const JOB = {
  active: 0,
  from: 1,
  count: 2,
  column: 3,
  /** Written by `partition`: rows on the left. */
  left: 4,
  smallFrom: 5,
  smallCount: 6,
  smallSlot: 7,
  /** -1: there is no sibling to subtract from. */
  bigSlot: 8,
  searchSmall: 9,
  searchBig: 10,
  leaves: 11,
} as const;

/**
 * The work of one thread. Every piece writes to places of its own, and sums are exact, so the order
 * and the number of threads change nothing.
 */
export class BoostWork implements PieceWork<Phase> {
  readonly phases = PHASES;
  readonly #task: BoostTask;
  readonly #kernels: TreeKernels;
  readonly #search: SplitSearch;
  readonly #jobs: Int32Array;
  readonly #bounds: Float64Array;
  readonly #results: Float64Array;
  /** Addresses of the columns' histograms, a histogram for padding, the kernels' room. */
  readonly #offsets: number;
  readonly #padding: number;
  readonly #scratch: number;
  /** Pieces that the columns of one tree are cut into. */
  readonly #parts: number;
  readonly #moved: number;

  constructor(task: BoostTask, thread: number) {
    const { at, outputs, groups, pairedRows, stride, threads } = task;
    const buffer = task.memory.buffer;
    this.#task = task;
    this.#kernels = loadTreeKernels(task.memory);
    this.#search = new SplitSearch(task);
    this.#jobs = new Int32Array(buffer, at.jobs, outputs * JOB_FIELDS);
    this.#bounds = new Float64Array(buffer, at.bounds, outputs * 4);
    this.#results = new Float64Array(buffer, at.results, outputs * groups * 2 * RESULT_FIELDS);
    this.#offsets = at.scratch + thread * scratchBytes(stride, outputs);
    this.#padding = this.#offsets + 4 * stride;
    this.#scratch = this.#padding + 256 * CELL;
    // Rows are gathered once a piece, so no more pieces than keep the threads busy.
    this.#parts = Math.min(groups, threads === 1 ? 1 : Math.ceil((2 * threads) / outputs));
    this.#moved = at.moved + thread * pairedRows * 4;
  }

  /** Pieces that a phase has. */
  pieces(phase: Phase): number {
    const { outputs, pairedRows } = this.#task;
    if (phase === 'gradients') return Math.ceil(pairedRows / ROW_BLOCK);
    if (phase === 'partition') return outputs;
    return phase === 'split' ? outputs * this.#parts : outputs * LEAF_PARTS;
  }

  /** Does one piece. */
  do(phase: Phase, piece: number): void {
    if (phase === 'gradients') this.#gradients(piece);
    else if (phase === 'partition') this.#partition(piece);
    else if (phase === 'split') this.#split(piece);
    else this.#update(piece);
  }

  #gradients(block: number): void {
    const { at, outputs, pairedRows, scaleG, scaleH } = this.#task;
    const from = block * ROW_BLOCK;
    const to = Math.min(pairedRows, from + ROW_BLOCK);
    this.#kernels.gradients(
      at.scores,
      pairedRows,
      outputs,
      from,
      to,
      at.labels,
      at.weights,
      at.factors,
      at.pairs,
      this.#scratch,
      scaleG,
      scaleH,
    );
  }

  #partition(output: number): void {
    const { at, rows, stride } = this.#task;
    const job = output * JOB_FIELDS;
    const jobs = this.#jobs;
    if (jobs[job + JOB.active] === 0) return;
    jobs[job + JOB.left] = this.#kernels.partition(
      at.rows + (output * rows + jobs[job + JOB.from]!) * 4,
      jobs[job + JOB.count]!,
      at.bins + jobs[job + JOB.column]!,
      stride,
      at.tables + output * 256,
      this.#moved,
    );
  }

  /** Histograms of the small child, the big child by subtraction, and the best splits of both. */
  #split(piece: number): void {
    const { at, outputs, groups, cols, limits } = this.#task;
    const output = piece % outputs;
    const part = (piece / outputs) | 0;
    const job = output * JOB_FIELDS;
    const jobs = this.#jobs;
    if (jobs[job + JOB.active] === 0) return;
    const firstGroup = Math.floor((part * groups) / this.#parts);
    const endGroup = Math.floor(((part + 1) * groups) / this.#parts);
    const first = firstGroup * GROUP;
    const end = Math.min(cols, endGroup * GROUP);
    const bytes = histogramBytes(this.#task);
    const base = at.histograms + output * limits.maxLeaves * bytes;
    const small = base + jobs[job + JOB.smallSlot]! * bytes;
    this.#count(output, first, endGroup - firstGroup, small);
    if (jobs[job + JOB.searchSmall] === 1) this.#find(output, first, end, small, 0);
    const bigSlot = jobs[job + JOB.bigSlot]!;
    if (bigSlot < 0 || jobs[job + JOB.searchBig] === 0) return;
    const big = base + bigSlot * bytes;
    const { offsets } = this.#task;
    const from = offsets[first]!;
    this.#kernels.subtract(big + from, small + from, offsets[end]! - from);
    this.#find(output, first, end, big, 1);
  }

  /** The best split of the small child (0) or the big one (1), group by group. */
  #find(output: number, first: number, end: number, histogram: number, child: number): void {
    const { at, groups, cols, memory } = this.#task;
    const drawn = new Uint8Array(memory.buffer, at.drawn + output * cols, cols);
    const bound = output * 4 + child * 2;
    const bounds = { low: this.#bounds[bound]!, high: this.#bounds[bound + 1]! };
    for (let from = first; from < end; from += GROUP) {
      const columns = { first: from, end: Math.min(end, from + GROUP), drawn };
      const to = (2 * (output * groups + from / GROUP) + child) * RESULT_FIELDS;
      const result = this.#results.subarray(to, to + RESULT_FIELDS);
      this.#search.best(histogram, columns, bounds, result);
    }
  }

  #count(output: number, first: number, groups: number, histogram: number): void {
    const { at, rows, cols, pairedRows, stride, offsets, shift } = this.#task;
    const buffer = this.#task.memory.buffer;
    const job = output * JOB_FIELDS;
    const width = groups * GROUP;
    const end = Math.min(cols, first + width);
    new Uint8Array(buffer, histogram + offsets[first]!, offsets[end]! - offsets[first]!).fill(0);
    const table = new Uint32Array(buffer, this.#offsets, width);
    for (let i = 0; i < width; i++) {
      // Columns that only pad the group count into one that nobody reads.
      table[i] = first + i < end ? histogram + offsets[first + i]! : this.#padding;
    }
    this.#kernels.histogram(
      at.rows + (output * rows + this.#jobs[job + JOB.smallFrom]!) * 4,
      this.#jobs[job + JOB.smallCount]!,
      at.bins + first,
      stride,
      groups,
      at.pairs + output * pairedRows * 8,
      at.weights,
      shift,
      this.#offsets,
      this.#scratch,
    );
  }

  #update(piece: number): void {
    const { at, outputs, rows, pairedRows, limits } = this.#task;
    const output = piece % outputs;
    const part = (piece / outputs) | 0;
    const count = this.#jobs[output * JOB_FIELDS + JOB.leaves]!;
    const base = at.leaves + output * limits.maxLeaves * 16;
    const words = new Int32Array(this.#task.memory.buffer, base, count * 4);
    const values = new Float64Array(this.#task.memory.buffer, base, count * 2);
    for (let leaf = part; leaf < count; leaf += LEAF_PARTS) {
      this.#kernels.addTo(
        at.rows + (output * rows + words[leaf * 4]!) * 4,
        words[leaf * 4 + 1]!,
        at.scores + output * pairedRows * 8,
        values[leaf * 2 + 1]!,
      );
    }
  }
}

import type { PieceWork } from '../crew.ts';
import { loadLinearKernels } from '../kernels/linear.ts';
import type { LinearKernels } from '../kernels/linear-layout.ts';
import { BLOCK_POINTS, CURVATURE_PARTS, type LogisticTask, scratchBytes } from './task.ts';

/** Kinds of work that threads share out among themselves, one kind at a time. */
export const PHASES = ['gradient', 'curvature'] as const;
/** A word of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** Place of the number of sampled points, behind the counters of the crew. */
export const SAMPLED = 8;

/** The work of one thread; every piece has sums of its own, added up in order by the leader. */
export class LogisticWork implements PieceWork<Phase> {
  readonly phases = PHASES;
  readonly kernels: LinearKernels;
  readonly #task: LogisticTask;
  readonly #scratch: number;
  readonly #control: Int32Array;

  constructor(task: LogisticTask, thread: number, control: Int32Array) {
    this.#task = task;
    this.#control = control;
    this.kernels = loadLinearKernels(task.memory);
    this.#scratch = task.at.scratch + thread * scratchBytes(task.cols, task.width);
  }

  pieces(phase: Phase): number {
    return phase === 'gradient' ? Math.ceil(this.#task.points / BLOCK_POINTS) : CURVATURE_PARTS;
  }

  do(phase: Phase, piece: number): void {
    const { at, cols, width, points, memory, curvatureBytes } = this.#task;
    if (phase === 'gradient') {
      const bytes = (cols + 1) * width * 8;
      const out = at.gradients + piece * bytes;
      new Float64Array(memory.buffer, out, bytes / 8).fill(0);
      const first = piece * BLOCK_POINTS;
      const end = Math.min(points, first + BLOCK_POINTS);
      const loss = this.kernels.gradient(at.head, first, end, this.#scratch, out);
      new Float64Array(memory.buffer, at.losses + 8 * piece, 1)[0] = loss;
      return;
    }
    const sampled = this.#control[SAMPLED]!;
    const out = at.curvatures + piece * curvatureBytes;
    new Float64Array(memory.buffer, out, curvatureBytes / 8).fill(0);
    const first = Math.floor((piece * sampled) / CURVATURE_PARTS);
    const end = Math.floor(((piece + 1) * sampled) / CURVATURE_PARTS);
    this.kernels.curvature(at.head, first, end, this.#scratch, out);
  }
}

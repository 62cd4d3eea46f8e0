import { Crew } from '../crew.ts';
import { blockSize, type LinearKernels } from '../kernels/linear-layout.ts';
import { BLOCK_POINTS, CURVATURE_PARTS, controlOf, type LogisticTask } from './task.ts';
import { LogisticWork, type Phase, SAMPLED } from './work.ts';

/** An output that is there for its place only: no share beyond rounding. */
const NOWHERE = -1e300;
/** How often the diagonal is raised, a hundredfold each time, before a matrix is given up. */
const MAX_RAISES = 7;

/**
 * The mean log-loss with its penalty, as a function of a point: columns × outputs coefficients,
 * then one intercept an output, over columns less their shift.
 */
export class LogisticObjective {
  readonly task: LogisticTask;
  readonly kernels: LinearKernels;
  readonly #crew: Crew<Phase>;
  readonly #control: Int32Array;
  readonly #slopes: Float64Array;
  readonly #gradients: Float64Array;
  readonly #losses: Float64Array;
  /** Second derivatives, lower triangle, rows of the task's stride. */
  readonly matrix: Float64Array;

  constructor(task: LogisticTask) {
    this.task = task;
    this.#control = controlOf(task);
    const work = new LogisticWork(task, 0, this.#control);
    this.kernels = work.kernels;
    this.#crew = new Crew(work, this.#control, task.threads - 1);
    const { at, cols, width, points, size, stride } = task;
    const { buffer } = task.memory;
    const blocks = Math.ceil(points / BLOCK_POINTS);
    const slopes = (cols + 1) * width;
    this.#slopes = new Float64Array(buffer, at.slopes, slopes);
    this.#gradients = new Float64Array(buffer, at.gradients, blocks * slopes);
    this.#losses = new Float64Array(buffer, at.losses, blocks);
    this.matrix = new Float64Array(buffer, at.matrix, size * stride);
  }

  #place(point: Float64Array): void {
    const { cols, outputs, width } = this.task;
    const slopes = this.#slopes;
    for (let c = 0; c <= cols; c++) {
      for (let k = 0; k < outputs; k++) slopes[c * width + k] = point[c * outputs + k]!;
    }
    for (let k = outputs; k < width; k++) slopes[cols * width + k] = NOWHERE;
  }

  /** The smooth part: everything but the penalty on absolute values. Writes its gradient. */
  readonly evaluate = (point: Float64Array, gradient: Float64Array): number => {
    const { cols, outputs, width, total, l2 } = this.task;
    this.#place(point);
    this.#crew.run('gradient');
    const sums = this.#gradients;
    const slopes = (cols + 1) * width;
    gradient.fill(0);
    let loss = 0;
    for (let block = 0, from = 0; block < this.#losses.length; block++, from += slopes) {
      loss += this.#losses[block]!;
      for (let c = 0; c <= cols; c++) {
        for (let k = 0; k < outputs; k++) {
          gradient[c * outputs + k]! += sums[from + c * width + k]!;
        }
      }
    }
    for (let i = 0; i < gradient.length; i++) gradient[i]! /= total;
    let squares = 0;
    for (let i = 0; i < cols * outputs; i++) {
      squares += point[i]! * point[i]!;
      gradient[i]! += l2 * point[i]!;
    }
    return loss / total + (l2 * squares) / 2;
  };

  /** The part on absolute values. */
  absolute(point: Float64Array): number {
    const { cols, outputs, l1 } = this.task;
    if (l1 === 0) return 0;
    let sum = 0;
    for (let i = 0; i < cols * outputs; i++) sum += Math.abs(point[i]!);
    return l1 * sum;
  }

  /**
   * How far the point is from the minimum: the largest component of the gradient over the columns
   * as they came; with absolute values, of the subgradient that is nearest to 0.
   */
  readonly violation = (point: Float64Array, gradient: Float64Array): number => {
    const { cols, outputs, shift, l1 } = this.task;
    const free = cols * outputs;
    let most = 0;
    for (let k = 0; k < outputs; k++) most = Math.max(most, Math.abs(gradient[free + k]!));
    for (let i = 0; i < free; i++) {
      const k = i % outputs;
      const slope = gradient[i]! + shift[(i - k) / outputs]! * gradient[free + k]!;
      const own =
        point[i] === 0
          ? Math.max(0, Math.abs(slope) - l1)
          : Math.abs(slope + l1 * Math.sign(point[i]!));
      if (own > most) most = own;
    }
    return most;
  };

  /** Second derivatives of the smooth part at `point`, from about `wanted` points, in `matrix`. */
  curve(point: Float64Array, wanted: number): void {
    const { cols, outputs, width, total, l2, stride, memory, at, curvatureBytes } = this.task;
    this.#place(point);
    this.#draw(wanted);
    this.#crew.run('curvature');
    const count = curvatureBytes / 8;
    const parts = new Float64Array(memory.buffer, at.curvatures, CURVATURE_PARTS * count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let part = 0; part < CURVATURE_PARTS; part++) sum += parts[part * count + i]!;
      parts[i] = sum / total;
    }
    const { matrix } = this;
    matrix.fill(0);
    const block = blockSize(width);
    for (let a = 0; a <= cols; a++) {
      for (let b = 0; b <= a; b++) {
        const from = ((a * (a + 1)) / 2 + b) * block;
        for (let k = 0; k < outputs; k++) {
          const last = a === b ? k : outputs - 1;
          for (let l = 0; l <= last; l++) {
            const [high, low] = k > l ? [k, l] : [l, k];
            const cell = parts[from + (high * (high + 1)) / 2 + low]!;
            matrix[(a * outputs + k) * stride + b * outputs + l] = cell;
          }
        }
      }
    }
    const free = cols * outputs;
    for (let i = 0; i < free; i++) matrix[i * stride + i]! += l2;
    if (outputs > 1) this.#fixIntercepts();
  }

  /**
   * The same number on all intercepts changes nothing, so the matrix is singular that way; a curve
   * along it alone makes steps leave it out.
   */
  #fixIntercepts(): void {
    const { cols, outputs, stride } = this.task;
    const free = cols * outputs;
    let mean = 0;
    for (let k = free; k < free + outputs; k++) mean += this.matrix[k * stride + k]! / outputs;
    for (let k = free; k < free + outputs; k++) {
      for (let l = free; l <= k; l++) this.matrix[k * stride + l]! += (mean || 1) / outputs;
    }
  }

  /**
   * Points at even steps of summed weight, so that each stands for as much; those that weigh more
   * than a step are all taken.
   */
  #draw(wanted: number): void {
    const { points, weights, total, memory, at } = this.task;
    const sample = new Uint32Array(memory.buffer, at.sample, points);
    const sampleWeight = new Float64Array(memory.buffer, at.sampleWeight, points);
    const step = wanted >= points ? 0 : total / wanted;
    let count = 0;
    let sum = step / 2;
    for (let i = 0; i < points; i++) {
      const own = weights[i]!;
      if (own === 0) continue;
      if (own < step) {
        sum += own;
        if (sum < step) continue;
        sum -= step;
      }
      sample[count] = i;
      sampleWeight[count++] = Math.max(own, step);
    }
    this.#control[SAMPLED] = count;
  }

  /**
   * Factors the first `count` rows of the matrix, its diagonal raised where rounding made it
   * singular. @returns false when it cannot be factored
   */
  factorise(count: number): boolean {
    const { matrix, kernels } = this;
    const { stride, at } = this.task;
    const kept = matrix.slice(0, count * stride);
    let most = 0;
    for (let i = 0; i < count; i++) most = Math.max(most, kept[i * stride + i]!);
    for (let n = 0, raise = 0; n < MAX_RAISES; n++) {
      if (kernels.factorise(at.matrix, count, stride) === 1) return true;
      raise = raise === 0 ? 1e-13 : raise * 100;
      matrix.set(kept);
      for (let i = 0; i < count; i++) {
        matrix[i * stride + i] = kept[i * stride + i]! * (1 + raise) + raise * raise * most;
      }
    }
    return false;
  }

  /** Sends the other threads home. */
  dismiss(): void {
    this.#crew.dismiss();
  }
}

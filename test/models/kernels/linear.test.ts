import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { foldRows } from '../../../src/models/fold-rows.ts';
import { MemoryLayout } from '../../../src/models/kernels/layout.ts';
import { loadLinearKernels } from '../../../src/models/kernels/linear.ts';
import type { LinearKernels } from '../../../src/models/kernels/linear-layout.ts';
import { log, plainLinearKernels } from '../../../src/models/kernels/plain-linear.ts';
import { type LogisticTask, layOutLogistic } from '../../../src/models/logistic/task.ts';
import { generateInput } from '../generated.ts';

const POINTS = 60;

function taskOf(classes: number): LogisticTask {
  const input = generateInput({ rows: POINTS, classes });
  const weights = Float32Array.from(input.labels, (_, i) => 0.3 + (i % 4));
  const task = layOutLogistic({
    folded: foldRows({ ...input, weights }),
    factors: new Float64Array(classes).fill(1),
    outputs: classes === 2 ? 1 : classes,
    threads: 1,
    c: 1,
    l1Ratio: 0,
    maxIterations: 1,
    tolerance: 0,
  });
  const { at, points, cols, width, memory } = task;
  const random = new Random(2);
  const slopes = new Float64Array(memory.buffer, at.slopes, (cols + 1) * width);
  slopes.forEach((_, i) => {
    slopes[i] = i % 7 === 0 ? 400 * random.normal() : random.normal();
  });
  new Uint32Array(memory.buffer, at.sample, points).forEach((_, i, all) => {
    all[i] = points - 1 - i;
  });
  new Float64Array(memory.buffer, at.sampleWeight, points).fill(1.25);
  return task;
}

function run(kernels: LinearKernels, task: LogisticTask): number {
  const { at, points } = task;
  kernels.curvature(at.head, 3, points - 5, at.scratch, at.curvatures);
  return kernels.gradient(at.head, 2, points - 1, at.scratch, at.gradients);
}

describe('linear kernels', () => {
  it('equal the plain ones bit by bit, for one output, for even and odd numbers of them', () => {
    for (const classes of [2, 3, 4, 13]) {
      const task = taskOf(classes);
      const copy = taskOf(classes);
      const fast = run(loadLinearKernels(task.memory), task);
      assert.equal(run(plainLinearKernels(copy.memory.buffer), copy), fast);
      assert.ok(fast > 0);
      for (const [from, bytes] of [
        [task.at.gradients, (task.cols + 1) * task.width * 8],
        [task.at.curvatures, task.curvatureBytes],
      ] as const) {
        const own = new Float64Array(task.memory.buffer, from, bytes / 8);
        assert.ok(own.some((value) => value !== 0));
        assert.deepEqual(own, new Float64Array(copy.memory.buffer, from, bytes / 8));
      }
    }
  });

  it('give the gradient that differences of the loss show', () => {
    for (const classes of [2, 5]) {
      const task = taskOf(classes);
      const { at, cols, width, memory, points, outputs } = task;
      const kernels = loadLinearKernels(memory);
      const slopes = new Float64Array(memory.buffer, at.slopes, (cols + 1) * width);
      slopes.forEach((_, i) => {
        slopes[i] = Math.sin(i) / 2;
      });
      for (let k = outputs; k < width; k++) slopes[cols * width + k] = -1e300;
      const out = new Float64Array(memory.buffer, at.gradients, (cols + 1) * width);
      const lossAt = (): number => {
        out.fill(0);
        return kernels.gradient(at.head, 0, points, at.scratch, at.gradients);
      };
      lossAt();
      const gradient = out.slice();
      for (let i = 0; i < slopes.length; i++) {
        if (i % width >= outputs) continue;
        const kept = slopes[i]!;
        slopes[i] = kept + 1e-5;
        const above = lossAt();
        slopes[i] = kept - 1e-5;
        const below = lossAt();
        slopes[i] = kept;
        const seen = (above - below) / 2e-5;
        assert.ok(Math.abs(seen - gradient[i]!) < 1e-4, `${i}: ${seen} and ${gradient[i]}`);
      }
    }
  });

  it('factor a matrix as the plain one does, and refuse one that is not positive definite', () => {
    const size = 23;
    const stride = 24;
    const layout = new MemoryLayout('test');
    const at = layout.take(size * stride * 8);
    const memories = [layout.allocate(), layout.allocate()];
    const random = new Random(9);
    const cells = Float64Array.from({ length: size * size }, () => random.normal());
    const views = memories.map(({ buffer }) => new Float64Array(buffer, at, size * stride));
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? 0.1 : 0;
        for (let k = 0; k < size; k++) sum += cells[i * size + k]! * cells[j * size + k]!;
        for (const view of views) view[i * stride + j] = sum;
      }
    }
    const wanted = views[0]!.slice();
    assert.equal(loadLinearKernels(memories[0]!).factorise(at, size, stride), 1);
    assert.equal(plainLinearKernels(memories[1]!.buffer).factorise(at, size, stride), 1);
    assert.deepEqual(views[0], views[1]);
    const found = views[0]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += found[i * stride + k]! * found[j * stride + k]!;
        assert.ok(Math.abs(sum - wanted[i * stride + j]!) < 1e-9);
      }
    }
    found.set(wanted);
    found[5 * stride + 5] = -1;
    assert.equal(loadLinearKernels(memories[0]!).factorise(at, size, stride), 0);
  });

  it('take logarithms to the last places', () => {
    for (let x = 1; x < 1e9; x *= 1.37) {
      assert.ok(Math.abs(log(x) - Math.log(x)) <= 4e-16 * Math.max(1, Math.log(x)), `${x}`);
    }
  });
});

import assert from 'node:assert/strict';
import { Random } from '../../../src/base/index.ts';
import { MemoryLayout } from '../../../src/models/kernels/layout.ts';
import {
  loadNeuralKernels,
  type NeuralBuild,
  type NeuralKernels,
} from '../../../src/models/kernels/neural.ts';

/** Numbers of each of the four runs that a call gets. */
export const FLOATS = 4096;

type Call = (kernels: NeuralKernels, at: [number, number, number, number]) => void;

/** What a call leaves in memory that starts with the same random numbers. */
export function after(build: NeuralBuild, call: Call): Float32Array {
  const layout = new MemoryLayout('test');
  const at = [0, 1, 2, 3].map(() => layout.take(FLOATS * 4));
  const memory = layout.allocate();
  const random = new Random(4);
  const numbers = new Float32Array(memory.buffer, at[0]!, 4 * FLOATS);
  numbers.forEach((_, i) => {
    numbers[i] = i % 40 === 0 ? 100 * random.normal() : random.normal();
  });
  call(loadNeuralKernels(memory, build), at as [number, number, number, number]);
  return numbers.slice();
}

/** Asserts that the exact build equals the plain one bit by bit, and the relaxed one nearly. */
export function builds(call: Call, within = 1e-3): Float32Array {
  const plain = after('plain', call);
  assert.deepEqual(after('exact', call), plain);
  const relaxed = after('relaxed', call);
  plain.forEach((value, i) => {
    const gap = Math.abs(relaxed[i]! - value);
    assert.ok(gap <= within * (1 + Math.abs(value)), `${relaxed[i]} and ${value} at ${i}`);
  });
  return plain;
}

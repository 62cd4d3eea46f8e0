import type { LinearKernels } from './linear-layout.ts';
import { instantiate, type KernelMemory } from './load.ts';
import { plainLinearKernels } from './plain-linear.ts';

/** The kernels on that memory; plain ones where Node runs without WebAssembly. */
export function loadLinearKernels(memory: KernelMemory): LinearKernels {
  const exports = instantiate(memory);
  return exports ? (exports as unknown as LinearKernels) : plainLinearKernels(memory.buffer);
}

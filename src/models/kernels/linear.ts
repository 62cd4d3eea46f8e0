import { TREE_KERNELS } from './binary.ts';
import { instantiate, type KernelMemory } from './instantiate.ts';
import type { LinearKernels } from './linear-layout.ts';
import { plainLinearKernels } from './plain-linear.ts';

/** The kernels on that memory; plain ones where Node runs without WebAssembly. */
export function loadLinearKernels(memory: KernelMemory): LinearKernels {
  // They are compiled into the module of the trees.
  return instantiate(TREE_KERNELS, memory, plainLinearKernels);
}

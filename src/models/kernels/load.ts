import { TREE_KERNELS } from './binary.ts';
import { instantiate, type KernelMemory } from './instantiate.ts';
import { plainTreeKernels } from './plain.ts';

/**
 * Kernels over one shared memory; arguments called addresses are in bytes. `assembly/trees.ts` says
 * what each does.
 */
export interface TreeKernels {
  histogram(
    rows: number,
    count: number,
    bins: number,
    stride: number,
    groups: number,
    pairs: number,
    weights: number,
    shift: number,
    offsets: number,
    scratch: number,
  ): void;
  subtract(from: number, less: number, bytes: number): void;
  partition(
    rows: number,
    count: number,
    bins: number,
    stride: number,
    table: number,
    moved: number,
  ): number;
  addTo(rows: number, count: number, scores: number, value: number): void;
  gradients(
    scores: number,
    step: number,
    outputs: number,
    from: number,
    to: number,
    labels: number,
    weights: number,
    factors: number,
    pairs: number,
    scratch: number,
    scaleG: number,
    scaleH: number,
  ): void;
  countClasses(
    items: number,
    count: number,
    bins: number,
    stride: number,
    classes: number,
    histogram: number,
    seen: number,
  ): void;
  isConstant(items: number, count: number, bins: number, stride: number): number;
  markBins(histogram: number, bins: number, classes: number, seen: number): void;
  sumClasses(items: number, count: number, classes: number, out: number): void;
  gatherItems(items: number, count: number, bins: number, stride: number, out: number): void;
  bestCut(
    histogram: number,
    seen: number,
    classes: number,
    total: number,
    factors: number,
    work: number,
    least: number,
    only: number,
  ): number;
  countClasses4(
    items: number,
    count: number,
    stride: number,
    classes: number,
    histogram: number,
    size: number,
    seen: number,
    bins0: number,
    bins1: number,
    bins2: number,
    bins3: number,
  ): void;
  partitionItems(
    items: number,
    count: number,
    bins: number,
    stride: number,
    bin: number,
    moved: number,
  ): number;
}

/** The kernels on that memory; plain ones where Node runs without WebAssembly. */
export function loadTreeKernels(memory: KernelMemory): TreeKernels {
  return instantiate(TREE_KERNELS, memory, plainTreeKernels);
}

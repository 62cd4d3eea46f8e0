import { instantiate, type KernelMemory } from './instantiate.ts';
import { plainScoreKernels } from './plain-score.ts';
import { SCORE_KERNELS } from './score-binary.ts';

/**
 * Kernels of scoring over one shared memory; arguments called after arrays are addresses in bytes.
 * `assembly/score.ts` says what each does.
 */
export interface ScoreKernels {
  notFinite(cells: number, count: number): number;
  binColumn(
    cells: number,
    stride: number,
    count: number,
    edges: number,
    edgeCount: number,
    firstBin: number,
    origin: number,
    scale: number,
    out: number,
    outStride: number,
  ): void;
  foldBins(
    bins: number,
    stride: number,
    count: number,
    table: number,
    mask: number,
    places: number,
  ): number;
  walk(
    nodes: number,
    values: number,
    bins: number,
    stride: number,
    count: number,
    found: number,
  ): void;
  walkCells(nodes: number, cells: number, stride: number, count: number, found: number): void;
  addLeaves(found: number, count: number, leaves: number, width: number, sums: number): void;
  linearOne(
    cells: number,
    rows: number,
    cols: number,
    slopes: number,
    intercept: number,
    out: number,
  ): number;
  linearMany(
    cells: number,
    rows: number,
    cols: number,
    order: number,
    terms: number,
    slopes: number,
    intercepts: number,
    outputs: number,
    out: number,
    width: number,
  ): number;
  nearnessMany(
    cells: number,
    rows: number,
    cols: number,
    order: number,
    terms: number,
    landmarks: number,
    count: number,
    gamma: number,
    near: number,
    slopes: number,
    intercepts: number,
    outputs: number,
    out: number,
    width: number,
  ): void;
  densities(
    cells: number,
    rows: number,
    cols: number,
    order: number,
    terms: number,
    means: number,
    halves: number,
    constants: number,
    classes: number,
    out: number,
    width: number,
    sure: number,
  ): number;
  sigmoids(z: number, rows: number, out: number): void;
  softmaxes(z: number, rows: number, width: number, classes: number, out: number): void;
}

/** The kernels on that memory; plain ones where Node runs without WebAssembly. */
export function loadScoreKernels(memory: KernelMemory): ScoreKernels {
  return instantiate(SCORE_KERNELS, memory, plainScoreKernels);
}

import { instantiate, type KernelMemory, moduleOf } from './instantiate.ts';
import { NEURAL_KERNELS, RELAXED_NEURAL_KERNELS } from './neural-binary.ts';
import { plainNeuralKernels } from './plain-neural.ts';

/**
 * Kernels over one shared memory: addresses and strides in bytes, 32-bit floats.
 * `assembly/neural.ts` says what each does.
 */
export interface NeuralKernels {
  gemm(
    c: number,
    ldc: number,
    a: number,
    ra: number,
    ka: number,
    b: number,
    ldb: number,
    m: number,
    n: number,
    k: number,
  ): void;
  fillRows(to: number, stride: number, row: number, m: number, n: number): void;
  sumRows(sums: number, from: number, stride: number, m: number, n: number): void;
  relu(to: number, from: number, n: number): void;
  reluBack(to: number, slope: number, output: number, n: number): void;
  exp(to: number, from: number, n: number): void;
  sigmoid(to: number, from: number, n: number): void;
  tanh(to: number, from: number, n: number): void;
  adam(
    weights: number,
    slopes: number,
    first: number,
    second: number,
    n: number,
    beta1: number,
    beta2: number,
    rate: number,
    root: number,
    epsilon: number,
    keep: number,
  ): void;
}

/** Builds of the kernels: `exact` equals `plain` bit by bit, `relaxed` rounds products less often. */
export type NeuralBuild = 'relaxed' | 'exact' | 'plain';

const TEXTS = { relaxed: RELAXED_NEURAL_KERNELS, exact: NEURAL_KERNELS } as const;

/** The best build that this engine can run. */
export function bestNeuralBuild(): NeuralBuild {
  if (moduleOf(TEXTS.relaxed)) return 'relaxed';
  return moduleOf(TEXTS.exact) ? 'exact' : 'plain';
}

/** The kernels on that memory. @param build default: {@link bestNeuralBuild} */
export function loadNeuralKernels(
  memory: KernelMemory,
  build: NeuralBuild = bestNeuralBuild(),
): NeuralKernels {
  if (build === 'plain') return plainNeuralKernels(memory.buffer);
  return instantiate(TEXTS[build], memory, plainNeuralKernels);
}

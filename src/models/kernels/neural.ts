import { instantiate, type KernelMemory, moduleOf } from './instantiate.ts';
import { NEURAL_KERNELS, RELAXED_NEURAL_KERNELS } from './neural-binary.ts';
import { plainNeuralKernels } from './plain-neural.ts';

/**
 * Kernels over one shared memory: addresses and strides in bytes, 32-bit floats.
 * `assembly/neural.ts` and the files it names say what each does.
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
  tanhBack(to: number, slope: number, output: number, n: number): void;
  sigmoidBack(to: number, slope: number, output: number, n: number): void;
  gelu(to: number, from: number, n: number): void;
  geluBack(to: number, slope: number, from: number, n: number): void;
  gruStep(
    r: number,
    z: number,
    n: number,
    inner: number,
    before: number,
    after: number,
    count: number,
  ): void;
  gruBack(
    r: number,
    z: number,
    n: number,
    inner: number,
    before: number,
    innerSlope: number,
    carried: number,
    count: number,
  ): void;
  lstmStep(
    input: number,
    forget: number,
    fresh: number,
    out: number,
    before: number,
    cell: number,
    bent: number,
    state: number,
    count: number,
  ): void;
  lstmBack(
    input: number,
    forget: number,
    fresh: number,
    out: number,
    before: number,
    bent: number,
    carried: number,
    cellSlope: number,
    count: number,
  ): void;
  dropout(
    to: number,
    factors: number,
    from: number,
    n: number,
    seed: number,
    limit: number,
    kept: number,
  ): void;
  multiply(to: number, a: number, b: number, n: number): void;
  maxPool(
    to: number,
    marks: number,
    from: number,
    stride: number,
    step: number,
    m: number,
    windows: number,
    n: number,
    width: number,
  ): void;
  maxPoolBack(
    slope: number,
    marks: number,
    given: number,
    stride: number,
    step: number,
    m: number,
    windows: number,
    n: number,
    width: number,
  ): void;
  averagePool(
    to: number,
    from: number,
    stride: number,
    step: number,
    m: number,
    windows: number,
    n: number,
    width: number,
  ): void;
  averagePoolBack(
    slope: number,
    given: number,
    stride: number,
    step: number,
    m: number,
    windows: number,
    n: number,
    width: number,
  ): void;
  add(to: number, a: number, b: number, n: number): void;
  addRows(to: number, stride: number, from: number, step: number, m: number, n: number): void;
  copyRows(to: number, stride: number, from: number, step: number, m: number, n: number): void;
  transpose(to: number, from: number, stride: number, m: number, n: number): void;
  sumProducts(sums: number, a: number, b: number, stride: number, m: number, n: number): void;
  softmax(to: number, from: number, stride: number, m: number, n: number, scale: number): void;
  softmaxBack(
    to: number,
    given: number,
    out: number,
    stride: number,
    m: number,
    n: number,
    scale: number,
  ): void;
  layerNorm(
    to: number,
    normal: number,
    inverse: number,
    from: number,
    scale: number,
    offset: number,
    m: number,
    n: number,
    least: number,
  ): void;
  layerNormBack(
    to: number,
    given: number,
    normal: number,
    inverse: number,
    scale: number,
    m: number,
    n: number,
  ): void;
  sumSquares(sums: number, from: number, mean: number, stride: number, m: number, n: number): void;
  batchNorm(
    to: number,
    normal: number,
    from: number,
    mean: number,
    inverse: number,
    scale: number,
    offset: number,
    m: number,
    n: number,
  ): void;
  batchNormBack(
    to: number,
    given: number,
    normal: number,
    mean: number,
    lean: number,
    factor: number,
    m: number,
    n: number,
  ): void;
  attend(
    joined: number,
    qkv: number,
    shares: number,
    turned: number,
    steps: number,
    channels: number,
    heads: number,
    hidden: number,
    scale: number,
  ): void;
  attendBack(
    slopes: number,
    qkv: number,
    shares: number,
    given: number,
    spare: number,
    turned: number,
    steps: number,
    channels: number,
    heads: number,
    scale: number,
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

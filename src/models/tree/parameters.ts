import { classFactors, nameOrder } from '../input.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import type { FitInput, ParameterSpec, Parameters } from '../model.ts';
import { binMatrix, transpose } from './bins.ts';
import { foldBins } from './fold-bins.ts';
import type { GrowTask } from './grow.ts';

/** Parameters that bound every tree; `maxFeatures` differs by kind. */
export function treeParameters(maxFeatures: string): readonly ParameterSpec[] {
  return [
    {
      name: 'maxDepth',
      type: 'integer',
      default: null,
      min: 1,
      max: 1_000_000,
      meaning: 'Most splits from the root to a leaf; null: no limit',
    },
    {
      name: 'minSamplesSplit',
      type: 'number',
      default: 2,
      min: 2,
      max: 1e9,
      meaning: 'A node of fewer rows (by weight) is not split',
    },
    {
      name: 'minSamplesLeaf',
      type: 'number',
      default: 1,
      min: 0,
      max: 1e9,
      meaning: 'Fewest rows (by weight) on each side of a split',
    },
    {
      name: 'maxFeatures',
      type: 'string',
      default: maxFeatures,
      choices: ['all', 'sqrt', 'log2', 'third'],
      meaning: 'Columns tried at each split: all, or so many of the number of columns',
    },
    {
      name: 'maxBins',
      type: 'integer',
      default: 255,
      min: 2,
      max: 255,
      meaning: 'Most bins a column is cut into before training',
    },
    {
      name: 'classWeight',
      type: 'string',
      default: 'none',
      choices: ['none', 'balanced'],
      meaning: 'balanced: each class weighs the same in sum, whatever its number of rows',
    },
  ];
}

/** Number of columns that a word for `maxFeatures` means. */
function featureCount(word: unknown, cols: number): number {
  if (word === 'sqrt') return Math.max(1, Math.floor(Math.sqrt(cols)));
  if (word === 'log2') return Math.max(1, Math.floor(Math.log2(cols)));
  if (word === 'third') return Math.max(1, Math.round(cols / 3));
  return cols;
}

function shared(labels: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(labels.byteLength));
  copy.set(labels);
  return copy;
}

function sharedWeights(weights: Float32Array | undefined): Float32Array | undefined {
  if (!weights) return undefined;
  const copy = new Float32Array(new SharedArrayBuffer(weights.byteLength));
  copy.set(weights);
  return copy;
}

/** How trees are grown, apart from their parameters. */
export interface GrowOptions {
  readonly seed: number;
  readonly threads: number;
  readonly randomCuts?: boolean;
}

/**
 * Bins the matrix and lays everything out in shared memory for growing.
 * @throws WiresiftError `MODEL_SIZE` when it does not fit in 4 GB
 */
export function prepareTask(
  kind: string,
  input: FitInput,
  parameters: Parameters,
  { seed, threads, randomCuts = false }: GrowOptions,
): GrowTask {
  const { matrix } = input;
  const { rows, cols } = matrix;
  const order = nameOrder(matrix.names);
  const binned = binMatrix(matrix, order, parameters['maxBins'] as number, input.weights);
  const classCount = input.classes.length;
  const layout = new MemoryLayout(`fit ${kind}`);
  // Whole words a row: neighbouring rows share no more cache lines than they must.
  const stride = Math.ceil(cols / 4) * 4;
  const bins = layout.take(rows * stride);
  const histogramBytes = Math.max(...binned.counts) * classCount * 8;
  const rooms = Array.from({ length: threads }, () => ({
    items: layout.take(rows * 16),
    moved: layout.take(rows * 16),
    histograms: layout.take(4 * histogramBytes),
    histogramBytes,
    seen: layout.take(4 * 32),
    classWeights: layout.take(classCount * 8),
    factors: layout.take(classCount * 8),
    work: layout.take(2 * classCount * 8 + 8),
  }));
  const memory = layout.allocate();
  const byRow = new Uint8Array(memory.buffer, bins, rows * stride);
  transpose(binned, stride, byRow);
  const { labels, weights } = input;
  return {
    memory,
    bins,
    stride,
    rows,
    cols,
    order,
    counts: binned.counts,
    edges: binned.edges,
    labels: shared(labels),
    first: foldBins({ rows, stride, bins: byRow, labels, weights }),
    weights: sharedWeights(weights),
    classCount,
    factors: classFactors(input, parameters['classWeight']),
    limits: {
      maxDepth: (parameters['maxDepth'] as number | null) ?? Number.POSITIVE_INFINITY,
      minSamplesSplit: parameters['minSamplesSplit'] as number,
      minSamplesLeaf: parameters['minSamplesLeaf'] as number,
      maxFeatures: featureCount(parameters['maxFeatures'], cols),
    },
    bootstrap: parameters['bootstrap'] === true,
    randomCuts,
    seed,
    rooms,
  };
}

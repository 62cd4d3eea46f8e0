import { WiresiftError } from '../../base/index.ts';
import { classFactors, nameOrder } from '../input.ts';
import { MemoryLayout } from '../kernels/layout.ts';
import { CLASS_WEIGHT } from '../kind.ts';
import type { FitInput, ParameterSpec, Parameters } from '../model.ts';
import { type BinnedMatrix, binMatrix, transpose } from './bins.ts';
import { type FoldedRows, foldBins } from './fold-bins.ts';
import { COPIES_SHARE, type GrowTask } from './grow.ts';
import { drawCount, HEAVIEST_ITEM, ITEM } from './sample.ts';
import { weighUnits } from './units.ts';

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
    CLASS_WEIGHT,
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

function sumOf(weights: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  return sum;
}

/** A label takes 16 bits. */
const MOST_CLASSES = 65_536;

function refuseClasses(kind: string, count: number): never {
  throw new WiresiftError({
    code: 'MODEL_SIZE',
    where: `fit ${kind}`,
    saw: `${count} classes`,
    expected: `at most ${MOST_CLASSES}`,
    todo: 'Check the column that the labels come from',
  });
}

/** Bins column by column, of distinct rows only. */
function copyColumns(binned: BinnedMatrix, folded: FoldedRows | undefined, out: Uint8Array): void {
  const { rows, cols, bins } = binned;
  if (!folded) {
    out.set(bins);
    return;
  }
  const { distinct, first } = folded;
  for (let c = 0; c < cols; c++) {
    const from = bins.subarray(c * rows, (c + 1) * rows);
    const to = out.subarray(c * distinct, (c + 1) * distinct);
    for (let i = 0; i < distinct; i++) to[i] = from[first[i]!]!;
  }
}

/** How trees are grown, apart from their parameters. */
export interface GrowOptions {
  readonly seed: number;
  readonly threads: number;
  readonly randomCuts?: boolean;
  /** False: hold equal rows apart, which changes no number and takes longer. */
  readonly fold?: boolean;
}

/**
 * Bins the matrix and lays everything out in shared memory for growing.
 * @throws WiresiftError `MODEL_SIZE` when it does not fit in 4 GB, or on more than 65,536 classes
 */
export function prepareTask(
  kind: string,
  input: FitInput,
  parameters: Parameters,
  { seed, threads, randomCuts = false, fold = true }: GrowOptions,
): GrowTask {
  const { matrix } = input;
  const { rows, cols } = matrix;
  const order = nameOrder(matrix.names);
  const binned = binMatrix(matrix, order, parameters['maxBins'] as number, input.weights);
  const classCount = input.classes.length;
  if (classCount > MOST_CLASSES) refuseClasses(kind, classCount);
  const bootstrap = parameters['bootstrap'] === true;
  const { units, unit, most } = weighUnits(rows, bootstrap ? undefined : input.weights);
  const sum = bootstrap && input.weights ? drawCount(sumOf(input.weights)) : most;
  const layout = new MemoryLayout(`fit ${kind}`);
  // Rows of whole 64-bit words are copied fastest.
  const stride = Math.ceil(cols / 8) * 8;
  const bins = layout.take(rows * stride);
  const columns = layout.take(rows * cols);
  const items = rows + Math.ceil(sum / HEAVIEST_ITEM);
  const histogramBytes = Math.max(...binned.counts) * classCount * 4;
  const rooms = Array.from({ length: threads }, () => ({
    items: layout.take(items * ITEM),
    moved: layout.take(items * ITEM),
    copies: layout.take(Math.ceil(items / COPIES_SHARE) * stride),
    histograms: layout.take(4 * histogramBytes),
    histogramBytes,
    seen: layout.take(4 * 32),
    sums: layout.take(classCount * 4),
    classWeights: layout.take(classCount * 8),
    factors: layout.take(classCount * 8),
    work: layout.take(2 * classCount * 8 + 8),
  }));
  const memory = layout.allocate();
  const byRow = new Uint8Array(memory.buffer, bins, rows * stride);
  transpose(binned, stride, byRow);
  const labels = shared(input.labels);
  const folded = fold ? foldBins({ rows, stride, bins: byRow, labels }) : undefined;
  const distinct = folded?.distinct ?? rows;
  copyColumns(binned, folded, new Uint8Array(memory.buffer, columns, rows * cols));
  return {
    memory,
    bins,
    stride,
    rows,
    columns,
    distinct,
    place: folded?.place,
    cols,
    order,
    counts: binned.counts,
    edges: binned.edges,
    labels,
    weights: bootstrap ? sharedWeights(input.weights) : undefined,
    units,
    unit,
    classCount,
    factors: classFactors(input, parameters['classWeight']).map((factor) => factor * unit),
    limits: {
      maxDepth: (parameters['maxDepth'] as number | null) ?? Number.POSITIVE_INFINITY,
      minSamplesSplit: parameters['minSamplesSplit'] as number,
      minSamplesLeaf: parameters['minSamplesLeaf'] as number,
      maxFeatures: featureCount(parameters['maxFeatures'], cols),
    },
    bootstrap,
    randomCuts,
    seed,
    rooms,
  };
}

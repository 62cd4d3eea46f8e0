import { Random } from '../src/base/index.ts';
import { readTonIot } from '../src/datasets/index.ts';
import {
  createMatrix,
  defaultSpec,
  fitPipeline,
  keepBest,
  type Matrix,
  mutualInformation,
} from '../src/features/index.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';

/** Rows to learn from and rows held out, with one class index a row. */
export interface BenchData {
  readonly name: string;
  readonly classes: readonly string[];
  readonly train: Matrix;
  readonly trainLabels: Int32Array;
  readonly test: Matrix;
  readonly testLabels: Int32Array;
}

/** Size of generated data. */
export interface GeneratePlan {
  readonly rows: number;
  readonly cols: number;
  readonly classes: number;
  readonly seed: number;
}

/** Share of rows held out. */
const HELD_OUT = 0.3;
/** Deviation of what is added to a cell that is no 0 or 1 when rows are repeated. */
const JITTER = 1e-3;

/**
 * Flow-like data: a third of the columns are heavy-tailed numbers, the rest zeros and ones; the
 * class follows from sums of some of them with noise.
 */
export function generate({ rows, cols, classes, seed }: GeneratePlan): {
  matrix: Matrix;
  labels: Int32Array;
} {
  const random = new Random(seed);
  const names = Array.from({ length: cols }, (_, c) => `f${String(c).padStart(3, '0')}`);
  const matrix = createMatrix(rows, names);
  const labels = new Int32Array(rows);
  const numeric = Math.max(1, Math.ceil(cols / 3));
  for (let i = 0; i < rows; i++) {
    let score = random.normal();
    for (let c = 0; c < cols; c++) {
      const value = c < numeric ? Math.fround(Math.log1p(random.exponential(50))) : random.int(2);
      matrix.data[i * cols + c] = value;
      if (c % 4 === 0) score += c < numeric ? value - 3.5 : value - 0.5;
      if (c % 7 === 1 && value > 0.5 && score > 0) score -= 1;
    }
    labels[i] = Math.min(classes - 1, Math.max(0, Math.floor(classes / 2 + score)));
  }
  return { matrix, labels };
}

/** Generated data with rows held out beside those to learn from. */
export function generatedData(plan: GeneratePlan): BenchData {
  const held = Math.round((plan.rows * HELD_OUT) / (1 - HELD_OUT));
  const { matrix, labels } = generate({ ...plan, rows: plan.rows + held });
  const { cols, names, data } = matrix;
  const cut = plan.rows * cols;
  return {
    name: 'generated',
    classes: Array.from({ length: plan.classes }, (_, k) => `class${k}`),
    train: { rows: plan.rows, cols, names, data: data.subarray(0, cut) },
    trainLabels: labels.subarray(0, plan.rows),
    test: { rows: held, cols, names, data: data.subarray(cut) },
    testLabels: labels.subarray(plan.rows),
  };
}

/** Whether the file of TON_IoT is there; else why not. */
export const tonIotMissing = sharedMissing;

/**
 * TON_IoT, its Zeek columns through the default pipeline, 30 % of the rows held out at random.
 * @param target `label` (two classes) or `type` (ten)
 * @param cols keep so many columns, those that tell most about the label; 0: all
 * @param rows repeat the rows to learn from up to so many, with a little noise; 0: as they are
 */
export async function tonIotData(
  target: string,
  { rows, cols, seed }: { rows: number; cols: number; seed: number },
): Promise<BenchData> {
  const file = sharedPath('data', 'ton_iot', 'train_test_network.csv.gz');
  const { table, labels, classes } = await readTonIot(file, { target });
  const order = new Random(seed).shuffle(Int32Array.from(labels.keys()));
  const held = Math.round(order.length * HELD_OUT);
  const testRows = order.slice(0, held);
  const trainRows = order.slice(held);
  const trainLabels = trainRows.map((row) => labels[row]!);
  const whole = fitPipeline(defaultSpec(table.schema), table, trainRows);
  const all = whole.transform(table, trainRows);
  const narrow = cols > 0 && cols < all.cols;
  const pipeline = narrow
    ? whole.keep(keepBest(mutualInformation(all, trainLabels), cols, all.names))
    : whole;
  const train = narrow ? pipeline.transform(table, trainRows) : all;
  const taken = rows > 0 ? repeated(train, rows, seed) : train;
  return {
    name: `TON_IoT ${target}`,
    classes,
    train: taken,
    trainLabels: Int32Array.from({ length: taken.rows }, (_, i) => trainLabels[i % train.rows]!),
    test: pipeline.transform(table, testRows),
    testLabels: testRows.map((row) => labels[row]!),
  };
}

/** The rows over and over, cells other than 0 and 1 a little off, so that no two rows are equal. */
function repeated(matrix: Matrix, rows: number, seed: number): Matrix {
  const { cols, data } = matrix;
  const out = createMatrix(rows, matrix.names);
  const random = new Random(seed).fork('jitter');
  for (let at = 0; at < rows * cols; at++) {
    const cell = data[at % data.length]!;
    out.data[at] = cell === 0 || cell === 1 ? cell : cell + JITTER * random.normal();
  }
  return out;
}

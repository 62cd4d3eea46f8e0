import { createMatrix, type Matrix, takeMatrixRows } from '../features/index.ts';
import { modelKind } from '../models/index.ts';
import type { TextColumn } from '../table/index.ts';
import { type Measure, measure } from './measure.ts';
import { averagePrecision, rank, rocAuc } from './ranking.ts';
import { hostileScores } from './truth.ts';

/** How well something much simpler does on the same labelled rows. */
export interface Baseline {
  readonly name: string;
  /** Over labelled rows, as is the ROC AUC. */
  readonly averagePrecision: Measure;
  readonly rocAuc: Measure;
  /** Over all rows, with those of unknown label counted as negative. */
  readonly averagePrecisionWithBackground: Measure;
  readonly note: string;
}

/** Training and test rows, for {@link baselines}. */
export interface BaselineInput {
  /** Feature matrices with equal columns. */
  readonly train: Matrix;
  readonly test: Matrix;
  /** Source column of each matrix column: `Proto` for `Proto=tcp`. */
  readonly sources: readonly string[];
  /** Class index a training row; no -1. */
  readonly trainLabels: Int32Array;
  /** Class index a test row; -1 where unknown. */
  readonly testLabels: Int32Array;
  readonly classes: readonly string[];
  readonly harmless: number;
  /** Who began the flow, and the table rows of each matrix. */
  readonly host: TextColumn & { readonly name: string };
  readonly trainRows: Int32Array;
  readonly testRows: Int32Array;
  readonly seed: number;
}

/** An area that a single column should not reach unless the data give the answer away. */
export const TRIVIAL = 0.95;

/** Most rows that the one-column trees learn from, evenly spaced: four leaves need no more. */
const COLUMN_ROWS = 60_000;

/**
 * Three baselines: always the majority; the best of all depth-2 trees over one source column each,
 * chosen by its average precision on the training rows; and the label that the training rows of the
 * same originator had. A model that does not beat them has learned nothing, and an identity that
 * tells the label warns that any model may have learned who, not what.
 */
export async function baselines(input: BaselineInput): Promise<Baseline[]> {
  return [majority(input), await bestColumn(input), identity(input)];
}

function truthOf(labels: Int32Array, harmless: number): Uint8Array {
  return Uint8Array.from(labels, (label) => (label === harmless || label < 0 ? 0 : 1));
}

function judged(name: string, scores: Float32Array, input: BaselineInput, note: string): Baseline {
  const { testLabels, harmless } = input;
  const known = testLabels.filter((label) => label >= 0);
  const ranking = rank(
    scores.filter((_score, i) => testLabels[i]! >= 0),
    truthOf(known, harmless),
  );
  const all = rank(scores, truthOf(testLabels, harmless));
  const reason = ranking.positives === 0 ? 'no positive rows' : 'no negative rows';
  const area = rocAuc(ranking);
  const easy = area >= TRIVIAL ? '; WARNING: labelled rows are trivially separable' : '';
  return {
    name,
    averagePrecision: measure(averagePrecision(ranking), reason),
    rocAuc: measure(area, reason),
    averagePrecisionWithBackground: measure(averagePrecision(all), 'no positive rows'),
    note: note + easy,
  };
}

function majority(input: BaselineInput): Baseline {
  const counts = new Float64Array(input.classes.length);
  for (const label of input.trainLabels) counts[label]! += 1;
  const most = counts.indexOf(Math.max(...counts));
  const scores = new Float32Array(input.testLabels.length).fill(most === input.harmless ? 0 : 1);
  return judged('majority', scores, input, `always ${input.classes[most]}`);
}

function takeColumns(matrix: Matrix, columns: readonly number[]): Matrix {
  const taken = createMatrix(
    matrix.rows,
    columns.map((column) => matrix.names[column]!),
  );
  for (let row = 0; row < matrix.rows; row++) {
    for (let i = 0; i < columns.length; i++) {
      taken.data[row * columns.length + i] = matrix.data[row * matrix.cols + columns[i]!]!;
    }
  }
  return taken;
}

async function bestColumn(input: BaselineInput): Promise<Baseline> {
  const { test, sources, classes, harmless } = input;
  const step = Math.ceil(input.train.rows / COLUMN_ROWS);
  const rows = Int32Array.from({ length: Math.ceil(input.train.rows / step) }, (_, i) => i * step);
  const train = step === 1 ? input.train : takeMatrixRows(input.train, rows);
  const labels = rows.map((row) => input.trainLabels[row]!);
  const truth = truthOf(labels, harmless);
  let best: { source: string; value: number; scores: Float32Array } = {
    source: '',
    value: -1,
    scores: new Float32Array(test.rows),
  };
  for (const source of new Set(sources)) {
    const columns = sources.flatMap((each, i) => (each === source ? [i] : []));
    const estimator = modelKind('tree').create({ maxDepth: 2 });
    const model = await estimator.fit(
      { matrix: takeColumns(train, columns), labels, classes },
      { seed: input.seed },
    );
    const score = (matrix: Matrix): Float32Array =>
      hostileScores(model.score(takeColumns(matrix, columns)), classes.length, harmless);
    const value = averagePrecision(rank(score(train), truth));
    if (value > best.value) best = { source, value, scores: score(test) };
  }
  return judged('best single column', best.scores, input, `depth-2 tree on ${best.source}`);
}

function identity(input: BaselineInput): Baseline {
  const { host, trainRows, testRows, trainLabels, harmless } = input;
  const hostile = new Map<number, { hits: number; rows: number }>();
  let hits = 0;
  for (let i = 0; i < trainRows.length; i++) {
    const code = host.codes[trainRows[i]!]!;
    const seen = hostile.get(code) ?? { hits: 0, rows: 0 };
    if (trainLabels[i] !== harmless) {
      seen.hits++;
      hits++;
    }
    seen.rows++;
    hostile.set(code, seen);
  }
  // A host never seen gets the training rows' own share, as does the doubt about a host seen once.
  const prior = hits / trainRows.length;
  let unseen = 0;
  const scores = Float32Array.from(testRows, (row) => {
    const seen = hostile.get(host.codes[row]!);
    if (!seen) unseen++;
    return seen ? (seen.hits + prior) / (seen.rows + 1) : prior;
  });
  const note = `label told by ${host.name} alone; ${unseen} of ${testRows.length} rows from hosts not seen in training`;
  return judged('identity only', scores, input, note);
}

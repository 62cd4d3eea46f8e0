import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random, stopRequested } from '../../base/index.ts';
import { fitPlatt, type Sigmoid } from '../calibrated/platt.ts';
import { type FoldedRows, foldedMoments, foldRows } from '../fold-rows.ts';
import { holdOut } from '../hold-out.ts';
import { checkFit, classFactors } from '../input.ts';
import type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelKind,
  ParameterSpec,
  Parameters,
} from '../model.ts';
import { checkParameters } from '../parameters.ts';
import { separate } from './coordinate.ts';
import type { Decision } from './decision.ts';
import { drawLandmarks, type Landmarks, landmarkColumns, overNearness } from './landmarks.ts';
import { loadSvm, SvmModel, svmOutputs } from './model.ts';
import { NEWTON_COLUMNS, separateNewton } from './newton.ts';

const shared: readonly ParameterSpec[] = [
  {
    name: 'C',
    type: 'number',
    default: 1,
    min: 1e-9,
    max: 1e9,
    meaning: 'Cost of a row on the wrong side: smaller is a stronger penalty',
  },
  {
    name: 'maxIterations',
    type: 'integer',
    default: 200,
    min: 1,
    max: 1_000_000,
    meaning: 'Most passes of coordinate descent over the rows',
  },
  {
    name: 'tolerance',
    type: 'number',
    default: 1e-3,
    min: 0,
    max: 1,
    meaning: 'Stops when the projected gradients of a pass lie this close together',
  },
  {
    name: 'share',
    type: 'number',
    default: 0.2,
    min: 0.001,
    max: 0.9,
    meaning: 'Share of rows that turn distances into probabilities when none are held out',
  },
  {
    name: 'classWeight',
    type: 'string',
    default: 'none',
    choices: ['none', 'balanced'],
    meaning: 'balanced: each class weighs the same in sum, whatever its number of rows',
  },
];

const kernelOnly: readonly ParameterSpec[] = [
  {
    name: 'landmarks',
    type: 'integer',
    default: 256,
    min: 1,
    max: 4096,
    meaning: 'Training rows that stand for the kernel; exact when there are no more distinct rows',
  },
  {
    name: 'gamma',
    type: 'number',
    default: null,
    min: 1e-12,
    max: 1e12,
    meaning: 'Of exp(-gamma |a - b|²); null: 1 / (columns × variance of all cells)',
  },
];

/** Entries of folded rows as rows of the columns that are separated. */
interface Entries {
  readonly folded: FoldedRows;
  readonly cols: number;
  /** Entries × cols. */
  readonly cells: Float64Array;
  readonly squares: Float64Array;
  readonly cost: Float64Array;
}

class SvmEstimator implements Estimator {
  readonly kind: string;
  readonly parameters: Parameters;

  constructor(kind: string, parameters: Parameters) {
    this.kind = kind;
    this.parameters = parameters;
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const given = new Uint8Array(input.matrix.rows);
    for (const row of input.heldOut ?? []) given[row] = 1;
    const learns = given.some((mark, i) => mark === 0 && (input.weights?.[i] ?? 1) > 0);
    const kept = learns && input.heldOut ? given : undefined;
    const folded = foldRows(input, kept);
    const { classes, matrix } = input;
    const outputs = svmOutputs(classes.length);
    const landmarks = this.#landmarks(folded, options.seed);
    const entries = this.#entries(folded, input, landmarks);
    const own = new Random(options.seed).fork('platt').seed;
    const tested = kept
      ? this.#entries(
          foldRows(
            input,
            kept.map((mark) => 1 - mark),
          ),
          input,
          landmarks,
        )
      : entries;
    const marks = kept ? undefined : this.#marks(folded, own);
    const present = new Uint8Array(classes.length);
    for (const k of folded.label) present[k] = 1;
    const coefficients: Float64Array[] = [];
    const intercepts = new Float64Array(outputs);
    const sigmoids: Sigmoid[] = [];
    for (let o = 0; o < outputs; o++) {
      const k = outputs === 1 ? 1 : o;
      const w = this.#separate(entries, k, options.seed);
      const part = marks && this.#separate(entries, k, options.seed, marks);
      sigmoids.push(plattOf(tested, part ?? w, k, marks));
      coefficients.push(landmarks ? overNearness(w, landmarks) : inOrder(w));
      intercepts[o] = w.at(-1)!;
      options.onProgress?.(o + 1, Math.max(1, outputs));
      // Lets the signal have its turn.
      await nextTurn();
      if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    }
    if (outputs === 0) options.onProgress?.(1, 1);
    const { kind, parameters } = this;
    const facts = { kind, parameters, classes: [...classes], features: [...matrix.names] };
    const linear = { outputs, coefficients: joined(coefficients), intercepts };
    const decision: Decision = landmarks
      ? { ...linear, landmarks: landmarks.cells, gamma: landmarks.gamma }
      : linear;
    return new SvmModel(facts, { decision, sigmoids, present, ...foldedMoments(folded) });
  }

  #landmarks(folded: FoldedRows, seed: number): Landmarks | undefined {
    const count = this.parameters['landmarks'];
    if (typeof count !== 'number') return undefined;
    const gamma = (this.parameters['gamma'] as number | null) ?? scaleGamma(folded);
    return drawLandmarks(folded, { count, gamma, seed });
  }

  #entries(folded: FoldedRows, input: FitInput, landmarks: Landmarks | undefined): Entries {
    const factors = classFactors(input, this.parameters['classWeight']);
    const cost = folded.weight.map(
      (weight, e) => weight * factors[folded.label[e]!]! * (this.parameters['C'] as number),
    );
    const cols = landmarks?.count ?? folded.cols;
    const columns = landmarks ? landmarkColumns(folded, landmarks) : folded.cells;
    const cells = new Float64Array(folded.label.length * cols);
    const squares = new Float64Array(folded.label.length);
    for (let i = 0; i < folded.points; i++) {
      for (let e = folded.start[i]!; e < folded.start[i + 1]!; e++) {
        let sum = 1;
        for (let c = 0; c < cols; c++) {
          const cell = columns[i * cols + c]!;
          cells[e * cols + c] = cell;
          sum += cell * cell;
        }
        squares[e] = sum;
      }
    }
    return { folded, cols, cells, squares, cost };
  }

  /** Marks entries to be held out: all of a point's, by its cells and the seed. */
  #marks({ points, cols, cells, start, label }: FoldedRows, seed: number): Uint8Array | undefined {
    const names = Array.from({ length: cols }, (_, c) => String(c).padStart(8, '0'));
    const points1 = { rows: points, cols, names, data: cells };
    const own = holdOut(points1, this.parameters['share'] as number, seed);
    const marks = new Uint8Array(label.length);
    for (let i = 0; i < points; i++) marks.fill(own[i]!, start[i]!, start[i + 1]!);
    return marks.includes(0) && marks.includes(1) ? marks : undefined;
  }

  #separate(entries: Entries, k: number, seed: number, marks?: Uint8Array): Float64Array {
    const { folded, cols, cells, squares } = entries;
    const side = Int8Array.from(folded.label, (each) => (each === k ? 1 : -1));
    const cost = marks ? entries.cost.map((each, e) => (marks[e] === 1 ? 0 : each)) : entries.cost;
    const rows = side.length;
    const { maxIterations, tolerance } = this.parameters as {
      maxIterations: number;
      tolerance: number;
    };
    const own = new Random(seed).fork(k).seed;
    const options = { maxIterations, tolerance, seed: own };
    const input = { rows, cols, cells, squares, side, cost };
    if (this.kind === 'linear-svm' && cols <= NEWTON_COLUMNS) {
      return separateNewton(input, tolerance);
    }
    return separate(input, options);
  }
}

/** Platt's sigmoid on the entries marked (all, without marks); plain where one side is missing. */
function plattOf(entries: Entries, w: Float64Array, k: number, marks?: Uint8Array): Sigmoid {
  const { folded, cols, cells } = entries;
  const taken = Int32Array.from(folded.label.keys()).filter((e) => !marks || marks[e] === 1);
  const truth = Uint8Array.from(taken, (e) => (folded.label[e] === k ? 1 : 0));
  if (!truth.includes(0) || !truth.includes(1)) return { slope: 1, intercept: 0 };
  const scores = Float64Array.from(taken, (e) => {
    let sum = w[cols]!;
    for (let c = 0; c < cols; c++) sum += w[c]! * cells[e * cols + c]!;
    return 1 / (1 + Math.exp(-sum));
  });
  const weights = Float64Array.from(taken, (e) => folded.weight[e]!);
  const sigmoid = fitPlatt(scores, truth, weights);
  // Too few rows may say that the wrong side is the right one.
  return sigmoid.slope > 0 ? sigmoid : { slope: 1, intercept: 0 };
}

/** 1 / (columns × variance over all cells), scikit-learn's `scale`; 1 when nothing varies. */
function scaleGamma(folded: FoldedRows): number {
  const { mean, deviation } = foldedMoments(folded);
  const cols = folded.cols;
  const middle = mean.reduce((sum, each) => sum + each, 0) / cols;
  let variance = 0;
  mean.forEach((each, c) => {
    variance += (deviation[c]! ** 2 + (each - middle) ** 2) / cols;
  });
  return variance > 0 ? Math.min(1e12, 1 / (cols * variance)) : 1;
}

const inOrder = (w: Float64Array): Float64Array => w.slice(0, -1);

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function svmKind(kind: string, meaning: string, kernel: boolean): ModelKind {
  const parameters = kernel ? [...kernelOnly, ...shared] : shared;
  return {
    kind,
    meaning,
    parameters,
    create: (given) => new SvmEstimator(kind, checkParameters(kind, parameters, given)),
    load: (stored) => {
      const checked = checkParameters(kind, parameters, stored.parameters);
      const { classes, features } = stored;
      return loadSvm({ kind, parameters: checked, classes, features }, stored, kernel);
    },
  };
}

/** Squared hinge and an L2 penalty, one class against the rest; scaling is the pipeline's job. */
export const linearSvmKind: ModelKind = svmKind(
  'linear-svm',
  'Linear support vector machine, squared hinge',
  false,
);

/** The same over a Gaussian kernel by Nyström landmarks. */
export const rbfSvmKind: ModelKind = svmKind(
  'rbf-svm',
  'Support vector machine with a Gaussian kernel, by landmarks',
  true,
);

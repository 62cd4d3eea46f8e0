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
import { Decider, type Decision } from './decision.ts';
import { drawLandmarks, type Landmarks, landmarkColumns, overNearness } from './landmarks.ts';
import { loadSvm, SvmModel, svmOutputs } from './model.ts';
import { NEWTON_COLUMNS, separateNewton } from './newton.ts';
import { type SmoFit, separateSmo } from './smo.ts';

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
    name: 'solver',
    type: 'string',
    default: 'auto',
    choices: ['auto', 'smo', 'nystrom'],
    meaning:
      'smo: exact, hinge loss; nystrom: landmarks, squared hinge; auto: exact up to 2000 rows',
  },
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

/** Distinct rows up to which `auto` is exact: the kernel is then at most 32 MB. */
const EXACT_ROWS = 2000;

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
    const exact = this.#exact(folded);
    if (exact !== undefined)
      return await this.#fitExact(input, options, { folded, kept, gamma: exact });
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

  /** The kernel's gamma when it is to be exact. */
  #exact(folded: FoldedRows): number | undefined {
    const { solver, gamma } = this.parameters;
    const wanted = solver === 'smo' || (solver === 'auto' && folded.points <= EXACT_ROWS);
    return wanted ? ((gamma as number | null) ?? scaleGamma(folded)) : undefined;
  }

  /** The dual by pairs, one class against the rest; landmarks are the support vectors of all. */
  async #fitExact(
    input: FitInput,
    { seed, signal, onProgress }: FitOptions,
    { folded, kept, gamma }: { folded: FoldedRows; kept: Uint8Array | undefined; gamma: number },
  ): Promise<Model> {
    const { classes, matrix } = input;
    const { points, cols, cells, start, label, weight } = folded;
    const outputs = svmOutputs(classes.length);
    const pointOf = new Int32Array(label.length);
    for (let i = 0; i < points; i++) pointOf.fill(i, start[i]!, start[i + 1]!);
    const factors = classFactors(input, this.parameters['classWeight']);
    const c = this.parameters['C'] as number;
    const cost = weight.map((each, e) => each * factors[label[e]!]! * c);
    const marks = kept ? undefined : this.#marks(folded, new Random(seed).fork('platt').seed);
    const tested = kept
      ? foldRows(
          input,
          kept.map((mark) => 1 - mark),
        )
      : folded;
    const present = new Uint8Array(classes.length);
    for (const k of label) present[k] = 1;
    const { maxIterations, tolerance } = this.parameters as {
      maxIterations: number;
      tolerance: number;
    };
    // Below it, steps are lost to rounding.
    const limits = {
      tolerance: Math.max(1e-10, tolerance),
      maxSteps: maxIterations * label.length,
    };
    const separations: SmoFit[] = [];
    const sigmoids: Sigmoid[] = [];
    for (let o = 0; o < outputs; o++) {
      const k = outputs === 1 ? 1 : o;
      const side = Int8Array.from(label, (each) => (each === k ? 1 : -1));
      const all = { points, cols, cells, pointOf, side, cost, gamma };
      const own = separateSmo(all, limits);
      const learned = cost.map((each, e) => (marks?.[e] === 1 ? 0 : each));
      const part = marks ? separateSmo({ ...all, cost: learned }, limits) : own;
      sigmoids.push(plattOfExact({ folded, part, gamma }, { tested, marks, k }));
      separations.push(own);
      onProgress?.(o + 1, Math.max(1, outputs));
      await nextTurn();
      if (signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    }
    if (outputs === 0) onProgress?.(1, 1);
    const { kind, parameters } = this;
    const facts = { kind, parameters, classes: [...classes], features: [...matrix.names] };
    const decision = decisionOf(folded, separations, gamma);
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

/** One decision over all points that support any of the separations (one point where none does). */
function decisionOf(
  { points, cols, cells }: FoldedRows,
  separations: readonly SmoFit[],
  gamma: number,
): Decision {
  const taken = Int32Array.from({ length: points }, (_, i) => i).filter(
    (i) => i === 0 || separations.some(({ coefficients }) => coefficients[i] !== 0),
  );
  const landmarks = new Float64Array(taken.length * cols);
  taken.forEach((point, j) => {
    landmarks.set(cells.subarray(point * cols, (point + 1) * cols), j * cols);
  });
  return {
    outputs: separations.length,
    coefficients: joined(
      separations.map(({ coefficients }) => Float64Array.from(taken, (i) => coefficients[i]!)),
    ),
    intercepts: Float64Array.from(separations, ({ intercept }) => intercept),
    landmarks,
    gamma,
  };
}

/** As {@link plattOf}, of a separation over points. */
function plattOfExact(
  machine: { readonly folded: FoldedRows; readonly part: SmoFit; readonly gamma: number },
  asked: {
    readonly tested: FoldedRows;
    readonly marks: Uint8Array | undefined;
    readonly k: number;
  },
): Sigmoid {
  const { tested, marks, k } = asked;
  const { points, cols, start } = tested;
  const decider = new Decider(decisionOf(machine.folded, [machine.part], machine.gamma));
  const near = new Float64Array(1);
  const cells = new Float64Array(tested.label.length);
  for (let i = 0; i < points; i++) {
    decider.decide(Float64Array.from(tested.cells.subarray(i * cols, (i + 1) * cols)), near);
    cells.fill(near[0]!, start[i]!, start[i + 1]!);
  }
  // The distance as the only column, its coefficient 1.
  const squares = new Float64Array(0);
  const entries = { folded: tested, cols: 1, cells, squares, cost: tested.weight };
  return plattOf(entries, Float64Array.of(1, 0), k, marks);
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
  'Support vector machine with a Gaussian kernel, exact or by landmarks',
  true,
);

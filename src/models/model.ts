import type { Matrix } from '../features/index.ts';
import type { TrainingEvent, TrainingHistory } from './training.ts';

/** A parameter's value; parameters are plain data and go through JSON unchanged. */
export type ParameterValue = number | string | boolean | null;
/** Parameters by name. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * One parameter of an estimator, declared once: the command line, docs and checks take it from
 * here.
 */
export interface ParameterSpec {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'string' | 'boolean';
  readonly default: ParameterValue;
  readonly meaning: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
}

/** What a model is apart from what it learned. */
export interface ModelFacts {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly classes: readonly string[];
  /** Names of the columns it was fitted on, in order. */
  readonly features: readonly string[];
}

/** What an estimator learns from. */
export interface FitInput {
  readonly matrix: Matrix;
  /** One class index a row, 0 to classes.length - 1. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** One weight a row; absent means 1 each. A row of weight 2 counts as the row twice. */
  readonly weights?: Float32Array;
  /**
   * Rows to learn nothing from: what early stopping and calibration judge by. Absent: a kind that
   * needs such rows sets a share aside. Kinds that need none refuse nothing and use all rows.
   */
  readonly heldOut?: Int32Array;
}

/** How an estimator works; none of it may change the result but `seed`. */
export interface FitOptions {
  readonly seed: number;
  /**
   * Worker threads; the result has the same bytes whatever the number. Default 1: in this thread.
   */
  readonly threads?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Told how a training in passes over the rows goes on; other kinds tell nothing. */
  readonly onTraining?: (event: TrainingEvent) => void;
  /**
   * File where a neural network keeps, after each epoch, where its training stands: a training that
   * was stopped or killed goes on from there and ends with the same bytes. Other kinds ignore it.
   */
  readonly checkpoint?: string;
  readonly signal?: AbortSignal;
}

/**
 * A kind of model with its parameters; the constructor only stores them, `fit` returns what was
 * learned.
 */
export interface Estimator {
  readonly kind: string;
  readonly parameters: Parameters;
  /**
   * @throws WiresiftError `MODEL_INPUT` on NaN or infinite cells, wrong shapes, labels out of
   *   range, no rows
   * @throws WiresiftError `ABORTED` when the signal fired
   */
  fit(input: FitInput, options: FitOptions): Promise<Model>;
}

/** A named array of numbers in a model file. */
export interface Tensor {
  readonly name: string;
  readonly type: 'F32' | 'F64' | 'I32' | 'U8' | 'U16' | 'U32';
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;
}

/** How much a {@link ModelSession} remembers. */
export interface SessionOptions {
  /** Most hosts whose last flows are kept; default 8192. */
  readonly hosts?: number;
}

/**
 * Scoring flows as they come: keeps the last flows of each host, so that batches fed in the order of
 * time give what one matrix of all of them gives, bit by bit, as long as no host was forgotten.
 */
export interface ModelSession {
  /** As {@link Model.score}; rows may be of any host, and also come late. */
  score(matrix: Matrix): Float32Array;
  /** As {@link Model.explain}, of a row of the batch scored last. */
  explain(row: number, classIndex: number): Float64Array;
  /** Hosts forgotten for want of room: a flow of theirs is judged as their first. */
  readonly evicted: number;
  /** Bytes that the kept flows take. */
  readonly bytes: number;
}

/** A fitted model. Stateless and synchronous: safe to call per batch on the live path. */
export interface Model extends ModelFacts {
  /** Whether it must be scored in the thread that loaded it, because it brings its own. */
  readonly oneThread?: boolean;
  /** How its training went, for kinds that learn in passes over the rows. */
  readonly training?: TrainingHistory | undefined;
  /**
   * Probabilities, row-major, rows × classes; each row sums to 1 within 1e-5.
   * @throws WiresiftError `MODEL_INPUT` when the columns differ from {@link Model.features} or a
   *   cell is not finite
   */
  score(matrix: Matrix): Float32Array;
  /** One non-negative number a feature, summing to 1 (or all 0 when nothing was learned). */
  importances(): Float64Array;
  /**
   * Why this row scored as it did: one signed contribution a feature toward `classIndex`. Trees:
   * Shapley values (TreeSHAP) of the probability, or of the margin for boosting; they sum to the
   * score less its mean over the training rows.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array;
  /** What a file must hold to build the model again with {@link ModelKind.load}. */
  tensors(): Tensor[];
  /** Models that read {@link Matrix.history} alone: scoring batch by batch. */
  readonly session?: ((options?: SessionOptions) => ModelSession) | undefined;
}

/** One entry of the registry: everything the rest of the program knows about a kind of model. */
export interface ModelKind {
  readonly kind: string;
  readonly meaning: string;
  readonly parameters: readonly ParameterSpec[];
  /**
   * Reads {@link Matrix.history}: what a row's host did before. A matrix without it is taken as rows
   * of hosts that did nothing else.
   */
  readonly history?: true;
  /**
   * Whether with these parameters it learns what stands for each category: then {@link Matrix.codes}
   * suit it better than columns of 0 and 1. Absent: it does not, and takes codes for numbers.
   */
  readonly embeds?: (parameters: Parameters) => boolean;
  /** @throws WiresiftError `MODEL_PARAMETER` for an unknown name or a value out of range */
  create(parameters: Parameters): Estimator;
  /**
   * @throws WiresiftError `MODEL_FILE` when a tensor is missing or any index in it is out of
   * bounds
   */
  load(stored: StoredModel): Model;
}

/** The learned part of a model as it stands in a file. */
export interface StoredModel extends ModelFacts {
  readonly tensors: ReadonlyMap<string, Tensor>;
}

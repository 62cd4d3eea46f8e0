import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { checkExplain, checkScore } from '../input.ts';
import type { ModelFacts, Tensor } from '../model.ts';
import { refuseExport } from './refuse.ts';
import type { OnnxRuntime } from './runtime.ts';

/** Rows handed to the runtime at a time. */
const BLOCK_ROWS = 4096;

/** A graph that onnxruntime scores. */
export class OnnxModel extends FittedModel {
  /** The runtime's thread is the one that works. */
  readonly oneThread = true;
  readonly #runtime: OnnxRuntime;
  readonly #importances: Float64Array;

  /** @param importances one number a feature, as the model that was exported had */
  constructor(facts: ModelFacts, runtime: OnnxRuntime, importances: Float64Array) {
    super({ ...facts, kind: 'onnx', parameters: { exported: facts.kind } });
    this.#runtime = runtime;
    this.#importances = importances;
  }

  /** @throws WiresiftError `MODEL_INPUT`; `MODEL_RUNTIME` when the runtime fails */
  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    const { rows, cols, data } = matrix;
    const classes = this.classes.length;
    const out = new Float32Array(rows * classes);
    for (let start = 0; start < rows; start += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - start);
      const cells = data.subarray(start * cols, (start + count) * cols);
      out.set(this.#runtime.run(cells, count), start * classes);
    }
    return out;
  }

  importances(): Float64Array {
    return this.#importances.slice();
  }

  /**
   * By how much the probability of the class falls when a column is set to 0: its mean over the
   * training rows where the preparation standardises, the absence of a word where it encodes. The graph
   * tells nothing more of itself.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const { cols, names } = matrix;
    const cells = matrix.data.subarray(row * cols, (row + 1) * cols);
    const data = new Float32Array((cols + 1) * cols);
    for (let c = 0; c <= cols; c++) {
      data.set(cells, c * cols);
      if (c < cols) data[c * cols + c] = 0;
    }
    const scores = this.score({ rows: cols + 1, cols, names, data });
    const classes = this.classes.length;
    const whole = scores[cols * classes + classIndex]!;
    return Float64Array.from({ length: cols }, (_, c) => whole - scores[c * classes + classIndex]!);
  }

  /** @throws WiresiftError `MODEL_EXPORT` always: the numbers stay in the ONNX file */
  tensors(): Tensor[] {
    return refuseExport('model', 'a model that is ONNX already', 'a model file', 'Copy the file');
  }
}

/**
 * Rows by columns of 32-bit floats, row-major: `data[row * cols + col]`. May lie in shared memory.
 */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  /** One name a column: `Dur`, `Proto=tcp`. */
  readonly names: readonly string[];
  readonly data: Float32Array;
}

/** An empty matrix over shared memory, so that worker threads can read it without a copy. */
export function createMatrix(rows: number, names: readonly string[]): Matrix {
  const data = new Float32Array(new SharedArrayBuffer(rows * names.length * 4));
  return { rows, cols: names.length, names, data };
}

/** The rows named, in that order, as a new matrix. */
export function takeMatrixRows(matrix: Matrix, rows: Int32Array | Uint32Array): Matrix {
  const { cols, data } = matrix;
  const taken = createMatrix(rows.length, matrix.names);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * cols;
    taken.data.set(data.subarray(from, from + cols), i * cols);
  }
  return taken;
}
